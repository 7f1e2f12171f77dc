// A list that a server made, in a declarative shadow root. It stays until there is an answer, and for good if there is none.

import { drawInstead } from './card.js';
import { poster } from './artwork.js';

/** The list of a shadow root and its items by their ids; `null` if there is none. Titles without a picture get one drawn. */
export function servedList(root: ShadowRoot): { list: HTMLUListElement; items: Map<string, HTMLLIElement> } | null {
  const list = root.querySelector<HTMLUListElement>('ul.list');
  if (!list) return null;
  const items = new Map<string, HTMLLIElement>();
  for (const item of list.querySelectorAll('li')) {
    items.set(item.dataset.id ?? '', item);
    const name = item.querySelector('.name')?.textContent ?? '';
    const image = item.querySelector('img');
    // One that failed before this code ran tells nobody any more.
    if (image?.complete && image.naturalWidth === 0) image.replaceWith(poster(name));
    else if (image) drawInstead(image, name);
    else item.querySelector('.poster:empty')?.append(poster(name));
  }
  return { list, items };
}

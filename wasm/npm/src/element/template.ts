// Cards from a template in the page: its marked elements are filled. Loaded where there is one.

import type { Card } from '../types.js';
import { safeAddress } from './address.js';
import type { Placed, RenderCard } from './card.js';
import { hundredths } from './phrase.js';

/** What `data-field` may name beyond what a card and its place have, and what it is filled with. */
const FIELDS: Readonly<Record<string, (card: Card, placed: Placed) => unknown>> = {
  facts: ({ year, platform }) => [year, platform].filter(Boolean).join(' · '),
  genres: ({ genres }) => genres.join(', '),
  image: ({ image }) => safeAddress(image),
  link: (_, { href }) => href,
  score: (_, { pieces }) => (pieces.length > 0 ? hundredths(pieces.reduce((sum, { share }) => sum + share, 0)) : ''),
};

/** Cards from a template: its elements with `data-field` get that text, `img` its picture, `a` its address. */
export function fromTemplate({ content }: HTMLTemplateElement): RenderCard {
  return (card, placed) => {
    const made = document.importNode(content, true);
    for (const node of made.querySelectorAll<HTMLElement>('[data-field]')) {
      const { field = '' } = node.dataset;
      const known = Object.hasOwn(FIELDS, field) ? FIELDS[field]?.(card, placed) : ({ ...card, ...placed } as Record<string, unknown>)[field];
      const value = String(known ?? '');
      if (node instanceof HTMLAnchorElement && field === 'link') {
        if (value) node.href = value;
        continue;
      }
      node.hidden = value === '';
      if (!(node instanceof HTMLImageElement)) node.textContent = value;
      else if (field === 'image' && value) node.src = value;
    }
    return made;
  };
}

// Two buttons by which a visitor says what they think of a title. Pressed once they say it, pressed again they take it back. Loaded
// where a list has them.

import type { Card } from '../types.js';
import { tell } from './events.js';
import type { KeptHistory, Opinion } from './history.js';
import { part } from './part.js';
import css from './opinions.css';
import { sheetOf } from './style.js';
import { filled } from './phrase.js';
import type { UndoView } from './undo.js';
import type { Words } from './words.js';

export { UndoView } from './undo.js';

/** The looks of the buttons, and of the line that takes them back. */
export const sheet = sheetOf(css);

const OPINIONS = ['like', 'dislike'] as const;
const ICONS: Record<Opinion, string> = {
  like: 'M12 20S3.5 14.8 3.5 9A4.5 4.5 0 0 1 12 6.9 4.5 4.5 0 0 1 20.5 9C20.5 14.8 12 20 12 20Z',
  dislike: 'M12 3.5A8.5 8.5 0 1 1 12 20.5 8.5 8.5 0 0 1 12 3.5ZM6 6 18 18',
};

/** What the visitor thinks now, and what they thought before. */
export type Said = (now: Opinion | null, before: Opinion | null) => void;

/** The two buttons of a title. */
export class OpinionView {
  /** The group of both. */
  readonly node = part('div', 'opinion');
  readonly #buttons: Record<Opinion, HTMLButtonElement>;
  readonly #history: KeptHistory;
  readonly #id: Card['id'];

  /** `worded`: the buttons say in words what they mean, and not by an icon alone. `said` is called after one was pressed. */
  constructor({ id, name }: Pick<Card, 'id' | 'name'>, history: KeptHistory, words: Words, said?: Said, worded = false) {
    this.#history = history;
    this.#id = id;
    const button = (opinion: Opinion): HTMLButtonElement => {
      const node = part('button', opinion);
      node.type = 'button';
      node.title = words[opinion];
      node.setAttribute('aria-label', filled(words[`${opinion}Title`], { name }));
      node.append(icon(ICONS[opinion]));
      if (worded) node.append(words[opinion]);
      node.addEventListener('click', () => {
        const before = history.opinionOf(id);
        const now = before === opinion ? null : opinion;
        history.set(id, now);
        said?.(now, before);
      });
      return node;
    };
    this.#buttons = { like: button('like'), dislike: button('dislike') };
    this.node.append(this.#buttons.like, this.#buttons.dislike);
    this.sync();
  }

  /** Shows what the history says now. */
  sync(): void {
    const said = this.#history.opinionOf(this.#id);
    for (const opinion of OPINIONS) this.#buttons[opinion].setAttribute('aria-pressed', String(said === opinion));
    this.node.dataset.opinion = said ?? '';
  }
}

/** Makes the buttons of the cards of a list. What they say is told by its element, and can be taken back. */
export function opinionsIn(host: HTMLElement, list: HTMLElement, history: KeptHistory, words: Words, undo: UndoView): (card: Card) => OpinionView {
  const placeOf = (id: string): number => [...list.children].findIndex((item) => (item as HTMLElement).dataset.id === id);
  return (card) => {
    const id = String(card.id);
    const said: Said = (opinion, before) => {
      const detail = { id: card.id, card, position: placeOf(id) + 1 };
      tell(host, 'aftershow-feedback', { ...detail, opinion, before });
      const sentence = { like: words.liked, dislike: words.dislikeTitle, none: words.takenBack }[opinion ?? 'none'];
      undo.offer(filled(sentence, { name: card.name }), words.undo, () => {
        history.undo();
        tell(host, 'aftershow-feedback', { ...detail, opinion: before, before: opinion });
        const back = list.children[placeOf(id)] ?? list;
        back.querySelector<HTMLElement>(`.${opinion ?? before}`)?.focus({ preventScroll: true });
      });
    };
    return new OpinionView(card, history, words, said);
  };
}

function icon(d: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg.namespaceURI, 'path');
  path.setAttribute('d', d);
  svg.append(path);
  return svg;
}

// One card. It is made once for a title and updated after that, so that a rerank moves it instead of replacing it.

import type { Card } from '../types.js';
import { fillTemplate, safeAddress } from './address.js';
import { poster } from './artwork.js';
import type { OpinionView } from './opinions.js';
import { part } from './part.js';
import type { PieceName, Standing } from './reason.js';

/** How a title stands in the list, and where its card leads. */
export interface Placed extends Standing {
  /** The address that the card should lead to; `null` if there is none. It is http(s). */
  readonly href: string | null;
  /** Its place, from 1. */
  readonly position: number;
}

/** Makes the inside of a card. With `null` the card is as it is by default. What it puts on the page is the page's own to make safe. */
export type RenderCard = (card: Card, placed: Placed) => Node | null | undefined;

/** What cards of one list have in common. */
export interface CardStyle {
  /** The list's element: cards of the page's own making are its children. */
  readonly host: HTMLElement;
  readonly href: string | null;
  /** Makes the buttons of a card that has some. */
  readonly opinion: ((card: Card) => OpinionView) | null;
  readonly render: RenderCard | null;
}

/** How many cards were made, for names that no two share. */
let made = 0;

/** A card of the list. */
export class CardView {
  /** The `<li>`. */
  readonly node: HTMLLIElement;
  readonly item: Card;
  /** Where the card leads. */
  readonly href: string | null;
  readonly #name: HTMLElement;
  readonly #reason = part('p', 'reason');
  /** A title may be of another script than the page, and so may a reason that names one. */
  readonly #because = document.createElement('bdi');
  readonly #score = part('span', 'score');
  readonly #bars = new Map<PieceName, HTMLSpanElement>();
  readonly #card = part('div', 'card');
  readonly #opinion: OpinionView | null;
  readonly #render: RenderCard | null;
  readonly #own: HTMLElement | null = null;

  /** What stands in `kept`, the item that a server made for this title, stays: its picture is there, and its link may have the focus. */
  constructor(item: Card, { host, href, opinion, render }: CardStyle, kept?: HTMLLIElement) {
    this.item = item;
    this.href = safeAddress(href === null ? item.url : fillTemplate(href, item.id));
    const there = kept?.querySelector<HTMLElement>('.name');
    this.#name = there instanceof HTMLAnchorElement && there.href === this.href ? there : part(this.href ? 'a' : 'span', 'name');
    // The link's name is the title alone; its area is the whole card.
    if (this.#name instanceof HTMLAnchorElement && this.href) this.#name.href = this.href;
    this.#name.textContent = item.name;
    const facts = part('p', 'facts');
    facts.textContent = [item.year, item.platform].filter(Boolean).join(' · ');
    const genres = part('p', 'genres');
    genres.textContent = item.genres.join(', ');
    this.#reason.append(this.#because);
    this.#reason.id = `reason-${++made}`;
    this.#score.setAttribute('role', 'img');
    const body = part('div', 'body');
    const focused = this.#name.matches(':focus');
    body.append(this.#name, facts, genres, this.#reason, this.#score);
    const poster = kept?.querySelector<HTMLElement>('.poster') ?? picture(item);
    this.#render = render;
    if (render) {
      const slot = document.createElement('slot');
      slot.name = `card-${item.id}`;
      slot.append(poster, body);
      this.#card.append(slot);
      this.#own = document.createElement('div');
      this.#own.slot = slot.name;
      host.append(this.#own);
    } else {
      this.#card.append(poster, body);
    }
    this.#opinion = opinion && opinion(item);
    if (this.#opinion) this.#card.append(this.#opinion.node);
    this.node = kept ?? part('li', 'item');
    this.node.dataset.id = String(item.id);
    this.node.replaceChildren(this.#card);
    if (focused) this.#name.focus({ preventScroll: true });
    this.sync();
  }

  /** Shows the reason and the score that the item has in this answer. */
  update(standing: Standing, position: number): void {
    const { reason, pieces, score } = standing;
    this.#because.textContent = reason;
    // Who goes from link to link hears it too.
    if (reason) this.#name.setAttribute('aria-describedby', this.#reason.id);
    else this.#name.removeAttribute('aria-describedby');
    this.#score.hidden = score === '';
    for (const { name, share } of pieces) this.#bar(name).style.setProperty('--share', String(share));
    this.#score.setAttribute('aria-label', score);
    this.#score.title = score;
    const own = this.#render?.(this.item, { ...standing, href: this.href, position });
    // With nothing of the page's own, the slot shows what is in it.
    if (own) this.#own?.replaceChildren(own);
    if (this.#own) this.#own.slot = own ? `card-${this.item.id}` : '';
  }

  /** Shows what the visitor thinks of the title now. */
  sync(): void {
    this.#opinion?.sync();
    this.#card.dataset.opinion = this.#opinion?.node.dataset.opinion ?? '';
  }

  /** Takes what it gave to the page back. */
  drop(): void {
    this.#own?.remove();
  }

  #bar(name: PieceName): HTMLSpanElement {
    let bar = this.#bars.get(name);
    if (!bar) {
      bar = part('span', name, `score-${name}`);
      this.#bars.set(name, bar);
      this.#score.append(bar);
    }
    return bar;
  }
}

/** Cards in waiting: the same boxes, nothing in them. */
export function skeleton(count: number): HTMLLIElement[] {
  return Array.from({ length: count }, () => {
    const body = part('div', 'body');
    body.append(part('div', 'line'), part('div', 'line'), part('div', 'line'));
    const card = part('div', 'card');
    card.append(part('div', 'poster'), body);
    const item = part('li', 'item');
    item.setAttribute('aria-hidden', 'true');
    item.append(card);
    return item;
  });
}

/** The picture of a title, or one drawn from its name. */
export function picture(item: Pick<Card, 'name' | 'image'>): HTMLElement {
  const frame = part('div', 'poster');
  const address = safeAddress(item.image);
  if (!address) {
    frame.append(poster(item.name));
    return frame;
  }
  const image = document.createElement('img');
  image.part.add('image');
  image.alt = '';
  image.loading = 'lazy';
  image.decoding = 'async';
  image.width = 200;
  image.height = 300;
  image.referrerPolicy = 'no-referrer';
  drawInstead(image, item.name);
  image.src = address;
  frame.append(image);
  return frame;
}

/** An image that can't be had gives way to a drawn one. */
export function drawInstead(image: HTMLImageElement, name: string): void {
  image.addEventListener('error', () => image.replaceWith(poster(name)), { once: true });
}

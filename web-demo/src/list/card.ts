// One card. It is made once for a title and updated after that, so that a rerank moves it instead of replacing it.

import type { Answer, ScoredItem } from "aftershow";
import { fillTemplate, safeAddress } from "./address.js";
import { poster } from "./artwork.js";
import { PARTS, contributions, reasonOf, type PartName } from "./reason.js";
import { hundredths, words } from "./words.js";

/** A card of the list. */
export class CardView {
  /** The `<li>`. */
  readonly node: HTMLLIElement;
  readonly #name: HTMLElement;
  readonly #facts = part("p", "facts");
  readonly #genres = part("p", "genres");
  readonly #reason = part("p", "reason");
  readonly #score = part("span", "score");
  readonly #bars: Record<PartName, HTMLSpanElement>;

  constructor(item: ScoredItem, href: string | null) {
    const address = safeAddress(href === null ? item.url : fillTemplate(href, item.id));
    this.#name = part(address ? "a" : "span", "name");
    // The link's name is the title alone; its area is the whole card.
    if (this.#name instanceof HTMLAnchorElement && address) this.#name.href = address;
    this.#name.textContent = item.name;
    this.#score.setAttribute("role", "img");
    const bar = (name: PartName): HTMLSpanElement => part("span", name, `score-${name}`);
    this.#bars = { genre: bar("genre"), text: bar("text"), metadata: bar("metadata"), year: bar("year") };
    this.#score.append(...PARTS.map((name) => this.#bars[name]));
    const body = part("div", "body");
    body.append(this.#name, this.#facts, this.#genres, this.#reason, this.#score);
    const card = part("div", "card");
    card.append(picture(item), body);
    this.node = part("li", "item");
    this.node.append(card);
    this.#facts.textContent = [item.year, item.platform].filter(Boolean).join(" · ");
    this.#genres.textContent = item.genres.join(", ");
  }

  /** Shows the reason and the score that the item has in this answer. */
  update(item: ScoredItem, answer: Answer): void {
    const adds = contributions(item, answer.weights);
    this.#reason.textContent = reasonOf(item, answer.subject, answer.weights);
    for (const name of PARTS) this.#bars[name].style.setProperty("--share", String(adds[name]));
    const spoken = PARTS.filter((name) => hundredths(adds[name]) > 0);
    const label = words.score(item.score, spoken.map((name) => `${words.parts[name]} ${hundredths(adds[name])}`));
    this.#score.setAttribute("aria-label", label);
    this.#score.title = label;
  }
}

/** Cards in waiting: the same boxes, nothing in them. */
export function skeleton(count: number): HTMLLIElement[] {
  return Array.from({ length: count }, () => {
    const body = part("div", "body");
    body.append(part("div", "line"), part("div", "line"), part("div", "line"));
    const card = part("div", "card");
    card.append(part("div", "poster"), body);
    const item = part("li", "item");
    item.setAttribute("aria-hidden", "true");
    item.append(card);
    return item;
  });
}

function picture(item: ScoredItem): HTMLElement {
  const frame = part("div", "poster");
  const address = safeAddress(item.image);
  if (!address) {
    frame.append(poster(item.name));
    return frame;
  }
  const image = document.createElement("img");
  image.part.add("image");
  image.alt = "";
  image.loading = "lazy";
  image.decoding = "async";
  image.width = 200;
  image.height = 300;
  image.referrerPolicy = "no-referrer";
  image.addEventListener("error", () => image.replaceWith(poster(item.name)), { once: true });
  image.src = address;
  frame.append(image);
  return frame;
}

/** An element whose class, and part, is `name`. */
export function part<K extends keyof HTMLElementTagNameMap>(tag: K, name: string, as = name): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.className = name;
  node.part.add(as);
  return node;
}

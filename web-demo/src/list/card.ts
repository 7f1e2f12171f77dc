// One card. It is made once for a title and updated after that, so that a rerank moves it instead of replacing it.

import type { Card } from "aftershow";
import { fillTemplate, safeAddress } from "./address.js";
import { poster } from "./artwork.js";
import type { KeptHistory } from "./history.js";
import { OpinionView } from "./opinion.js";
import { part } from "./part.js";
import type { PieceName, Standing } from "./reason.js";

/** How many cards were made, for names that no two share. */
let made = 0;

/** A card of the list. */
export class CardView {
  /** The `<li>`. */
  readonly node: HTMLLIElement;
  readonly #name: HTMLElement;
  readonly #facts = part("p", "facts");
  readonly #genres = part("p", "genres");
  readonly #reason = part("p", "reason");
  /** A title may be of another script than the page, and so may a reason that names one. */
  readonly #because = document.createElement("bdi");
  readonly #score = part("span", "score");
  readonly #bars = new Map<PieceName, HTMLSpanElement>();
  readonly #card = part("div", "card");
  readonly #opinion: OpinionView | null;

  /** With a history the card has buttons that write into it. */
  constructor(item: Card, href: string | null, history: KeptHistory | null) {
    const address = safeAddress(href === null ? item.url : fillTemplate(href, item.id));
    this.#name = part(address ? "a" : "span", "name");
    // The link's name is the title alone; its area is the whole card.
    if (this.#name instanceof HTMLAnchorElement && address) this.#name.href = address;
    this.#name.textContent = item.name;
    this.#reason.append(this.#because);
    this.#reason.id = `reason-${++made}`;
    this.#score.setAttribute("role", "img");
    const body = part("div", "body");
    body.append(this.#name, this.#facts, this.#genres, this.#reason, this.#score);
    this.#card.append(picture(item), body);
    this.#opinion = history && new OpinionView(item, history);
    if (this.#opinion) this.#card.append(this.#opinion.node);
    this.node = part("li", "item");
    this.node.append(this.#card);
    this.#facts.textContent = [item.year, item.platform].filter(Boolean).join(" · ");
    this.#genres.textContent = item.genres.join(", ");
    this.sync();
  }

  /** Shows the reason and the score that the item has in this answer. */
  update({ reason, pieces, score }: Standing): void {
    this.#because.textContent = reason;
    // Who goes from link to link hears it too.
    if (reason) this.#name.setAttribute("aria-describedby", this.#reason.id);
    else this.#name.removeAttribute("aria-describedby");
    this.#score.hidden = score === "";
    for (const { name, share } of pieces) this.#bar(name).style.setProperty("--share", String(share));
    this.#score.setAttribute("aria-label", score);
    this.#score.title = score;
  }

  /** Shows what the visitor thinks of the title now. */
  sync(): void {
    this.#opinion?.sync();
    this.#card.dataset.opinion = this.#opinion?.node.dataset.opinion ?? "";
  }

  #bar(name: PieceName): HTMLSpanElement {
    let bar = this.#bars.get(name);
    if (!bar) {
      bar = part("span", name, `score-${name}`);
      this.#bars.set(name, bar);
      this.#score.append(bar);
    }
    return bar;
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

function picture(item: Card): HTMLElement {
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

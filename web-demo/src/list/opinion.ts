// Two buttons by which a visitor says what they think of a title. Pressed once they say it, pressed again they take it back.

import type { Card } from "aftershow";
import type { KeptHistory, Opinion } from "./history.js";
import { part } from "./part.js";
import { words } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const OPINIONS = ["like", "dislike"] as const;
const ICONS: Record<Opinion, string> = {
  like: "M12 20S3.5 14.8 3.5 9A4.5 4.5 0 0 1 12 6.9 4.5 4.5 0 0 1 20.5 9C20.5 14.8 12 20 12 20Z",
  dislike: "M12 3.5A8.5 8.5 0 1 1 12 20.5 8.5 8.5 0 0 1 12 3.5ZM6 6 18 18",
};

/** The two buttons of a title. */
export class OpinionView {
  /** The group of both. */
  readonly node = part("div", "opinion");
  readonly #buttons: Record<Opinion, HTMLButtonElement>;
  readonly #history: KeptHistory;
  readonly #id: Card["id"];

  /** `worded`: the buttons say in words what they mean, and not by an icon alone. */
  constructor(card: Pick<Card, "id" | "name">, history: KeptHistory, worded = false) {
    this.#history = history;
    this.#id = card.id;
    const button = (opinion: Opinion): HTMLButtonElement => {
      const node = part("button", opinion);
      node.type = "button";
      node.title = words.opinions[opinion];
      node.setAttribute("aria-label", words.opinion(opinion, card.name));
      node.append(icon(opinion));
      if (worded) node.append(words.opinions[opinion]);
      node.addEventListener("click", () => history.set(card.id, history.opinionOf(card.id) === opinion ? null : opinion));
      return node;
    };
    this.#buttons = { like: button("like"), dislike: button("dislike") };
    this.node.append(this.#buttons.like, this.#buttons.dislike);
    this.sync();
  }

  /** Shows what the history says now. */
  sync(): void {
    const said = this.#history.opinionOf(this.#id);
    for (const opinion of OPINIONS) this.#buttons[opinion].setAttribute("aria-pressed", String(said === opinion));
    this.node.dataset.opinion = said ?? "";
  }
}

function icon(opinion: Opinion): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[opinion]);
  svg.append(path);
  return svg;
}

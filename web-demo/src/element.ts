// <aftershow-list>: a list of similar titles, found in the page itself.
//
// The parts, in the order the data goes: `packs` (files in), `element` (question, answer, states),
// `reason` and `card` (what is shown), `artwork` (pictures for titles that have none), `motion` (reordering).

import type { Answer, SimilarOptions } from "aftershow";
import { CardView, part, skeleton } from "./list/card.js";
import { arrange } from "./list/motion.js";
import { packAt, trafficOf } from "./list/packs.js";
import { styles } from "./list/styles.js";
import { words } from "./list/words.js";

/** What `aftershow-answer` tells. */
export interface AnswerDetail {
  /** Time from the question to the answer, fetching included. */
  milliseconds: number;
  /** Where the answer was found. It never changes ids or scores. */
  route: Answer["route"];
  /** Bytes of the pack's files that were read meanwhile; 0 if all were there. */
  bytes: number;
  /** The answer itself. */
  answer: Answer;
}

/** What `aftershow-error` tells. */
export interface ErrorDetail {
  /** The stable code. */
  code: string;
  /** What is wrong and what to do, for the people who run the site. */
  message: string;
}

const NUMBERS = ["n", "min-similarity", "genre-weight", "text-weight", "metadata-weight", "year-weight"] as const;
type NumberAttribute = (typeof NUMBERS)[number];

/** Titles similar to one of a pack. */
export class AftershowList extends HTMLElement {
  static readonly observedAttributes = ["src", "item", "href", ...NUMBERS];

  readonly #list = part("ul", "list");
  readonly #note = part("div", "note");
  readonly #spoken = part("p", "spoken");
  readonly #cards = new Map<string, CardView>();
  #scheduled = false;
  #running = false;
  #speaking: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styles()];
    this.#list.setAttribute("role", "list");
    this.#list.setAttribute("aria-label", words.label);
    this.#note.setAttribute("role", "alert");
    this.#note.hidden = true;
    this.#spoken.setAttribute("role", "status");
    root.append(this.#list, this.#note, this.#spoken);
  }

  /** Address of the pack's folder. Default `/pack/`. */
  get src(): string {
    return this.getAttribute("src") ?? "/pack/";
  }
  set src(value: string | null) {
    this.#reflect("src", value);
  }

  /** Id of the title that the others should be like. Without it the list is empty. */
  get item(): string | null {
    return this.getAttribute("item");
  }
  set item(value: string | number | null) {
    this.#reflect("item", value);
  }

  /** Where a card leads, with `{id}` for its id. Without it, to the title's own page if the pack knows one. */
  get href(): string | null {
    return this.getAttribute("href");
  }
  set href(value: string | null) {
    this.#reflect("href", value);
  }

  /** How many titles, 1 to 100. Default 10. */
  get n(): number {
    return this.#number("n") ?? 10;
  }
  set n(value: number | null) {
    this.#reflect("n", value);
  }

  /** Least score, 0 to 1. Default 0. */
  get minSimilarity(): number {
    return this.#number("min-similarity") ?? 0;
  }
  set minSimilarity(value: number | null) {
    this.#reflect("min-similarity", value);
  }

  /** Weight of shared genres, 0 to 1000000; only the proportions of the four count. `null`: the pack's own. */
  get genreWeight(): number | null {
    return this.#number("genre-weight");
  }
  set genreWeight(value: number | null) {
    this.#reflect("genre-weight", value);
  }

  /** Weight of the summaries' likeness, as `genreWeight`. */
  get textWeight(): number | null {
    return this.#number("text-weight");
  }
  set textWeight(value: number | null) {
    this.#reflect("text-weight", value);
  }

  /** Weight of platform, type and language, as `genreWeight`. */
  get metadataWeight(): number | null {
    return this.#number("metadata-weight");
  }
  set metadataWeight(value: number | null) {
    this.#reflect("metadata-weight", value);
  }

  /** Weight of the years' nearness, as `genreWeight`. */
  get yearWeight(): number | null {
    return this.#number("year-weight");
  }
  set yearWeight(value: number | null) {
    this.#reflect("year-weight", value);
  }

  connectedCallback(): void {
    for (const name of ["src", "item", "href", "n", "minSimilarity", ...WEIGHTS] as const) this.#upgrade(name);
    this.#schedule();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after) return;
    // A card is of one pack, and its link is made with it.
    if (name === "href" || name === "src") this.#cards.clear();
    this.#schedule();
  }

  /** Asks again, as after an error. */
  refresh(): void {
    this.#schedule();
  }

  /** Several attributes set at once make one question. */
  #schedule(): void {
    if (this.#scheduled || !this.isConnected) return;
    this.#scheduled = true;
    queueMicrotask(() => void this.#run());
  }

  /** One question at a time; what changes meanwhile is asked next, and only the last of it. */
  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (this.#scheduled && this.isConnected) {
      this.#scheduled = false;
      await this.#ask();
    }
    this.#scheduled = false;
    this.#running = false;
  }

  async #ask(): Promise<void> {
    if (this.item === null) {
      this.#show([]);
      return;
    }
    this.#wait();
    const { src, item } = this;
    const start = performance.now();
    try {
      const traffic = trafficOf(src);
      const read = traffic.bytes;
      const recommender = await packAt(src);
      const answer = await recommender.similar(this.#options(item));
      // Asked about another title meanwhile: that answer comes next, this one is nobody's.
      if (!this.isConnected || item !== this.item || src !== this.src) return;
      const milliseconds = performance.now() - start;
      this.#render(answer);
      this.#tell("aftershow-answer", { milliseconds, route: answer.route, bytes: traffic.bytes - read, answer });
    } catch (error) {
      if (!this.isConnected || item !== this.item || src !== this.src) return;
      this.#fail(error);
    }
  }

  #options(id: string): SimilarOptions {
    // Text that is no number goes on as NaN: the engine says which parameter is wrong.
    const number = (name: NumberAttribute): number | null => {
      const text = this.getAttribute(name);
      if (text === null) return null;
      return text.trim() === "" ? Number.NaN : Number(text);
    };
    return {
      id,
      n: number("n"),
      min_similarity: number("min-similarity"),
      genre_weight: number("genre-weight"),
      text_weight: number("text-weight"),
      metadata_weight: number("metadata-weight"),
      year_weight: number("year-weight"),
    };
  }

  #wait(): void {
    this.#list.setAttribute("aria-busy", "true");
    if (this.#list.childElementCount > 0 && this.#note.hidden) return;
    this.#note.hidden = true;
    this.#list.hidden = false;
    this.#list.classList.add("skeleton");
    this.#list.replaceChildren(...skeleton(Math.min(Math.max(Math.trunc(this.n) || 1, 1), 12)));
    this.#speak(words.loading);
  }

  #render(answer: Answer): void {
    const cards = answer.items.map((item) => {
      const key = `${typeof item.id}:${item.id}`;
      const card = this.#cards.get(key) ?? new CardView(item, this.href);
      card.update(item, answer);
      return [key, card] as const;
    });
    this.#show(cards.map(([, card]) => card.node));
    this.#cards.clear();
    for (const [key, card] of cards) this.#cards.set(key, card);
    const first = answer.items[0];
    if (first) this.#speak(words.found(answer.items.length, first.name));
    else this.#explain(words.empty);
  }

  #show(nodes: readonly HTMLElement[]): void {
    if (this.#list.classList.contains("skeleton")) {
      this.#list.classList.remove("skeleton");
      this.#list.replaceChildren();
    }
    this.#list.setAttribute("aria-busy", "false");
    this.#list.hidden = nodes.length === 0;
    this.#note.hidden = true;
    arrange(this.#list, nodes);
  }

  #fail(error: unknown): void {
    const code = codeOf(error);
    const message = error instanceof Error ? error.message : String(error);
    this.#show([]);
    this.#cards.clear();
    this.#explain(words.errors[code] ?? (code === "invalid_parameter" ? message : words.damaged), code);
    this.#tell("aftershow-error", { code, message });
  }

  #explain(text: string, code?: string): void {
    const sentence = part("p", "message");
    sentence.textContent = text;
    this.#note.replaceChildren(sentence);
    if (code) {
      const line = part("p", "code");
      const name = document.createElement("code");
      name.textContent = code;
      line.append(`${words.code}: `, name);
      const button = part("button", "retry");
      button.type = "button";
      button.textContent = words.retry;
      button.addEventListener("click", () => this.refresh());
      this.#note.append(line);
      // Asking again mends a lost connection; it can't mend a wrong question.
      if (code !== "unknown_item" && code !== "invalid_parameter") this.#note.append(button);
    }
    this.#note.hidden = false;
  }

  /** Says what changed to a screen reader, once a slider has come to rest. */
  #speak(text: string): void {
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(() => (this.#spoken.textContent = text), 600);
  }

  #tell(name: "aftershow-answer" | "aftershow-error", detail: AnswerDetail | ErrorDetail): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #number(name: NumberAttribute): number | null {
    const text = this.getAttribute(name);
    return text === null ? null : Number(text);
  }

  #reflect(name: string, value: string | number | null): void {
    if (value === null || value === undefined) this.removeAttribute(name);
    else this.setAttribute(name, String(value));
  }

  /** A property that was set before the element was defined hides its accessor; set it again. */
  #upgrade(name: keyof this & string): void {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    delete (this as Partial<this>)[name];
    this[name] = value;
  }
}

const WEIGHTS = ["genreWeight", "textWeight", "metadataWeight", "yearWeight"] as const;

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}

if (!customElements.get("aftershow-list")) customElements.define("aftershow-list", AftershowList);

declare global {
  interface HTMLElementTagNameMap {
    "aftershow-list": AftershowList;
  }
  interface HTMLElementEventMap {
    "aftershow-answer": CustomEvent<AnswerDetail>;
    "aftershow-error": CustomEvent<ErrorDetail>;
  }
}

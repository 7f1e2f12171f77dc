// <aftershow-list>: a list of similar titles, or of titles for the visitor, found in the page itself.
//
// The parts, in the order the data goes: `packs` (files in), `history` (what the visitor likes), `question` (what is asked
// and answered), `element` (states), `reason`, `card` and `opinion` (what is shown), `artwork` (pictures for titles that
// have none), `motion` (reordering).

import type { Answer, HistoryEvent, ItemId, Recommendations } from "aftershow";
import { CardView, skeleton } from "./list/card.js";
import { historyAt, type KeptEvent, type KeptHistory } from "./list/history.js";
import { arrange, focusedPlace, refocus } from "./list/motion.js";
import { packAt, trafficOf } from "./list/packs.js";
import { part } from "./list/part.js";
import { forPerson, similarTo, type Found, type Question } from "./list/question.js";
import { styles } from "./list/styles.js";
import { words } from "./list/words.js";

/** What an answer cost. */
interface Cost {
  /** Time from the question to the answer, fetching included. */
  milliseconds: number;
  /** Bytes of the pack's files that were read meanwhile; 0 if all were there. */
  bytes: number;
}

/** What `aftershow-answer` tells. */
export interface AnswerDetail extends Cost {
  /** Where the answer was found. It never changes ids or scores. */
  route: Answer["route"];
  /** The answer itself. */
  answer: Answer;
}

/** What `aftershow-recommendations` tells. */
export interface RecommendationsDetail extends Cost {
  /** The recommendations themselves. */
  recommendations: Recommendations;
}

/** What `aftershow-error` tells. */
export interface ErrorDetail {
  /** The stable code. */
  code: string;
  /** What is wrong and what to do, for the people who run the site. */
  message: string;
}

const NUMBERS = [
  "n",
  "min-similarity",
  "genre-weight",
  "text-weight",
  "metadata-weight",
  "year-weight",
  "content-weight",
  "collaborative-weight",
] as const;
type NumberAttribute = (typeof NUMBERS)[number];

/** Titles similar to one of a pack, or titles for the visitor. */
export class AftershowList extends HTMLElement {
  static readonly observedAttributes = ["src", "item", "href", "for-you", "opinions", "reasons", "storage-key", ...NUMBERS];

  readonly #label = part("p", "label");
  readonly #list = part("ul", "list");
  readonly #note = part("div", "note");
  readonly #spoken = part("p", "spoken");
  readonly #cards = new Map<string, CardView>();
  /** What the cards are about. */
  #subject = "";
  #scheduled = false;
  #running = false;
  #speaking: ReturnType<typeof setTimeout> | undefined;
  /** Whether the list has come near to what is seen; only with `loading="lazy"` it must. */
  #near = false;
  #watcher: IntersectionObserver | undefined;
  #unfollow = (): void => {};

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styles()];
    this.#label.hidden = true;
    this.#list.setAttribute("role", "list");
    this.#list.setAttribute("aria-label", words.label);
    this.#note.setAttribute("role", "alert");
    this.#note.hidden = true;
    this.#spoken.setAttribute("role", "status");
    root.append(this.#label, this.#list, this.#note, this.#spoken);
  }

  /** Address of the pack's folder. Default `/pack/`. */
  get src(): string {
    return this.getAttribute("src") ?? "/pack/";
  }
  set src(value: string | null) {
    this.#reflect("src", value);
  }

  /** Id of the title that the others should be like. Without it and without `forYou` the list is empty. */
  get item(): string | null {
    return this.getAttribute("item");
  }
  set item(value: string | number | null) {
    this.#reflect("item", value);
  }

  /** Whether the list is for the visitor, by what they like; `item` and `minSimilarity` then say nothing. */
  get forYou(): boolean {
    return this.hasAttribute("for-you");
  }
  set forYou(value: boolean) {
    this.toggleAttribute("for-you", Boolean(value));
  }

  /** Whether cards have buttons to like a title or to say that it is of no interest. A list for the visitor always has them. */
  get opinions(): boolean {
    return this.hasAttribute("opinions");
  }
  set opinions(value: boolean) {
    this.toggleAttribute("opinions", Boolean(value));
  }

  /** Whether cards say why their titles are there: `off`, or else `on`. */
  get reasons(): "on" | "off" {
    return this.getAttribute("reasons") === "off" ? "off" : "on";
  }
  set reasons(value: "on" | "off") {
    this.#reflect("reasons", value);
  }

  /** Under which key of the browser's own storage the history is kept; lists with the same key share it. Empty: it ends with the page. */
  get storageKey(): string {
    return this.getAttribute("storage-key") ?? "aftershow-history";
  }
  set storageKey(value: string | null) {
    this.#reflect("storage-key", value);
  }

  /** What the visitor likes (weight above 0) and doesn't (below 0), the oldest first. Setting it keeps it. */
  get history(): readonly KeptEvent[] {
    return this.#history.events.map((event) => ({ ...event }));
  }
  set history(events: readonly (ItemId | HistoryEvent)[]) {
    this.#history.events = events;
  }

  /** With `lazy` nothing is read or asked before the list comes near to what is seen. Counts when the list is connected. */
  get loading(): "eager" | "lazy" {
    return this.getAttribute("loading") === "lazy" ? "lazy" : "eager";
  }
  set loading(value: "eager" | "lazy") {
    this.#reflect("loading", value);
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

  /** Weight of what the visitor's titles are like, 0 to 1000000; only its proportion to `collaborativeWeight` counts. `null`: the pack's own. */
  get contentWeight(): number | null {
    return this.#number("content-weight");
  }
  set contentWeight(value: number | null) {
    this.#reflect("content-weight", value);
  }

  /** Weight of what people with a like history chose, as `contentWeight`. */
  get collaborativeWeight(): number | null {
    return this.#number("collaborative-weight");
  }
  set collaborativeWeight(value: number | null) {
    this.#reflect("collaborative-weight", value);
  }

  connectedCallback(): void {
    for (const name of PROPERTIES) this.#upgrade(name);
    this.#follow();
    this.#near = this.loading !== "lazy";
    if (!this.#near) {
      this.#wait();
      this.#watcher = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.#come(), { rootMargin: "200px" });
      this.#watcher.observe(this);
    }
    this.#schedule();
  }

  disconnectedCallback(): void {
    this.#watcher?.disconnect();
    this.#unfollow();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after) return;
    // A card is of one pack and one history, and its link is made with it.
    if (!["item", "reasons", ...NUMBERS].includes(name)) this.#cards.clear();
    if (name === "storage-key" && this.isConnected) this.#follow();
    this.#schedule();
  }

  /** Asks again, as after an error. */
  refresh(): void {
    this.#schedule();
  }

  get #history(): KeptHistory {
    return historyAt(this.storageKey);
  }

  #follow(): void {
    this.#unfollow();
    this.#unfollow = this.#history.follow(() => {
      for (const card of this.#cards.values()) card.sync();
      if (this.forYou) this.#schedule();
    });
  }

  #come(): void {
    this.#watcher?.disconnect();
    this.#near = true;
    this.#schedule();
  }

  /** Several attributes set at once make one question. */
  #schedule(): void {
    if (this.#scheduled || !this.isConnected || !this.#near) return;
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
    const question = this.#question();
    const { src } = this;
    if (!question) {
      this.#show([]);
      return;
    }
    this.#wait();
    const start = performance.now();
    // Asked about another title meanwhile: that answer comes next, this one is nobody's.
    const late = (): boolean => !this.isConnected || src !== this.src || question.subject !== this.#question()?.subject;
    try {
      const traffic = trafficOf(src);
      const read = traffic.bytes;
      const found = await question.ask(await packAt(src));
      if (late()) return;
      const cost = { milliseconds: performance.now() - start, bytes: traffic.bytes - read };
      this.#render(question, found);
      if ("answer" in found.told) this.#tell("aftershow-answer", { ...cost, route: found.told.answer.route, ...found.told });
      else this.#tell("aftershow-recommendations", { ...cost, ...found.told });
    } catch (error) {
      if (!late()) this.#fail(error);
    }
  }

  #question(): Question | null {
    // Text that is no number goes on as NaN: the engine says which parameter is wrong.
    const number = (name: NumberAttribute): number | null => {
      const text = this.getAttribute(name);
      if (text === null) return null;
      return text.trim() === "" ? Number.NaN : Number(text);
    };
    const common = {
      reasons: this.reasons === "on",
      genre_weight: number("genre-weight"),
      text_weight: number("text-weight"),
      metadata_weight: number("metadata-weight"),
      year_weight: number("year-weight"),
    };
    if (this.forYou) {
      return forPerson({
        ...common,
        history: this.#history.events,
        limit: number("n"),
        content_weight: number("content-weight"),
        collaborative_weight: number("collaborative-weight"),
      });
    }
    const id = this.item;
    return id === null ? null : similarTo({ ...common, id, n: number("n"), min_similarity: number("min-similarity") });
  }

  #wait(): void {
    this.#list.setAttribute("aria-busy", "true");
    if (this.#list.childElementCount > 0 && this.#note.hidden) return;
    this.#note.hidden = true;
    this.#list.hidden = false;
    this.#list.classList.add("skeleton");
    this.#list.replaceChildren(...skeleton(Math.min(Math.max(Math.trunc(this.n) || 1, 1), 14)));
    if (this.#near) this.#speak(this.forYou ? words.waiting : words.loading);
  }

  #render(question: Question, { rows, name, label, spoken, nothing }: Found): void {
    // Cards of the other kind have other bars.
    const kind = question.subject === "person" ? "person" : "item";
    if (kind !== this.#subject) this.#cards.clear();
    this.#subject = kind;
    const history = this.forYou || this.opinions ? this.#history : null;
    const cards = rows.map(({ card: item, standing }) => {
      const key = `${typeof item.id}:${item.id}`;
      const card = this.#cards.get(key) ?? new CardView(item, this.href, history);
      card.update(standing);
      return [key, card] as const;
    });
    this.#list.classList.toggle("reasoned", rows.some(({ standing }) => standing.reason !== ""));
    const place = focusedPlace(this.#list);
    this.#show(cards.map(([, card]) => card.node));
    refocus(this.#list, place);
    this.#cards.clear();
    for (const [key, card] of cards) this.#cards.set(key, card);
    this.#list.setAttribute("aria-label", name);
    this.#label.textContent = label;
    this.#label.hidden = label === "" || rows.length === 0;
    if (rows.length > 0) this.#speak(spoken);
    else this.#explain(nothing);
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
    this.#label.hidden = true;
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

  #tell<K extends keyof Told>(name: K, detail: Told[K]): void {
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

const PROPERTIES = [
  "src",
  "item",
  "forYou",
  "opinions",
  "reasons",
  "storageKey",
  "history",
  "loading",
  "href",
  "n",
  "minSimilarity",
  "genreWeight",
  "textWeight",
  "metadataWeight",
  "yearWeight",
  "contentWeight",
  "collaborativeWeight",
] as const;

/** The events and what they tell. */
interface Told {
  "aftershow-answer": AnswerDetail;
  "aftershow-recommendations": RecommendationsDetail;
  "aftershow-error": ErrorDetail;
}

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
    "aftershow-recommendations": CustomEvent<RecommendationsDetail>;
    "aftershow-error": CustomEvent<ErrorDetail>;
  }
}

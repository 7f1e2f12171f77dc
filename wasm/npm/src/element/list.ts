// <aftershow-list>: a list of similar titles, or of titles for the visitor, found in the page itself.

import type { HistoryEvent, ItemId } from '../types.js';
import { CardView, skeleton, type CardStyle, type RenderCard } from './card.js';
import { faultOf, tell, type AftershowEvents, type CardDetail, type ErrorDetail } from './events.js';
import { focusedPlace, moveByKeys, refocus } from './focus.js';
import { historyAt, type KeptEvent, type KeptHistory } from './history.js';
import { Impressions } from './impressions.js';
import { itemOptions, KNOBS, personOptions } from './knobs.js';
import css from './list.css';
import { arrange } from './motion.js';
import { noteOf, plainly, retryButton } from './note.js';
import { isOfPack, packAt, type SharedPack } from './packs.js';
import { part } from './part.js';
import { forPerson, popularInstead, similarTo, type Found, type Question } from './question.js';
import { attributeOf, Base, choice, flag, json, reflect, text, upgrade } from './reflection.js';
import { servedList } from './served.js';
import { sheetOf } from './style.js';
import type { UndoView } from './undo.js';
import { listeners, wordsFor, type Words } from './words.js';

const PROPERTIES = {
  src: text('/pack/'),
  item: text(),
  href: text(),
  forYou: flag,
  opinions: flag,
  reasons: choice('on', 'off'),
  storageKey: text('aftershow-history'),
  loading: choice('eager', 'lazy'),
  layout: choice('grid', 'row', 'list'),
  options: json,
  ...KNOBS,
};
/** Of these the cards that are there can stay as they are. */
const OF_QUESTION: readonly string[] = ['item', 'reasons', 'options', ...Object.keys(KNOBS)].map(attributeOf);

/** What the cards are about, what kind of score they show, and their edition. */
interface Shown {
  readonly subject: string;
  readonly kind: Found['kind'];
  readonly edition: number;
}

const sheet = sheetOf(css);

/** Titles similar to one of a pack, or titles for the visitor. */
export class AftershowList extends Base {
  /** The attributes that change something while the list is there. */
  static readonly observedAttributes = ['lang', ...Object.keys(PROPERTIES).map(attributeOf)];

  /** Address of the pack's folder. Default `/pack/`. */
  declare src: string | null;
  /** Id of the title that the others should be like. Without it and without `forYou` the list is empty. */
  declare item: ItemId | null;
  /** Where a card leads, with `{id}` for its id. Without it, to the title's own page if the pack knows one. */
  declare href: string | null;
  /** Whether the list is for the visitor, by what they like; `item` and `minSimilarity` then say nothing. */
  declare forYou: boolean;
  /** Whether cards have buttons to like a title or to say that it is of no interest. A list for the visitor always has them. */
  declare opinions: boolean;
  /** Whether cards say why their titles are there: `off`, or else `on`. */
  declare reasons: 'on' | 'off';
  /** Under which key of the browser's own storage the history is kept; lists with the same key share it. Empty: it ends with the page. */
  declare storageKey: string | null;
  /** With `lazy` nothing is read or asked before the list comes near to what is seen. Counts when the list is connected. */
  declare loading: 'eager' | 'lazy';
  /** How cards lie: in a `grid`, a `row` that scrolls, or a `list`. */
  declare layout: 'grid' | 'row' | 'list';
  /** Every other option of `similar` or `recommend`, by the engine's names: `filter`, `rerank`, `half_life_days` … Attributes of their own count for more. */
  declare options: object | null;
  /** How many titles, 1 to 100. Default 10. */
  declare n: number | null;
  /** Least score, 0 to 1. Default 0. */
  declare minSimilarity: number | null;
  /** Weight of shared genres, 0 to 1000000; only the proportions of the four count. `null`: the pack's own. */
  declare genreWeight: number | null;
  /** Weight of the summaries' likeness, as `genreWeight`. */
  declare textWeight: number | null;
  /** Weight of platform, type and language, as `genreWeight`. */
  declare metadataWeight: number | null;
  /** Weight of the years' nearness, as `genreWeight`. */
  declare yearWeight: number | null;
  /** Weight of what the visitor's titles are like, 0 to 1000000; only its proportion to `collaborativeWeight` counts. `null`: the pack's own. */
  declare contentWeight: number | null;
  /** Weight of what people with a like history chose, as `contentWeight`. */
  declare collaborativeWeight: number | null;
  /** How much titles should differ from those before them, 0 to 1. `null`: the pack's own. */
  declare diversity: number | null;
  /** How closely the genres follow those of the history, or of the item, 0 to 1. `null`: the pack's own. */
  declare calibration: number | null;
  /** How much newer titles come before older ones, 0 to 1. `null`: the pack's own. */
  declare freshness: number | null;
  /** How much what is popular anyway steps back, 0 to 1. `null`: the pack's own. */
  declare popularityDamping: number | null;
  /** A variant of the pack's experiments, `experiment:variant`. */
  declare variant: string | null;
  /** Id of a title that is being watched: what is like it counts beside what the visitor likes. Of a list for the visitor. */
  declare watching: ItemId | null;

  readonly #label = part('p', 'label');
  readonly #list: HTMLUListElement = part('ul', 'list');
  readonly #note = part('div', 'note');
  readonly #spoken = part('p', 'spoken');
  /** Is there with the buttons of cards. */
  #undo: UndoView | undefined;
  readonly #impressions: Impressions;
  /** The items that a server made, by their ids, until an answer takes their place. */
  readonly #served: Map<string, HTMLLIElement> = new Map();
  #cards = new Map<string, CardView>();
  /** Cards of an older edition are of another pack, history, language or make. */
  #edition = 0;
  #shown: Shown | undefined;
  #render: RenderCard | null = null;
  #scheduled = false;
  #running = false;
  /** Whether what is shown is nearer to the question than what is popular: a server made it, or it is an early answer. */
  #kept = false;
  #speaking: ReturnType<typeof setTimeout> | undefined;
  /** Whether the list has come near to what is seen; only with `loading="lazy"` it must. */
  #near = false;
  #watcher: IntersectionObserver | undefined;
  #unfollow = (): void => {};

  constructor() {
    super();
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const served = servedList(root);
    if (served) {
      this.#list = served.list;
      this.#served = served.items;
    }
    root.adoptedStyleSheets = [sheet()];
    this.#label.hidden = true;
    this.#list.setAttribute('role', 'list');
    this.#note.setAttribute('role', 'alert');
    this.#note.hidden = true;
    this.#spoken.setAttribute('role', 'status');
    this.#impressions = new Impressions((node) => this.#seen(node));
    moveByKeys(this.#list);
    this.#list.addEventListener('click', (event) => this.#click(event));
    root.replaceChildren(this.#label, this.#list, this.#note, this.#spoken);
  }

  /** What the visitor likes (weight above 0) and doesn't (below 0), the oldest first. Setting it keeps it. */
  get history(): readonly KeptEvent[] {
    return this.#history.events.map((event) => ({ ...event }));
  }
  set history(events: readonly (ItemId | HistoryEvent)[]) {
    this.#history.events = events;
  }

  /** Makes the inside of the cards. `null`: a `<template slot="card">` in the element does, or else cards are as they are by default. */
  get renderCard(): RenderCard | null {
    return this.#render;
  }
  set renderCard(render: RenderCard | null) {
    this.#render = render ?? null;
    this.#anew();
  }

  connectedCallback(): void {
    upgrade(this, [...Object.keys(PROPERTIES), 'history', 'renderCard']);
    this.#followHistory();
    listeners.add(this.#anew);
    this.#near = this.loading !== 'lazy';
    if (!this.#near) {
      this.#wait();
      const come = (entries: IntersectionObserverEntry[]): void => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        this.#watcher?.disconnect();
        this.#near = true;
        this.#schedule();
      };
      this.#watcher = new IntersectionObserver(come, { rootMargin: '200px' });
      this.#watcher.observe(this);
    }
    this.#schedule();
  }

  disconnectedCallback(): void {
    this.#watcher?.disconnect();
    this.#unfollow();
    listeners.delete(this.#anew);
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || name === 'layout') return;
    if (name === 'storage-key' && this.isConnected) this.#followHistory();
    // A card is of one pack and one history, and its link is made with it.
    if (OF_QUESTION.includes(name)) this.#schedule();
    else this.#anew();
  }

  /** Asks again, as after an error. */
  refresh(): void {
    this.#schedule();
  }

  get #history(): KeptHistory {
    return historyAt(this.storageKey ?? '');
  }

  #followHistory(): void {
    this.#unfollow();
    this.#unfollow = this.#history.follow(() => {
      this.#undo?.hide();
      for (const card of this.#cards.values()) card.sync();
      if (this.forYou) this.#schedule();
    });
  }

  #drop(): void {
    for (const card of this.#cards.values()) card.drop();
    this.#cards.clear();
  }

  /** The next answer makes its cards anew. */
  readonly #anew = (): void => {
    this.#edition++;
    this.#schedule();
  };

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
    const subject = this.#subject;
    if (subject === null) return this.#show([]);
    const { src } = this;
    const edition = this.#edition;
    const words = wordsFor(this);
    this.#wait();
    const start = performance.now();
    // Asked about another title meanwhile: that answer comes next, this one is nobody's.
    const late = (): boolean => !this.isConnected || src !== this.src || subject !== this.#subject;
    try {
      const pack = packAt(src as string);
      const read = pack.traffic.bytes;
      const styling = this.#style(words);
      const show = async (found: Found, fault?: ErrorDetail): Promise<void> => {
        const style = await styling;
        if (late()) return;
        const cost = { milliseconds: performance.now() - start, bytes: pack.traffic.bytes - read };
        this.#fill({ subject, kind: found.kind, edition }, found, style, words);
        this.#kept = true;
        if (fault) this.#fallBack(fault, words);
        tell(this, found.event, { ...cost, ...found.told } as AftershowEvents[typeof found.event]);
      };
      await show(...(await this.#answer(this.#question(words), pack, words, show)));
    } catch (error) {
      if (!late()) this.#fail(faultOf(error), words);
    }
  }

  /** A file that can't be had, or is damaged, gives what is popular. */
  async #answer(question: Question, pack: SharedPack, words: Words, early: (found: Found) => void): Promise<[Found, ErrorDetail?]> {
    try {
      return [await pack.ask(() => question.ask(pack, early))];
    } catch (error) {
      if (this.#kept || !isOfPack(error)) throw error;
      const popular = popularInstead(pack, this.n ?? 10, words).catch(() => Promise.reject(error));
      return [await popular, faultOf(error)];
    }
  }

  get #subject(): string | null {
    return this.forYou ? 'person' : this.item === null ? null : `item ${this.item}`;
  }

  #question(words: Words): Question {
    const { options } = this;
    const reasons = this.reasons === 'on';
    if (this.forYou) return forPerson(personOptions(this, this.#history.events, options, reasons), words);
    return similarTo(itemOptions(this, String(this.item), options, reasons), words);
  }

  #wait(): void {
    // What a server made is there to be read.
    this.#kept = this.#served.size > 0;
    if (this.#kept) return;
    this.#list.setAttribute('aria-busy', 'true');
    const words = wordsFor(this);
    this.#list.setAttribute('aria-label', this.forYou ? words.forYou : words.label);
    if (this.#list.childElementCount > 0 && this.#note.hidden) return;
    this.#note.hidden = true;
    this.#list.hidden = false;
    this.#list.classList.add('skeleton');
    // Nobody knows a reason for somebody unknown: what is popular is shown.
    this.#list.classList.toggle('reasoned', this.reasons === 'on' && !(this.forYou && this.#history.events.length === 0));
    this.#list.replaceChildren(...skeleton(Math.min(Math.max(Math.trunc(this.n as number) || 1, 1), 14)));
    if (this.#near) this.#speak(this.forYou ? words.forYouLoading : words.loading);
  }

  #fill(shown: Shown, { rows, name, label, spoken, nothing }: Found, style: CardStyle, words: Words): void {
    // Cards of the other kind have other bars, and a card that is seen beside another title is seen anew.
    if (shown.kind !== this.#shown?.kind || shown.edition !== this.#shown.edition) this.#drop();
    if (shown.subject !== this.#shown?.subject) this.#impressions.watch([]);
    this.#shown = shown;
    const cards = new Map<string, CardView>();
    rows.forEach(({ card: item, standing }, i) => {
      const id = String(item.id);
      const card = this.#cards.get(id) ?? new CardView(item, style, this.#served.get(id));
      card.update(standing, i + 1);
      cards.set(id, card);
      this.#cards.delete(id);
    });
    this.#drop();
    this.#cards = cards;
    this.#list.classList.toggle(
      'reasoned',
      rows.some(({ standing }) => standing.reason !== ''),
    );
    const place = focusedPlace(this.#list);
    const nodes = [...cards.values()].map((card) => card.node);
    this.#show(nodes);
    refocus(this.#list, place);
    this.#impressions.watch(nodes);
    this.#list.setAttribute('aria-label', name);
    this.#label.textContent = label;
    this.#label.hidden = label === '' || rows.length === 0;
    if (rows.length > 0) this.#speak(spoken);
    else this.#explain(noteOf(nothing, words));
  }

  /** What makes cards; buttons and templates come as files of their own, and a list does without what can't be had of them. */
  async #style(words: Words): Promise<CardStyle> {
    const template = this.querySelector<HTMLTemplateElement>(':scope > template[slot="card"]');
    const [filler, opinions] = await Promise.all([
      template && !this.#render ? import('./template.js').catch(() => null) : null,
      this.forYou || this.opinions ? import('./opinions.js').catch(() => null) : null,
    ]);
    if (opinions && !this.#undo) {
      this.#undo = new opinions.UndoView();
      const root = this.shadowRoot as ShadowRoot;
      root.append(this.#undo.node);
      root.adoptedStyleSheets.push(opinions.sheet());
    }
    return {
      host: this,
      href: this.href,
      opinion: opinions && opinions.opinionsIn(this, this.#list, this.#history, words, this.#undo as UndoView),
      render: this.#render ?? (filler && template && filler.fromTemplate(template)),
    };
  }

  #show(nodes: readonly HTMLElement[]): void {
    this.#served.clear();
    if (this.#list.classList.contains('skeleton')) {
      this.#list.classList.remove('skeleton');
      this.#list.replaceChildren();
    }
    this.#list.setAttribute('aria-busy', 'false');
    this.#list.hidden = nodes.length === 0;
    this.#note.hidden = true;
    arrange(this.#list, nodes);
  }

  #fallBack(fault: ErrorDetail, words: Words): void {
    this.#label.append(retryButton(words, () => this.refresh()));
    tell(this, 'aftershow-fallback', fault);
  }

  #fail(fault: ErrorDetail, words: Words): void {
    // It is better than words of regret, too.
    if (!this.#kept) {
      this.#drop();
      this.#show([]);
      this.#label.hidden = true;
      this.#explain(noteOf(plainly(fault, words), words, fault.code, () => this.refresh()));
    }
    tell(this, 'aftershow-error', fault);
  }

  #explain(note: readonly HTMLElement[]): void {
    this.#note.replaceChildren(...note);
    this.#note.hidden = false;
  }

  /** Says what changed to a screen reader, once a slider has come to rest. */
  #speak(text: string): void {
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(() => (this.#spoken.textContent = text), 600);
  }

  #detailOf(node: Element): CardDetail | null {
    const position = [...this.#list.children].indexOf(node) + 1;
    const card = this.#cards.get((node as HTMLElement).dataset.id ?? '')?.item;
    return card && position > 0 ? { id: card.id, card, position } : null;
  }

  #seen(node: Element): void {
    const detail = this.#detailOf(node);
    if (detail) tell(this, 'aftershow-impression', detail);
  }

  /** A link that is followed; the page may have other plans. */
  #click(event: Event): void {
    const path = event.composedPath();
    const link = path.find((node) => node instanceof HTMLAnchorElement && node.href !== '') as HTMLAnchorElement | undefined;
    const node = path.find((node) => node instanceof Element && node.parentElement === this.#list) as Element | undefined;
    const detail = link && node && this.#detailOf(node);
    if (detail && !tell(this, 'aftershow-click', { ...detail, href: link.href })) event.preventDefault();
  }
}

reflect(AftershowList, PROPERTIES);

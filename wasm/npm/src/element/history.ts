// What a visitor likes and doesn't, kept in the browser's own storage and nowhere else. Lists with the same key share it,
// also those of other tabs.

import type { HistoryEvent, ItemId } from '../types.js';

/** What a visitor says of a title. */
export type Opinion = 'like' | 'dislike';

/** What an opinion says to the engine; `aftershow build` takes such events for as much by default. */
const WEIGHTS: Record<Opinion, number> = { like: 3, dislike: -2 };
/** Of more events, the oldest go. */
const MOST = 1000;
/** How many changes can be undone. */
const STEPS = 50;

/** An event as it is kept. */
export interface KeptEvent extends HistoryEvent {
  readonly weight: number;
}

/** The history under one key. */
export class KeptHistory {
  readonly #key: string;
  readonly #followers = new Set<() => void>();
  #events: readonly KeptEvent[];
  #before: (readonly KeptEvent[])[] = [];

  /** An empty key keeps nothing beyond the page. */
  constructor(key: string) {
    this.#key = key;
    this.#events = this.#read();
    if (key === '') return;
    addEventListener('storage', (event) => {
      if (event.key !== key && event.key !== null) return;
      // Another tab has gone on from here: there is no way back to before it.
      this.#before = [];
      this.#events = this.#read();
      this.#tell();
    });
  }

  /** Every event, the oldest first. */
  get events(): readonly KeptEvent[] {
    return this.#events;
  }

  /** Puts other events in the place of all. */
  set events(events: readonly (ItemId | HistoryEvent)[]) {
    this.#change(events.map((event) => (typeof event === 'object' ? event : { id: event })).flatMap(valid));
  }

  /** What the visitor thinks of a title; `null` if that is not known. */
  opinionOf(id: ItemId): Opinion | null {
    const weight = this.#events.reduce((sum, event) => (same(event.id, id) ? sum + event.weight : sum), 0);
    return weight > 0 ? 'like' : weight < 0 ? 'dislike' : null;
  }

  /** Takes an opinion in the place of an earlier one; `null` takes that back. */
  set(id: ItemId, opinion: Opinion | null): void {
    const others = this.#events.filter((event) => !same(event.id, id));
    const time = Math.floor(Date.now() / 1000);
    this.#change(opinion === null ? others : [...others, { id, weight: WEIGHTS[opinion], time }]);
  }

  /** Forgets everything. */
  clear(): void {
    this.#change([]);
  }

  /** Whether there is a change to undo. */
  get canUndo(): boolean {
    return this.#before.length > 0;
  }

  /** Takes the last change of this page back, clearing included. */
  undo(): void {
    const before = this.#before.pop();
    if (before) this.#keep(before);
  }

  /** Calls `follower` after every change, until the function that this returns is called. */
  follow(follower: () => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  #change(events: readonly KeptEvent[]): void {
    this.#before = [...this.#before, this.#events].slice(-STEPS);
    this.#keep(events.slice(-MOST));
  }

  #keep(events: readonly KeptEvent[]): void {
    this.#events = events;
    try {
      if (this.#key !== '' && events.length > 0) localStorage.setItem(this.#key, JSON.stringify(events));
      else if (this.#key !== '') localStorage.removeItem(this.#key);
    } catch {
      // Storage that is full or forbidden: the page goes on with what it knows.
    }
    this.#tell();
  }

  #tell(): void {
    for (const follower of this.#followers) follower();
  }

  #read(): readonly KeptEvent[] {
    try {
      const kept: unknown = JSON.parse((this.#key !== '' && localStorage.getItem(this.#key)) || '[]');
      return Array.isArray(kept) ? kept.flatMap(valid).slice(-MOST) : [];
    } catch {
      return [];
    }
  }
}

const histories = new Map<string, KeptHistory>();

/** The history under a key, the same for the whole page. */
export function historyAt(key: string): KeptHistory {
  let history = histories.get(key);
  if (!history) histories.set(key, (history = new KeptHistory(key)));
  return history;
}

/** The event if it is one: storage holds what anybody on this origin wrote there. */
function valid(event: unknown): KeptEvent[] {
  if (typeof event !== 'object' || event === null) return [];
  const { id, weight = 1, time } = event as Partial<Record<keyof HistoryEvent, unknown>>;
  if (typeof id !== 'string' && !(Number.isSafeInteger(id) && Number(id) >= 0)) return [];
  if (typeof weight !== 'number' || !(Math.abs(weight) <= 100)) return [];
  const seconds = time instanceof Date ? time.getTime() / 1000 : time;
  const known = typeof seconds === 'number' && Math.abs(seconds) < 1e11 ? { time: Math.floor(seconds) } : {};
  return [{ id: id as ItemId, weight, ...known }];
}

/** An attribute's id is text, a pack's may be a number. */
function same(one: ItemId, other: ItemId): boolean {
  return String(one) === String(other);
}

// Which cards were seen: at least half of one, for a second on end.

/** How long, in milliseconds. */
const SEEN = 1000;

/** Tells of each card once. */
export class Impressions {
  readonly #timers = new Map<Element, ReturnType<typeof setTimeout>>();
  readonly #watched = new Set<Element>();
  readonly #watcher: IntersectionObserver;

  constructor(seen: (card: Element) => void) {
    const look = (card: Element, much: boolean): void => {
      clearTimeout(this.#timers.get(card));
      this.#timers.delete(card);
      if (!much || !this.#watched.has(card)) return;
      const told = (): void => {
        // A tab in the background shows nothing.
        if (document.visibilityState !== 'visible') return look(card, true);
        this.#watcher.unobserve(card);
        seen(card);
      };
      this.#timers.set(card, setTimeout(told, SEEN));
    };
    this.#watcher = new IntersectionObserver(
      (entries) => {
        for (const { target, intersectionRatio } of entries) look(target, intersectionRatio >= 0.5);
      },
      { threshold: 0.5 },
    );
  }

  /** Watches these cards and no others; those that it knows keep what was told of them. */
  watch(cards: readonly Element[]): void {
    const wanted = new Set(cards);
    for (const card of this.#watched) {
      if (wanted.has(card)) continue;
      this.#watched.delete(card);
      this.#watcher.unobserve(card);
      clearTimeout(this.#timers.get(card));
    }
    for (const card of cards) {
      if (this.#watched.has(card)) continue;
      this.#watched.add(card);
      this.#watcher.observe(card);
    }
  }
}

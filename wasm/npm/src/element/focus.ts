// Where the focus is among the cards, and how keys move it.

/** Where the focus is in a list: which card, and which control of it. */
export interface Place {
  readonly node: Element;
  readonly index: number;
  readonly control: string;
}

/** Where the focus is, if it is in the list. */
export function focusedPlace(list: HTMLElement): Place | null {
  const node = (list.getRootNode() as ShadowRoot | Document).activeElement;
  const index = [...list.children].findIndex((child) => child.contains(node));
  return node && index >= 0 ? { node, index, control: `.${node.classList[0] ?? ''}` } : null;
}

/** If the card that had the focus is gone, the card in its place gets it. */
export function refocus(list: HTMLElement, place: Place | null): void {
  if (!place || place.node.isConnected) return;
  const item = list.children[Math.min(place.index, list.childElementCount - 1)];
  item?.querySelector<HTMLElement>(place.control)?.focus({ preventScroll: true });
}

/** Arrow keys, Home and End go from card to card; Tab still goes through all there is. */
export function moveByKeys(list: HTMLElement): void {
  list.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const path = event.composedPath() as Element[];
    const items = [...list.children];
    const index = items.findIndex((item) => path.includes(item));
    const from = path[0];
    if (index < 0 || !from || from.matches('input,textarea,select')) return;
    const to = items[target(list, items, index, event.key)];
    if (!to) return;
    event.preventDefault();
    const control = to.querySelector<HTMLElement>(`.${from.classList[0] ?? 'name'}`) ?? first(to);
    control?.focus();
  });
}

/** The place that a key leads to from another. */
function target(list: HTMLElement, items: readonly Element[], index: number, key: string): number {
  const rtl = getComputedStyle(list).direction === 'rtl';
  const top = (item: Element): number => item.getBoundingClientRect().top;
  const columns = items.filter((item) => Math.abs(top(item) - top(items[0] as Element)) < 1).length;
  const steps: Record<string, number> = {
    ArrowRight: rtl ? -1 : 1,
    ArrowLeft: rtl ? 1 : -1,
    // In a row there is nothing above and below: the page scrolls.
    ArrowDown: columns,
    ArrowUp: -columns,
    Home: -index,
    End: items.length - 1 - index,
  };
  return index + (steps[key] ?? Number.NaN);
}

/** The first thing of a card that can have the focus, also in one of the page's own. */
function first(item: Element): HTMLElement | null {
  const own = item.querySelector('slot')?.assignedElements() ?? [];
  for (const root of [...own, item]) {
    const found = root.querySelector<HTMLElement>('a[href], button');
    if (found) return found;
  }
  return null;
}

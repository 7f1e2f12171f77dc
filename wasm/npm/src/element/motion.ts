// Putting nodes in a new order without a jump: each glides from where it was seen to where it belongs.

/** Whether somebody wants less motion. */
export const still = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
const GLIDE: KeyframeAnimationOptions = { duration: 380, easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)' };

/** Makes `nodes` the children of `list`, in that order. A focused child keeps the focus. */
export function arrange(list: HTMLElement, nodes: readonly HTMLElement[]): void {
  const root = list.getRootNode() as ShadowRoot | Document;
  const focused = root.activeElement;
  const before = still() ? null : places(list);
  place(list, nodes);
  // A moved node loses the focus; its reader should not.
  if (focused instanceof HTMLElement && list.contains(focused) && root.activeElement !== focused) {
    focused.focus({ preventScroll: true });
  }
  if (before && before.size > 0) glide(nodes, before);
}

function place(list: HTMLElement, nodes: readonly HTMLElement[]): void {
  const wanted = new Set<Element>(nodes);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, i) => {
    const there = list.children[i] ?? null;
    if (there !== node) list.insertBefore(node, there);
  });
}

function places(list: HTMLElement): Map<Element, DOMRect> {
  return new Map([...list.children].map((child) => [child, child.getBoundingClientRect()]));
}

function glide(nodes: readonly HTMLElement[], before: ReadonlyMap<Element, DOMRect>): void {
  // What still glides from the last time starts again from where it is now.
  for (const node of nodes) for (const old of node.getAnimations()) old.cancel();
  const after = nodes.map((node) => node.getBoundingClientRect());
  nodes.forEach((node, i) => {
    const to = after[i] as DOMRect;
    const from = before.get(node);
    if (!from) {
      node.animate(
        [
          { opacity: 0, transform: 'scale(0.96)' },
          { opacity: 1, transform: 'none' },
        ],
        GLIDE,
      );
      return;
    }
    const [x, y] = [from.left - to.left, from.top - to.top];
    if (Math.abs(x) < 1 && Math.abs(y) < 1) return;
    node.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: 'none' }], GLIDE);
  });
}

// Elements of index.html by their id. A missing one is a mistake of ours, so it fails loudly.

export function find(id: string): HTMLElement;
export function find<K extends keyof HTMLElementTagNameMap>(id: string, tag: K): HTMLElementTagNameMap[K];
export function find(id: string, tag?: string): HTMLElement {
  const node = document.getElementById(id);
  if (!node || (tag && node.localName !== tag)) throw new Error(`index.html has no ${tag ?? "element"} with the id ${id}`);
  return node;
}

// What every view of the elements is made of.

/** An element whose class, and part, is `name`. */
export function part<K extends keyof HTMLElementTagNameMap>(tag: K, name: string, as = name): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.className = name;
  node.part.add(as);
  return node;
}

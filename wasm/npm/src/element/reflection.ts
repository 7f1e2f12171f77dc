// Properties that are kept in attributes: one table, and every row of it a property of the element.

/** How a property is read from its attribute and written to it; `null` is no attribute. */
export interface Reflection {
  read(kept: string | null): unknown;
  write(value: unknown): string | null;
}

const written = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));

/** Text. */
export const text = (otherwise: string | null = null): Reflection => ({ read: (kept) => kept ?? otherwise, write: written });

/** A number; text that is none is NaN. */
export const number = (otherwise: number | null = null): Reflection => ({
  read: (kept) => (kept === null ? otherwise : kept.trim() === '' ? Number.NaN : Number(kept)),
  write: written,
});

/** There or not there. */
export const flag: Reflection = { read: (kept) => kept !== null, write: (value) => (value ? '' : null) };

/** One of some words, the first if it is none of them. */
export const choice = (...words: readonly string[]): Reflection => ({
  read: (kept) => (words.includes(kept as string) ? kept : words[0]),
  write: written,
});

/** An object as JSON; text that is no JSON is `undefined`. */
export const json: Reflection = {
  read: (kept) => {
    try {
      return JSON.parse(kept ?? 'null');
    } catch {
      return undefined;
    }
  },
  write: (value) => (value === null || value === undefined ? null : JSON.stringify(value)),
};

/** `minSimilarity` → `min-similarity`. */
export const attributeOf = (property: string): string => property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Gives an element's class the properties of a table. */
export function reflect(type: typeof HTMLElement, table: Readonly<Record<string, Reflection>>): void {
  for (const [property, { read, write }] of Object.entries(table)) {
    const attribute = attributeOf(property);
    Object.defineProperty(type.prototype, property, {
      configurable: true,
      enumerable: true,
      get(this: HTMLElement) {
        return read(this.getAttribute(attribute));
      },
      set(this: HTMLElement, value: unknown) {
        const kept = write(value);
        if (kept === null) this.removeAttribute(attribute);
        else this.setAttribute(attribute, kept);
      },
    });
  }
}

/** A property that was set before the element was defined hides its accessor; it is set again. */
export function upgrade(element: HTMLElement, properties: readonly string[]): void {
  const own = element as unknown as Record<string, unknown>;
  for (const property of properties) {
    if (!Object.hasOwn(own, property)) continue;
    const value = own[property];
    delete own[property];
    own[property] = value;
  }
}

/** What elements extend; on a server, where there are none, the module can still be imported. */
export const Base: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as unknown as typeof HTMLElement);

/** Registers an element, unless another copy of this package has. */
export function define(name: string, type: typeof HTMLElement): void {
  if (globalThis.customElements && !customElements.get(name)) customElements.define(name, type);
}

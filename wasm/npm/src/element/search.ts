// <aftershow-search>: a box that finds titles while somebody types. What it is made of comes as a file of its own, when one is on a page.

import { faultOf, tell } from './events.js';
import { loaded, packAt } from './packs.js';
import { attributeOf, Base, number, reflect, text, upgrade } from './reflection.js';
import type { SearchBox } from './search-box.js';
import { listeners, wordsFor } from './words.js';

const PROPERTIES = { src: text('/pack/'), href: text(), n: number(8), label: text(), placeholder: text() };

/** A combobox over the titles of a pack. */
export class AftershowSearch extends Base {
  /** The attributes that change something while the box is there. */
  static readonly observedAttributes = ['lang', ...Object.keys(PROPERTIES).map(attributeOf)];

  /** Address of the pack's folder. Default `/pack/`. */
  declare src: string | null;
  /** Where a title leads, with `{id}` for its id. Without it, to the title's own page if the pack knows one. */
  declare href: string | null;
  /** How many titles are shown, 1 to 100. Default 8. */
  declare n: number | null;
  /** What the box is for, for those who hear it. Default "Search titles". */
  declare label: string | null;
  /** What stands in the empty box. Default: the label. */
  declare placeholder: string | null;

  #box: SearchBox | undefined;
  #value = '';

  /** What is in the box. */
  get value(): string {
    return this.#box?.value ?? this.#value;
  }
  set value(value: string) {
    this.#value = String(value ?? '');
    if (this.#box) this.#box.value = this.#value;
  }

  connectedCallback(): void {
    upgrade(this, [...Object.keys(PROPERTIES), 'value']);
    listeners.add(this.#sync);
    if (!this.shadowRoot) void this.#open(this.attachShadow({ mode: 'open', delegatesFocus: true }));
  }

  disconnectedCallback(): void {
    listeners.delete(this.#sync);
  }

  attributeChangedCallback(): void {
    this.#sync();
  }

  readonly #sync = (): void => this.#box?.sync();

  async #open(root: ShadowRoot): Promise<void> {
    try {
      const { SearchBox } = await loaded(import('./search-box.js'));
      this.#box = new SearchBox(this, root, { packAt, wordsFor });
      this.#box.value = this.#value;
    } catch (error) {
      // There is no box yet that could be gone to: whatever the visitor goes to next asks for it again.
      addEventListener('focusin', () => void this.#open(root), { once: true });
      tell(this, 'aftershow-error', faultOf(error));
    }
  }
}

reflect(AftershowSearch, PROPERTIES);

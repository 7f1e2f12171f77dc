// The search box: an editable combobox with a list of titles, as the ARIA Authoring Practices have it.

import type { SearchResult } from '../types.js';
import { fillTemplate, safeAddress } from './address.js';
import { picture } from './card.js';
import { faultOf, tell } from './events.js';
import { plainly } from './note.js';
import type { packAt } from './packs.js';
import { part } from './part.js';
import css from './search-box.css';
import type { AftershowSearch } from './search.js';
import { sheetOf } from './style.js';
import { filled } from './phrase.js';
import type { wordsFor } from './words.js';

const sheet = sheetOf(css);
/** The engine takes 200 bytes, and each unit that a box counts is up to three of them. */
const LONGEST = 66;

/** What all elements of a page share. */
interface Shared {
  readonly packAt: typeof packAt;
  readonly wordsFor: typeof wordsFor;
}

/** What is in the element. */
export class SearchBox {
  readonly #host: AftershowSearch;
  readonly #shared: Shared;
  readonly #input = part('input', 'input');
  readonly #list = part('ul', 'options');
  readonly #status = part('p', 'status');
  #found: readonly SearchResult[] = [];
  /** The text for which they were found. */
  #of = '';
  /** The option that Enter would take; -1: none was chosen yet. */
  #active = -1;
  /** What was asked last; an older answer is nobody's. */
  #asked = 0;

  constructor(host: AftershowSearch, root: ShadowRoot, shared: Shared) {
    this.#host = host;
    this.#shared = shared;
    root.adoptedStyleSheets = [sheet()];
    const input = this.#input;
    Object.assign(input, { type: 'text', autocomplete: 'off', spellcheck: false, maxLength: LONGEST, enterKeyHint: 'search', inputMode: 'search' });
    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-controls', 'options');
    this.#list.id = 'options';
    this.#list.setAttribute('role', 'listbox');
    this.#status.setAttribute('role', 'status');
    const field = part('div', 'field');
    field.append(input);
    const popup = part('div', 'popup');
    popup.append(this.#list, this.#status);
    root.append(field, popup);
    input.addEventListener('focus', () => void shared.packAt(host.src as string).titles().catch(() => {}), { once: true });
    input.addEventListener('input', () => void this.#ask());
    input.addEventListener('keydown', (event) => this.#key(event));
    input.addEventListener('blur', () => this.#close());
    // A press on an option must not take the focus from the box.
    popup.addEventListener('mousedown', (event) => event.preventDefault());
    this.#list.addEventListener('click', (event) => {
      const index = [...this.#list.children].findIndex((option) => event.composedPath().includes(option));
      if (index >= 0) this.#choose(index, event.metaKey || event.ctrlKey);
    });
    this.sync();
    this.#close();
  }

  get value(): string {
    return this.#input.value;
  }
  set value(value: string) {
    this.#input.value = value;
  }

  /** Takes what the attributes say now. */
  sync(): void {
    const label = this.#host.label ?? this.#shared.wordsFor(this.#host).search;
    this.#input.setAttribute('aria-label', label);
    this.#list.setAttribute('aria-label', label);
    this.#input.placeholder = this.#host.placeholder ?? label;
  }

  async #ask(): Promise<void> {
    const q = this.#input.value;
    const turn = ++this.#asked;
    if (q.trim() === '') return this.#close();
    const words = this.#shared.wordsFor(this.#host);
    const start = performance.now();
    try {
      const pack = this.#shared.packAt(this.#host.src as string);
      const { bytes } = pack.traffic;
      const results = await pack.ask(async () => (await pack.titles()).search({ q, limit: this.#host.n }));
      if (turn !== this.#asked) return;
      this.#show(results.items, q);
      const count = results.items.length;
      this.#say(count > 0 ? filled(words.searchFound, { count }) : words.searchEmpty, count > 0);
      tell(this.#host, 'aftershow-search', { q, results, milliseconds: performance.now() - start, bytes: pack.traffic.bytes - bytes });
    } catch (error) {
      if (turn !== this.#asked) return;
      const fault = faultOf(error);
      this.#show([], q);
      this.#say(plainly(fault, words), false);
      tell(this.#host, 'aftershow-error', fault);
    }
  }

  #show(found: readonly SearchResult[], q: string): void {
    this.#found = found;
    this.#of = q;
    this.#list.replaceChildren(...found.map((card, i) => optionOf(card, i)));
    this.#list.hidden = found.length === 0;
    this.#move(-1);
    this.#open(true);
  }

  /** Says it; what the list shows anyway only to those who hear it. */
  #say(text: string, heard: boolean): void {
    this.#status.textContent = text;
    this.#status.classList.toggle('heard', heard);
  }

  #open(open: boolean): void {
    (this.#list.parentElement as HTMLElement).hidden = !open;
    this.#input.setAttribute('aria-expanded', String(open && this.#found.length > 0));
    if (!open) this.#move(-1);
  }

  #close(): void {
    this.#asked++;
    this.#open(false);
  }

  #move(to: number): void {
    this.#active = to;
    [...this.#list.children].forEach((option, i) => {
      option.setAttribute('aria-selected', String(i === to));
      if (i === to) option.scrollIntoView({ block: 'nearest' });
    });
    if (to < 0) this.#input.removeAttribute('aria-activedescendant');
    else this.#input.setAttribute('aria-activedescendant', `option-${to}`);
  }

  #key(event: KeyboardEvent): void {
    const last = this.#found.length - 1;
    const open = this.#input.getAttribute('aria-expanded') === 'true';
    // Whoever writes by an input method ends a word with Enter.
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (last < 0) return;
      const down = event.key === 'ArrowDown';
      if (event.altKey) this.#open(down);
      else {
        this.#open(true);
        const next = this.#active + (down ? 1 : -1);
        this.#move(next > last ? 0 : next < 0 ? last : next);
      }
    } else if (event.key === 'Enter' && open) {
      // Who writes fast is ahead of the answer: what is still there was found for less of the text.
      if (this.#of === this.#input.value) this.#choose(Math.max(this.#active, 0));
    } else if (event.key === 'Escape' && (open || this.#input.value !== '')) {
      if (!open) this.#input.value = '';
      this.#close();
    } else return;
    event.preventDefault();
  }

  #choose(index: number, aside = false): void {
    const card = this.#found[index];
    if (!card) return;
    const { href: template } = this.#host;
    const href = safeAddress(template === null ? card.url : fillTemplate(template, card.id));
    this.#of = this.#input.value = card.name;
    this.#close();
    if (!tell(this.#host, 'aftershow-select', { id: card.id, card, href }) || href === null) return;
    if (aside) open(href, '_blank', 'noopener');
    else location.assign(href);
  }
}

function optionOf(card: SearchResult, index: number): HTMLLIElement {
  const option = part('li', 'option');
  option.id = `option-${index}`;
  option.setAttribute('role', 'option');
  const name = part('span', 'name');
  name.textContent = card.name;
  const facts = part('span', 'facts');
  facts.textContent = [card.year, card.platform].filter(Boolean).join(' · ');
  const body = part('span', 'body');
  body.append(name, facts);
  option.append(picture(card), body);
  return option;
}

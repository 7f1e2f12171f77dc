// After an opinion: what was said, and a button to take it back.

import { part } from './part.js';

/** The line at the end of a list. It takes no room of it. */
export class UndoView {
  readonly node = part('div', 'undo');
  readonly #said = part('span', 'undo-text');
  readonly #button = part('button', 'undo-button');
  #undo = (): void => {};

  constructor() {
    this.node.setAttribute('role', 'status');
    this.#button.type = 'button';
    this.#button.addEventListener('click', () => this.#undo());
    this.hide();
  }

  /** Offers to take back what was said just now. */
  offer(said: string, button: string, undo: () => void): void {
    this.#said.textContent = said;
    this.#button.textContent = button;
    this.#undo = undo;
    const line = part('div', 'undo-line');
    line.append(this.#said, this.#button);
    this.node.replaceChildren(line);
  }

  hide(): void {
    this.node.replaceChildren();
  }
}

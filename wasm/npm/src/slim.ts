/// <reference lib="esnext.disposable" preserve="true" />
/** Similar items from a pack's lazy lists, by a fraction of the engine: for pages that show one list. */

import { Host } from './host.js';
import type { Answer, CallOptions, Info, ListOptions, OpenOptions, Source } from './types.js';

export type * from './types.js';
export { english, sentence } from './wording.js';

/**
 * An open pack, of which similar items can be asked: the ids and scores of the whole engine, from two small files.
 *
 * ```js
 * const recommender = await Recommender.load('/pack/');
 * const { items } = await recommender.similar({ id: 82, n: 5 });
 * ```
 */
export class Recommender {
  readonly #host: Host;
  /** Frees the pack's memory at the end of a block that began with `using`. */
  declare readonly [Symbol.dispose]: () => void;

  static {
    if (Symbol.dispose) Object.defineProperty(this.prototype, Symbol.dispose, { value: this.prototype.free });
  }

  private constructor(host: Host) {
    this.#host = host;
  }

  /**
   * Opens a pack: fetches its manifest and starts the engine. Nothing else is read yet.
   *
   * Rejects with `pack_fetch`, `pack_manifest`, `pack_version`, `pack_unknown_part`, `wasm_load`, `wasm_version` or
   * `wasm_unavailable` as `code`.
   */
  static async load(source: Source, options: OpenOptions = {}): Promise<Recommender> {
    return new Recommender(await Host.open(source, options));
  }

  /**
   * Items similar to an item of the pack, with the pack's own weights: reads a table and a shard.
   *
   * Rejects with `unknown_item`, `invalid_parameter` (`parameter` names it), `not_listed` where only the whole engine has an
   * answer, `freed` or a code that begins with `pack_`.
   */
  similar(options: ListOptions, call: CallOptions = {}): Promise<Answer> {
    return this.#host.answer((engine) => engine.similar(options), call);
  }

  /** What the pack is, and what of it is attached. */
  info(): Info {
    return this.#host.info();
  }

  /** Gives the pack's memory back to the engine. The recommender can't be used any more; freeing it twice is fine. */
  free(): void {
    this.#host.free();
  }
}

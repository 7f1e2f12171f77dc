/** Similar items from a pack's lazy lists, by a fraction of the engine: for pages that show one list. */

import { Host } from './host.js';
import { OpenPack } from './opened.js';
import type { Answer, CallOptions, ListOptions, OpenOptions, Recommendations, ShortListOptions, Source } from './types.js';

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
export class Recommender extends OpenPack {
  private constructor(host: Host) {
    super(host);
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
    return this.host.answer((engine) => engine.similar(options), call);
  }

  /**
   * What most people want, of a list of some 60 titles that the pack keeps for this: reads one small file. Ids and scores are those of
   * the whole engine.
   *
   * Rejects with `invalid_parameter`, `not_listed` if the pack was built without the list, `freed` or a code that begins with `pack_`.
   */
  popular(options: ShortListOptions = {}, call: CallOptions = {}): Promise<Recommendations> {
    return this.host.answer((engine) => engine.popular(options), call);
  }
}

/** Search in the titles of a pack, by a fraction of the engine: for pages with a search box. */

import { Host } from './host.js';
import { OpenPack } from './opened.js';
import type { CallOptions, OpenOptions, SearchOptions, SearchResults, Source } from './types.js';

export type * from './types.js';

/**
 * An open pack whose titles can be searched. `Recommender` of the whole package does it by this class.
 *
 * ```js
 * const titles = await TitleSearch.load('/pack/');
 * const { items } = await titles.search({ q: 'amelei' });
 * ```
 */
export class TitleSearch extends OpenPack {
  private constructor(host: Host) {
    super(host);
  }

  /**
   * Opens a pack: fetches its manifest and starts the engine. Nothing else is read yet.
   *
   * Rejects with `pack_fetch`, `pack_manifest`, `pack_version`, `pack_unknown_part`, `wasm_load`, `wasm_version` or
   * `wasm_unavailable` as `code`.
   */
  static async load(source: Source, options: OpenOptions = {}): Promise<TitleSearch> {
    return new TitleSearch(await Host.open(source, options));
  }

  /**
   * Items by the words of their titles, typos and all, for a box that searches while somebody types.
   *
   * Reads the index of the titles once, and small files with the cards of what is found.
   *
   * Rejects with `no_search` if the pack was built without an index, `not_listed` without lazy lists, `invalid_parameter` (`parameter` names it),
   * `freed` or a code that begins with `pack_`.
   */
  search(options: SearchOptions, call: CallOptions = {}): Promise<SearchResults> {
    return this.host.answer((engine) => engine.search(options), call);
  }
}

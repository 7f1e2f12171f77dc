/** Recommendations from a pack of files: the engine runs where this code runs, and no server answers for it. */

import { type Engine, type PartFile } from './engine.js';
import { coded, said } from './errors.js';
import { Host, unlessAborted, type Head } from './host.js';
import { OpenPack } from './opened.js';
import type { TitleSearch } from './search.js';
import type {
  Answer,
  CallOptions,
  EarlyRecommendations,
  FeaturesOptions,
  OpenOptions,
  PopularOptions,
  PredictOptions,
  Predictions,
  RerankOptions,
  Reranked,
  RecommendCallOptions,
  Recommendations,
  RecommendOptions,
  SearchOptions,
  SearchResults,
  SimilarOptions,
  Source,
} from './types.js';

/** Whether an early answer is worth showing: it has items, and not only popular ones for somebody whose titles the head lacks. */
const saysSomething = ({ items, unknown_items }: Recommendations): boolean =>
  items.some(({ source }) => source !== 'popular' || unknown_items === 0);

/** A head that was opened, or not yet. */
type OpenHead = Head & { host?: Promise<Host> | undefined };

export type * from './types.js';
export { english, sentence } from './wording.js';

/**
 * An open pack. Files are fetched when an answer first needs them, and kept.
 *
 * ```js
 * const recommender = await Recommender.load('/pack/');
 * const { items } = await recommender.similar({ id: 82, n: 5 });
 * ```
 */
export class Recommender extends OpenPack {
  /** An engine of its own searches, from the first search on: most pages never do. */
  #searcher: Promise<TitleSearch> | undefined;
  readonly #openSearcher: () => Promise<TitleSearch>;
  /** Those that may still answer: none once the whole catalogue is here. */
  #heads: OpenHead[];

  private constructor(host: Host, openSearcher: () => Promise<TitleSearch>) {
    super(host);
    this.#openSearcher = openSearcher;
    this.#heads = [...host.heads];
  }

  /**
   * Opens a pack: fetches its manifest and starts the engine. Nothing else is read yet.
   *
   * Rejects with `pack_fetch`, `pack_manifest`, `pack_version`, `pack_unknown_part`, `wasm_load`, `wasm_version` or
   * `wasm_unavailable` as `code`.
   */
  static async load(source: Source, options: OpenOptions = {}): Promise<Recommender> {
    const how = { wasm: options.wasm_search, progress: options.progress };
    const searcher = async () => (await import('#search')).TitleSearch.load(source, how);
    return new Recommender(await Host.open(source, options), searcher);
  }

  /**
   * Items similar to an item of the pack.
   *
   * With the pack's own weights it reads two small files, a table and a shard; with other weights it
   * reads the features once and scores the whole catalogue.
   *
   * Rejects with `unknown_item`, `invalid_parameter` (`parameter` names it), `freed` or a code that begins with `pack_`.
   */
  similar(options: SimilarOptions, call: CallOptions = {}): Promise<Answer> {
    return this.host.answer((engine) => engine.similar(options), call);
  }

  /** Items similar to one that the pack has never seen; else as {@link similar}. */
  similarToFeatures(options: FeaturesOptions, call: CallOptions = {}): Promise<Answer> {
    return this.host.answer((engine) => engine.similar_to_features(options), call);
  }

  /**
   * Items for a person, by their history, the genres they prefer, or both; filled up with what is popular, so the first
   * page is never empty. The history stays where this code runs: it is in no request.
   *
   * Reads the features, the display data and, if the pack has one, the model of what people did, once.
   *
   * Rejects with `invalid_parameter` (`parameter` names it), `freed` or a code that begins with `pack_`. An id that the
   * pack lacks is no error: `unknown_items` counts them.
   *
   * With `early` a large catalogue needs not be here before there is something to show.
   */
  async recommend(options: RecommendOptions = {}, call: RecommendCallOptions = {}): Promise<Recommendations> {
    const ask = (engine: Engine): unknown => engine.recommend(options);
    if (call.early) await this.#answerEarly(ask, call.early, call.signal);
    const answer = await this.host.answer<Recommendations>(ask, call);
    this.#forgetHeads();
    return answer;
  }

  /**
   * Your candidates (search results, an editor's list) in order for a person, or by likeness to `item`. Filter and knobs apply; what the
   * person has seen stays in. Candidates that the pack lacks come back in `unknown`: they belong after all others.
   *
   * Rejects as {@link recommend}.
   */
  rerank(options: RerankOptions, call: CallOptions = {}): Promise<Reranked> {
    return this.host.answer((engine) => engine.rerank(options), call);
  }

  /**
   * What somebody would rate items of the pack, and titles that it has never seen, by the ratings given here. They stay
   * where this code runs.
   *
   * Rejects with `no_ratings` if the pack was built without ratings, else as {@link recommend}.
   */
  predict(options: PredictOptions, call: CallOptions = {}): Promise<Predictions> {
    return this.host.answer((engine) => engine.predict(options), call);
  }

  /** What most people want, of all items or of some genres; else as {@link recommend}. */
  popular(options: PopularOptions = {}, call: CallOptions = {}): Promise<Recommendations> {
    return this.host.answer((engine) => engine.popular(options), call);
  }

  /**
   * Items by the words of their titles, typos and all, for a box that searches while somebody types.
   *
   * The first search loads the engine that does it and the index of the titles; each reads small files with the cards of what is
   * found.
   *
   * Rejects with `no_search` if the pack was built without an index, else as {@link recommend}.
   */
  async search(options: SearchOptions, call: CallOptions = {}): Promise<SearchResults> {
    this.host.alive();
    const searcher = await unlessAborted(this.#search(), call.signal);
    return searcher.search(options, call);
  }

  /** Fetches all that is scored and shown, so that from then on only summaries are fetched. For a server, or before sliders are shown. */
  async preload(call: CallOptions = {}): Promise<void> {
    await this.host.attach(this.host.alive().resident() as PartFile[], call.signal);
    this.#forgetHeads();
  }

  /** Gives the pack's memory back to the engine. The recommender can't be used any more; freeing it twice is fine. */
  override free(): void {
    super.free();
    this.#forgetHeads();
    this.#searcher?.then((searcher) => searcher.free(), () => {});
  }

  /** Whatever a head can't do, the whole pack does or says why not. */
  async #answerEarly(ask: (engine: Engine) => unknown, early: (answer: EarlyRecommendations) => void, signal: AbortSignal | undefined): Promise<void> {
    // The whole catalogue may be here by another call, and what is wrong with a question is said at once.
    if (this.#heads.length > 0 && !('need_parts' in (ask(this.host.alive()) as object))) return this.#forgetHeads();
    for (let at = 0; at < this.#heads.length; at++) {
      const head = this.#heads[at] as OpenHead;
      head.host ??= head.open().catch((error) => {
        head.host = undefined;
        throw error;
      });
      const opened = unlessAborted(head.host, signal);
      const answer = await opened.then((host) => host.answer<Recommendations>(ask, { signal })).catch(() => null);
      signal?.throwIfAborted();
      // Answered by the whole pack meanwhile.
      if (this.#heads[at] !== head) return;
      if (answer && saysSomething(answer)) early({ ...answer, catalogue_share: head.share });
    }
  }

  #forgetHeads(): void {
    for (const { host } of this.#heads) host?.then((host) => host.free(), () => {});
    this.#heads = [];
  }

  /** A failed start is tried again by the next search. */
  #search(): Promise<TitleSearch> {
    this.#searcher ??= this.#openSearcher().catch((error) => {
      this.#searcher = undefined;
      throw error.code ? error : coded('wasm_load', `the engine that searches can't be loaded (${said(error)}): serve the package's search files too`, error);
    });
    return this.#searcher;
  }
}

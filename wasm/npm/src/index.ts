/** Recommendations from a pack of files: the engine runs where this code runs, and no server answers for it. */

import { Engine, start, type Outcome, type PartFile } from './engine.js';
import { coded, said } from './errors.js';
import { inflate } from './inflate.js';
import { reader, type ReadFile } from './source.js';
import type {
  Answer,
  CallOptions,
  FeaturesOptions,
  Info,
  OpenOptions,
  PopularOptions,
  PredictOptions,
  Predictions,
  RerankOptions,
  Reranked,
  Recommendations,
  RecommendOptions,
  SearchOptions,
  SearchResults,
  SimilarOptions,
  Source,
} from './types.js';

export type * from './types.js';
export { english, sentence } from './wording.js';

/** An answer needs a table, then a shard, then summaries; more rounds than this mean a pack that never gives enough. */
const MAX_ROUNDS = 8;

/**
 * An open pack. Files are fetched when an answer first needs them, and kept.
 *
 * ```js
 * const recommender = await Recommender.open('/pack/');
 * const { items } = await recommender.similar({ id: 82, n: 5 });
 * ```
 */
export class Recommender {
  #engine: Engine | undefined;
  readonly #read: ReadFile;
  /** Files on their way, so that calls at the same time share them. */
  readonly #flights = new Map<string, Promise<void>>();
  /** Files that came damaged: the next time past all caches. */
  readonly #damaged = new Set<string>();

  private constructor(engine: Engine, read: ReadFile) {
    this.#engine = engine;
    this.#read = read;
  }

  /**
   * Opens a pack: fetches its manifest and starts the engine. Nothing else is read yet.
   *
   * Rejects with `pack_fetch`, `pack_manifest`, `pack_version`, `pack_unknown_part` or `wasm_load` as `code`.
   */
  static async open(source: Source, options: OpenOptions = {}): Promise<Recommender> {
    const read = reader(source);
    const opening = Promise.all([read('manifest.json', false), start(options.wasm)]);
    const [manifest] = await unlessAborted(opening, options.signal);
    return new Recommender(new Engine(parse(manifest)), read);
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
    return this.#answer((engine) => engine.similar(options) as Outcome<Answer>, call.signal);
  }

  /** Items similar to one that the pack has never seen; else as {@link similar}. */
  similarToFeatures(options: FeaturesOptions, call: CallOptions = {}): Promise<Answer> {
    return this.#answer((engine) => engine.similar_to_features(options) as Outcome<Answer>, call.signal);
  }

  /**
   * Items for a person, by their history, the genres they prefer, or both; filled up with what is popular, so the first
   * page is never empty. The history stays where this code runs: it is in no request.
   *
   * Reads the features, the display data and, if the pack has one, the model of what people did, once.
   *
   * Rejects with `invalid_parameter` (`parameter` names it), `freed` or a code that begins with `pack_`. An id that the
   * pack lacks is no error: `unknown_items` counts them.
   */
  recommend(options: RecommendOptions = {}, call: CallOptions = {}): Promise<Recommendations> {
    return this.#answer((engine) => engine.recommend(options) as Outcome<Recommendations>, call.signal);
  }

  /**
   * Your candidates (search results, an editor's list) in order for a person, or by likeness to `item`. Filter and knobs apply; what the
   * person has seen stays in. Candidates that the pack lacks come back in `unknown`: they belong after all others.
   *
   * Rejects as {@link recommend}.
   */
  rerank(options: RerankOptions, call: CallOptions = {}): Promise<Reranked> {
    return this.#answer((engine) => engine.rerank(options) as Outcome<Reranked>, call.signal);
  }

  /**
   * What somebody would rate items of the pack, and titles that it has never seen, by the ratings given here. They stay
   * where this code runs.
   *
   * Rejects with `no_ratings` if the pack was built without ratings, else as {@link recommend}.
   */
  predict(options: PredictOptions, call: CallOptions = {}): Promise<Predictions> {
    return this.#answer((engine) => engine.predict(options) as Outcome<Predictions>, call.signal);
  }

  /** What most people want, of all items or of some genres; else as {@link recommend}. */
  popular(options: PopularOptions = {}, call: CallOptions = {}): Promise<Recommendations> {
    return this.#answer((engine) => engine.popular(options) as Outcome<Recommendations>, call.signal);
  }

  /**
   * Items by the words of their titles, typos and all, for a box that searches while somebody types.
   *
   * Reads the index of the titles once, and small files with the cards of what is found; after {@link preload} nothing.
   *
   * Rejects with `no_search` if the pack was built without an index, else as {@link recommend}.
   */
  search(options: SearchOptions, call: CallOptions = {}): Promise<SearchResults> {
    return this.#answer((engine) => engine.search(options) as Outcome<SearchResults>, call.signal);
  }

  /** Fetches all that is scored and shown, so that from then on only summaries are fetched. For a server, or before sliders are shown. */
  async preload(call: CallOptions = {}): Promise<void> {
    await this.#attachAll(this.#alive().resident() as PartFile[], call.signal);
  }

  /** What the pack is, and what of it is attached. */
  info(): Info {
    return this.#alive().info() as Info;
  }

  /** Gives the pack's memory back to the engine. The recommender can't be used any more; freeing it twice is fine. */
  free(): void {
    this.#engine?.free();
    this.#engine = undefined;
  }

  async #answer<T extends object>(ask: (engine: Engine) => Outcome<T>, signal: AbortSignal | undefined): Promise<T> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      signal?.throwIfAborted();
      const outcome = ask(this.#alive());
      if (!('need_parts' in outcome)) return outcome;
      await this.#attachAll(outcome.need_parts, signal);
    }
    throw coded('pack_inconsistent', 'the pack asks for the same parts again and again: rebuild it');
  }

  #attachAll(files: PartFile[], signal: AbortSignal | undefined): Promise<unknown> {
    return unlessAborted(Promise.all(files.map((file) => this.#attach(file))), signal);
  }

  #attach(part: PartFile): Promise<void> {
    const underway = this.#flights.get(part.file);
    if (underway) return underway;
    const flight = this.#bring(part).finally(() => this.#flights.delete(part.file));
    this.#flights.set(part.file, flight);
    return flight;
  }

  async #bring({ file, deflated }: PartFile): Promise<void> {
    const bytes = await this.#read(file, this.#damaged.has(file));
    try {
      const part = deflated ? await inflate(file, bytes) : bytes;
      this.#alive().attach(file, part);
      this.#damaged.delete(file);
    } catch (error) {
      this.#damaged.add(file);
      throw error;
    }
  }

  #alive(): Engine {
    if (!this.#engine) throw coded('freed', 'this recommender was freed: open the pack again');
    return this.#engine;
  }
}

function parse(manifest: Uint8Array): object {
  try {
    return JSON.parse(new TextDecoder().decode(manifest));
  } catch (error) {
    throw coded('pack_manifest', `manifest.json is not JSON (${said(error)}): check the pack's address`, error);
  }
}

/** The promise's value, unless the signal aborts first. The work itself goes on: others may wait for it. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

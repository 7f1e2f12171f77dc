// What goes in and what comes out. The words are those of the engine's own documentation.

/** An id as the catalogue gave it: in one pack all are integers (0 to 2⁵³ − 1) or all are strings (1 to 128 bytes of UTF-8). */
export type ItemId = number | string;

/** The weights of the four content similarities. What is left out, `null` or `undefined` is the pack's own. */
export interface ContentWeights {
  /**
   * Weight of shared genres, 0 to 1000000. At 0 it does not count; only the proportions of the four
   * weights matter. Default: the pack's own.
   */
  genre_weight?: number | null | undefined;
  /** Weight of the summaries' likeness, 0 to 1000000. At 0 it does not count. Default: the pack's own. */
  text_weight?: number | null | undefined;
  /** Weight of platform, type and language, 0 to 1000000. At 0 it does not count. Default: the pack's own. */
  metadata_weight?: number | null | undefined;
  /** Weight of the years' nearness, 0 to 1000000. At 0 it does not count. Default: the pack's own. */
  year_weight?: number | null | undefined;
}

/** What every query for similar items may say. What is left out, `null` or `undefined` has its default; any other key is refused. */
export interface QueryOptions extends ContentWeights {
  /** How many items, 1 to 100. Default 10. Fewer come back only if no more exist. */
  n?: number | null | undefined;
  /**
   * Least score, 0 to 1. At 0 every item that has anything in common; at 1 only those alike in all
   * that is weighed. Default 0. An item with nothing in common (score 0) is never an answer.
   */
  min_similarity?: number | null | undefined;
  /** Whether the cards carry summaries. Default `false`: they are the largest part of a pack. */
  summaries?: boolean | null | undefined;
}

/** The options of {@link Recommender.similar}. */
export interface SimilarOptions extends QueryOptions {
  /**
   * The item's id. A number and its decimal text name the same item, since an HTML attribute is
   * always text; "082" and "82.0" are no numbers' text.
   */
  id: ItemId;
}

/** The options of {@link Recommender.similarToFeatures}. */
export interface FeaturesOptions extends QueryOptions {
  /** What is known of the item. */
  features: NewItem;
}

/** What is known of an item that is not in the pack. Everything may be left out. */
export interface NewItem {
  /** Name; shown, not scored. */
  name?: string | null | undefined;
  /** Genre names, as the pack spells them; others count as genres that no item has. */
  genres?: readonly string[] | null | undefined;
  /** Summary, plain text or simple HTML. */
  summary?: string | null | undefined;
  /** Network or web channel. */
  platform?: string | null | undefined;
  /** Type: Scripted, Reality, Movie … */
  type?: string | null | undefined;
  /** Language. */
  language?: string | null | undefined;
  /** Year of the first showing, 0 to 65535. */
  year?: number | null | undefined;
}

/** Which page of recommendations. What is left out, `null` or `undefined` has its default; any other key is refused. */
export interface PageOptions {
  /** How many items, 1 to 100. Default 10. Fewer come back only at the end of the catalogue. */
  limit?: number | null | undefined;
  /** The first item of the page: how many better ones are left out, 0 to 4294967294. Default 0. Pages never repeat an item or skip one. */
  offset?: number | null | undefined;
  /** Whether the cards carry summaries. Default `false`: they are the largest part of a pack. */
  summaries?: boolean | null | undefined;
}

/** The options of {@link Recommender.recommend}. */
export interface RecommendOptions extends PageOptions, ContentWeights {
  /**
   * What the person did, at most 10000 events in any order; an id alone is a liking of weight 1. Events of one item add
   * up. Default: nothing.
   */
  history?: readonly (ItemId | HistoryEvent)[] | null | undefined;
  /** Genres that the person prefers, at most 100, as the pack spells them; a name alone has weight 1. Default: none. */
  genres?: readonly (string | GenrePreference)[] | null | undefined;
  /**
   * Weight of what the person's items are like and of the preferred genres, 0 to 1000000. At 0 it does not count; only
   * its proportion to `collaborative_weight` matters. Default: the pack's own.
   */
  content_weight?: number | null | undefined;
  /** Weight of what people with a like history chose, 0 to 1000000. At 0 it does not count. Default: the pack's own. */
  collaborative_weight?: number | null | undefined;
  /**
   * After how many days an event counts half, measured from the newest of the history: above 0, to 100000. Default: all
   * events count in full, as do those without a time.
   */
  half_life_days?: number | null | undefined;
  /** Whether items of the history may be recommended. Default `false`, also for those that the person disliked. */
  include_seen?: boolean | null | undefined;
}

/** The options of {@link Recommender.popular}. */
export interface PopularOptions extends PageOptions {
  /** Only items with any of these genres, at most 100, as the pack spells them. Default: all items. */
  genres?: readonly string[] | null | undefined;
}

/** Something that a person did with an item. */
export interface HistoryEvent {
  /** The item. One that the pack lacks is counted in `unknown_items` and has no effect. */
  id: ItemId;
  /**
   * What it says of their liking, −100 to 100: above 0 they liked it, below 0 they disliked it, which lowers what is like
   * it; 0 says nothing but that they have seen it. Default 1.
   */
  weight?: number | null | undefined;
  /** When: a `Date`, or seconds (not milliseconds) since 1970. Only `half_life_days` uses it. Default: unknown. */
  time?: Date | number | null | undefined;
}

/** A genre that a person prefers. */
export interface GenrePreference {
  /** The genre's name; one that the pack lacks counts as a genre that no item has. */
  genre: string;
  /** How much, 0 to 100; at 0 as if it were left out. Default 1. */
  weight?: number | null | undefined;
}

/** Similar items, best first; equal scores in the pack's order. */
export interface Answer {
  /** The item asked about; `null` if the query brought its own features. */
  subject: Card | null;
  /** The similar items. */
  items: ScoredItem[];
  /** The weights that were used, normalised to sum 1. */
  weights: Weights;
  /** Where the answer was found: resident lists, a lazy shard, or a scan of the whole catalogue. It never changes ids or scores. */
  route: 'stored' | 'shard' | 'scan';
}

/** What a page shows of an item. What the catalogue lacks is `null` or empty. */
export interface Card {
  /** The id, as the catalogue gave it. */
  id: ItemId;
  /** Name. */
  name: string;
  /** Genres, in alphabetical order. */
  genres: string[];
  /** Year of the first showing. */
  year: number | null;
  /** Network or web channel. */
  platform: string | null;
  /** Type: Scripted, Reality, Movie … */
  type: string | null;
  /** Language. */
  language: string | null;
  /** Minutes. */
  runtime: number | null;
  /** Mean rating, 0 to 10, in steps of 0.1. */
  rating: number | null;
  /** Address of a picture. */
  image: string | null;
  /** Address of the item's own page. */
  url: string | null;
  /** Every further attribute of the catalogue: its name and its values. */
  attributes: Record<string, string[]>;
  /** Plain-text summary, if the query asked for it. */
  summary: string | null;
}

/** An item with its score and the score's parts, each in 0 to 1 and rounded to six decimals. */
export interface ScoredItem extends Card {
  /** The weighted sum of the parts: what the ranking goes by. */
  score: number;
  /** Jaccard (or cosine, by the pack's setting) of the genre sets. */
  genre_score: number;
  /** Cosine of the summaries' TF-IDF vectors. */
  text_score: number;
  /** Mean of the matches in platform, type and language, of those that both items have. */
  metadata_score: number;
  /** Nearness of the years: 1 for the same year, 0 from 25 years on. */
  year_score: number;
  /** The genres that it shares with the subject: the first reason for its place. */
  shared_genres: string[];
}

/** The weights of the four content similarities, normalised to sum 1. */
export interface Weights {
  /** Shared genres. */
  genre: number;
  /** Cosine of the TF-IDF vectors of the summaries. */
  text: number;
  /** Mean of the matches in platform, type and language. */
  metadata: number;
  /** Nearness of the years. */
  year: number;
}

/** One page of items for a person, or of what is popular. */
export interface Recommendations {
  /** The items, best first; equal scores in the pack's order. */
  items: RecommendedItem[];
  /**
   * Whether items of the page, or all if nothing is known of the person, are there only because they are popular. Never
   * so where popular items were asked for.
   */
  fallback_used: boolean;
  /** The weights that were used, normalised to sum 1. A side that has nothing to say gives its weight to the other. */
  weights: Blend;
  /** The place of the first item of the page. */
  offset: number;
  /** How many items there are to page through. */
  total: number;
  /** How many events of the history name items that the pack lacks. */
  unknown_items: number;
}

/** A recommended item with the parts of its score, each in 0 to 1 and rounded to six decimals. */
export interface RecommendedItem extends Card {
  /**
   * What the ranking goes by: the weights times the two scores. Of an item that is only popular, its popularity times the
   * smallest score of those that are personal; so scores never rise along the pages.
   */
  score: number;
  /** How much it is like what the person likes, relative to the most that any item is. */
  content_score: number;
  /** How much people with a like history chose it, relative to the most that any item was. */
  collaborative_score: number;
  /** How many people want it at all, relative to the most popular item. */
  popularity: number;
  /** What gave the larger share of the score; `popular` if it is only popular. */
  source: 'collaborative' | 'content' | 'popular';
}

/** The weights of the two sides of a recommendation, normalised to sum 1. */
export interface Blend {
  /** What the person's items are like, and the genres that the person prefers. */
  content: number;
  /** What people with a like history chose. */
  collaborative: number;
}

/** What {@link Recommender.info} says of an open pack. */
export interface Info {
  /** Hash of the whole content: equal packs have equal ids. */
  pack_id: string;
  /** The pack's own version, as its maker named it. */
  pack_version: string;
  /** Format version. */
  format_version: number;
  /** Version of this engine. */
  engine_version: string;
  /** Number of items. */
  items: number;
  /** Kind of ids. */
  id_kind: 'integer' | 'string';
  /** The weights of an answer by default. */
  weights: Weights;
  /** How people get recommendations by default; absent if the pack was made without knowing what people did. */
  personal?: Personal;
  /** Length of the stored neighbour lists. */
  top_n: number;
  /** Number of lazy shards. */
  shards: number;
  /** Bytes of the parts that are attached now. */
  attached_bytes: number;
  /** Who must be credited for the data; empty if nobody. Show it where the answers are shown. */
  attribution: string;
}

/** How a pack that knows what people did recommends by default. */
export interface Personal {
  /** Weight of the content side. */
  content_weight: number;
  /** Weight of the collaborative side. */
  collaborative_weight: number;
  /** Which model the collaborative side is. */
  model: string;
  /** What the ids of known people are like. */
  user_ids: 'any' | 'uuid';
}

/** Brings one file of a pack by its name. A `Response` that is not ok counts as a failure. */
export type FetchFile = (file: string) => Promise<Uint8Array | ArrayBuffer | Response> | Uint8Array | ArrayBuffer | Response;

/** Where a pack is: the address of its folder (in Node also a directory's path), or a function that brings its files. */
export type Source = string | URL | FetchFile;

/** How to open a pack. */
export interface OpenOptions {
  /**
   * The engine's WebAssembly, where the default (the file beside this package's JavaScript) can't
   * be had: its address, its bytes, a `Response` or a compiled module. Counts only the first time on a page.
   */
  wasm?: string | URL | Response | BufferSource | WebAssembly.Module;
  /** Gives up waiting when it aborts. */
  signal?: AbortSignal;
}

/** How to make one call. */
export interface CallOptions {
  /** Gives up waiting when it aborts. A file already on its way is kept for the next call. */
  signal?: AbortSignal;
}

/** Stable names of what can go wrong. Branch on these, never on a message. */
export type ErrorCode =
  /** The pack has no item with that id. */
  | 'unknown_item'
  /** An option is out of its range, or unknown; `parameter` names it. */
  | 'invalid_parameter'
  /** A file of the pack could not be had; the next call tries again. */
  | 'pack_fetch'
  /** The manifest is not what the format asks for. */
  | 'pack_manifest'
  /** The pack is of a format that this engine does not read. */
  | 'pack_version'
  /** The pack needs a kind of part that this engine does not know. */
  | 'pack_unknown_part'
  /** The manifest has no such file. */
  | 'pack_unexpected_part'
  /** A part is shorter or longer than it says. */
  | 'pack_truncated'
  /** A part's bytes are damaged. */
  | 'pack_checksum'
  /** A part belongs to another place, or is no part of a pack. */
  | 'pack_wrong_part'
  /** A part holds a value that the format does not allow. */
  | 'pack_value'
  /** The pack's parts contradict each other. */
  | 'pack_inconsistent'
  /** The WebAssembly could not be loaded or may not run here. */
  | 'wasm_load'
  /** The recommender was used after `free()`. */
  | 'freed';

/** What is thrown: an `Error` with a stable code. */
export interface AftershowError extends Error {
  /** What went wrong. */
  code: ErrorCode;
  /** The option at fault, where one is. */
  parameter?: string;
}

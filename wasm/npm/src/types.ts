// What goes in and what comes out. The words are those of the engine's own documentation.

/** An id as the catalogue gave it: in one pack all are integers (0 to 2⁵³ − 1) or all are strings (1 to 128 bytes of UTF-8). */
export type ItemId = number | string;

/** The weights of the four content similarities. What is left out, `null` or `undefined` is the pack's own. */
export interface ContentWeights {
  /**
   * Weight of shared genres, 0 to 1000000. At 0 it does not count; only the proportions of the four weights matter.
   * Default: the pack's own.
   */
  genre_weight?: number | null | undefined;
  /**
   * Weight of the summaries' likeness, 0 to 1000000. At 0 it does not count; only the proportions of the four
   * weights matter. Default: the pack's own.
   */
  text_weight?: number | null | undefined;
  /**
   * Weight of platform, type and language, 0 to 1000000. At 0 it does not count; only the proportions of the four
   * weights matter. Default: the pack's own.
   */
  metadata_weight?: number | null | undefined;
  /**
   * Weight of the years' nearness, 0 to 1000000. At 0 it does not count; only the proportions of the four weights
   * matter. Default: the pack's own.
   */
  year_weight?: number | null | undefined;
}

/** What every query for similar items may say. What is left out, `null` or `undefined` has its default; any other key is refused. */
export interface QueryOptions extends ContentWeights, Knobs {
  /** How many items, 1 to 100. Default 10. Fewer come back only if no more exist. */
  n?: number | null | undefined;
  /**
   * Least score of similar items, 0 to 1. At 0 every item that has anything in common; at 1 only those alike in all
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

/** The options of `similar` in `aftershow/slim`. */
export interface ListOptions {
  /** The item's id, as in {@link SimilarOptions}. */
  id: ItemId;
  /** How many items, 1 to 100, and no more than the pack's lists are long. Default 10. Fewer come back only if no more exist. */
  n?: number | null | undefined;
  /** Least score, 0 to 1, and no less than that of the pack's lists. Default: that of the pack's lists. */
  min_similarity?: number | null | undefined;
  /** Whether the cards carry summaries. Default `false`: they are the largest part of a pack. */
  summaries?: boolean | null | undefined;
  /** Whether items say why they are there. Default `false`. */
  reasons?: boolean | null | undefined;
}

/** The options of {@link Recommender.similarToFeatures}. */
export interface FeaturesOptions extends QueryOptions {
  /** What is known of the item. */
  features: NewItem;
}

/** What is known of an item that is not in the pack. Everything may be left out. */
export interface NewItem {
  /** Name, at most 100000 bytes; its words count for a predicted rating, not for similarity. */
  name?: string | null | undefined;
  /** Genre names, at most 100, as the pack spells them; others count as genres that no item has. */
  genres?: readonly string[] | null | undefined;
  /** Summary, plain text or simple HTML, at most 100000 bytes. */
  summary?: string | null | undefined;
  /** Network or web channel. */
  platform?: string | null | undefined;
  /** Type: Scripted, Reality, Movie … */
  type?: string | null | undefined;
  /** Language. */
  language?: string | null | undefined;
  /** Year of the first showing, 0 to 65535. */
  year?: number | null | undefined;
  /** Runtime in minutes, 0 to 65535. Like what follows, it counts for a predicted rating. */
  runtime?: number | null | undefined;
  /** Certificate: PG-13, TV-MA … */
  certificate?: string | null | undefined;
  /** Directors, at most 100. */
  directors?: readonly string[] | null | undefined;
  /** Writers, at most 100. */
  writers?: readonly string[] | null | undefined;
  /** Actors, at most 100. */
  actors?: readonly string[] | null | undefined;
}

/**
 * Which items may be answers. Several keys of an object must all hold; `{}` holds for every item. The keys `all`, `any`, `not`, `year`,
 * `runtime`, `rating`, `ids` and `attribute` are as below; any other key is the name of an attribute of the pack (`genre`, `platform`,
 * `type`, `language`, …) with a name, the names of which an item has any, or `{all: […]}`. A name that the pack lacks is the
 * error `unknown_name`. At most 1000 filters and names in one, 8 deep.
 */
export interface Filter {
  /** All of these hold. */
  all?: readonly Filter[];
  /** Any of these holds. */
  any?: readonly Filter[];
  /** This does not hold. */
  not?: Filter;
  /** The year of the first showing; an item without one is left out. */
  year?: { min?: number; max?: number };
  /** Minutes; an item without them is left out. */
  runtime?: { min?: number; max?: number };
  /** The mean rating, 0 to 10; an item without one is left out. */
  rating?: { min: number };
  /** One of these items, at most 10000. */
  ids?: readonly ItemId[];
  /** An attribute whose name is one of these keys. */
  attribute?: { name: string; any?: readonly string[]; all?: readonly string[] };
  /** The values of an attribute. */
  [attribute: string]: unknown;
}

/** How the best items are put in order for a viewer. What is left out is as the pack has it; by default nothing is changed. */
export interface Rerank {
  /**
   * How much items should differ from those before them, 0 to 1, by the engine's own content similarity: MMR
   * (Carbonell & Goldstein 1998). At 0 only the score counts; at 1, once the first is chosen, only unlikeness.
   * Default: the pack's own, else 0.
   */
  diversity?: number;
  /**
   * How closely the genres of the list should follow those of the person's history, or of the item that others are
   * to be like, 0 to 1: Steck 2018. At 0 not at all; at 1 only that counts. Of nobody's taste nothing follows.
   * Default: the pack's own, else 0.
   */
  calibration?: number;
  /**
   * How much newer items should come before older ones, 0 to 1. At 0 not at all; at 1 a score counts half for every
   * 10 years that an item is older than the newest of the pack. An item without a year counts as very old. Default:
   * the pack's own, else 0.
   */
  freshness?: number;
  /**
   * How much what is popular anyway should step back, 0 to 1: a score counts `1 − damping · popularity`. At 0 not at
   * all; at 1 the most popular item counts nothing, and one of half its popularity half. Default: the pack's own,
   * else 0.
   */
  popularity_damping?: number;
  /**
   * At most so many items, 1 to 200, of each value of an attribute; at most 10 caps. It holds among the best 200,
   * pins included; items beyond it follow behind them. Default: the pack's own, else none.
   */
  caps?: readonly { attribute: string; at_most: number }[];
  /**
   * Items whose score counts so many times as much, 0 to 100; at most 1000. It moves no item from what is only
   * popular to what is personal. Default: none.
   */
  boosts?: readonly { id: ItemId; factor: number }[];
  /**
   * Items that come first, in this order, whatever their score, at most 100. What the filter or the history leaves
   * out is not shown for being pinned. Default: none.
   */
  pins?: readonly ItemId[];
  /** Items that come last, at most 1000. A pin counts for more. Default: none. */
  bury?: readonly ItemId[];
}

/** What every kind of question may ask for. */
export interface Knobs {
  /** Which items may be answers. Default: all. What is looked for is the best among those that pass. */
  filter?: Filter | null | undefined;
  /** How the best are put in order for a viewer; what is left out is the pack's own. Default: the plain order. */
  rerank?: Rerank | null | undefined;
  /**
   * An item that is being watched: what is like it counts beside what the person likes. It is not recommended
   * itself; one that the pack lacks is counted and has no effect. For recommendations to a person. Default: none.
   */
  watching?: ItemId | null | undefined;
  /**
   * How much of a score comes from likeness to the item that is being watched, 0 to 1. At 0 nothing does; at 1 all,
   * and the person's history only says what they have seen. Default 0.5. A person of whom nothing is known leaves
   * all to the item.
   */
  watching_weight?: number | null | undefined;
  /** Whether items say why they are there. Default `false`. */
  reasons?: boolean | null | undefined;
  /**
   * The variant of an experiment of the pack whose values stand for the pack's own, as `experiment:variant`.
   * Default: none.
   */
  variant?: string | null | undefined;
  /**
   * Any text of at most 256 bytes that tells visitors apart: they get their variant of the pack's first experiment,
   * unless `variant` names one. It is hashed and kept nowhere. Default: none; without experiments it has no effect.
   */
  visitor?: string | null | undefined;
}

/** Why an item is there. */
export interface Reason {
  /** What kind of reason. */
  kind:
    | 'history'
    | 'genres'
    | 'preferred_genres'
    | 'attribute'
    | 'people'
    | 'terms'
    | 'year'
    | 'watching'
    | 'popular'
    | 'boost'
    | 'pinned'
    | 'given';
  /** How much of what the item is ranked by it gave, 0 to 1; those of an item sum to 1. */
  share: number;
  /** Which attribute, for `attribute` and `people`. */
  attribute?: string;
  /** The items that it names, at most three. */
  ids?: ItemId[];
  /** Their names; else the genres, terms, values or years. */
  names?: string[];
  /** For `history`: what each of `ids` gave to the collaborative sum, before it is scaled. */
  contributions?: number[];
}

/**
 * A sentence for each kind of reason, without a full stop. `{names}` stands for the names of the reason, and `{attribute}` for the
 * attribute's. `story` is for `terms` without names; the two separators stand between names, and before the last one.
 */
export type Wording = Readonly<Record<Reason['kind'] | 'story' | 'separator' | 'last_separator', string>>;

/** A variant of an experiment. */
export interface VariantName {
  /** The experiment's name. */
  experiment: string;
  /** The variant's name. */
  variant: string;
}

/** Which page of recommendations. What is left out, `null` or `undefined` has its default; any other key is refused. */
export interface PageOptions {
  /** How many items, 1 to 100. Default 10. Fewer come back only if no more exist. */
  limit?: number | null | undefined;
  /**
   * The first item of a page of recommendations: how many better ones are left out, 0 to 4294967294. At 0 the best
   * come first; beyond the last the page is empty. Default 0. Pages never repeat an item or skip one.
   */
  offset?: number | null | undefined;
  /** Whether the cards carry summaries. Default `false`: they are the largest part of a pack. */
  summaries?: boolean | null | undefined;
}

/** The options of {@link Recommender.recommend}. */
export interface RecommendOptions extends PageOptions, ContentWeights, Knobs {
  /**
   * Another variant, as `experiment:variant`, to be compared with the first within one list of recommendations: the page has the
   * items of both, drafted in turns, and each says whose it is (team-draft interleaving, Radlinski, Kurup & Joachims 2008). The
   * first is `variant`, or without one the pack's own values; `visitor` throws the coins, so the same one sees the same list;
   * without one everybody has the same coins. It ends at place 200. Default: none.
   */
  against?: string | null | undefined;
  /**
   * What the person did, at most 10000 events in any order; an id alone is a liking of weight 1. Events of one item add
   * up. Default: nothing.
   */
  history?: readonly (ItemId | HistoryEvent)[] | null | undefined;
  /** Genres that the person prefers, at most 100, as the pack spells them; a name alone has weight 1. Default: none. */
  genres?: readonly (string | GenrePreference)[] | null | undefined;
  /**
   * Weight of what the person's items are like and of the preferred genres, 0 to 1000000. At 0 it does not count;
   * only its proportion to `collaborative_weight` matters. Default: the pack's own.
   */
  content_weight?: number | null | undefined;
  /**
   * Weight of what people with a like history chose, 0 to 1000000. At 0 it does not count; only its proportion to
   * `content_weight` matters. Default: the pack's own.
   */
  collaborative_weight?: number | null | undefined;
  /**
   * After how many days an event counts half, measured from the newest of the history: above 0, to 100000. Near 0
   * only the newest counts; at 100000 age hardly matters. Default: all events count in full, as do those without a
   * time.
   */
  half_life_days?: number | null | undefined;
  /** Whether items of the history may be recommended. Default `false`, also for those that the person disliked. */
  include_seen?: boolean | null | undefined;
}

/** The options of {@link Recommender.rerank}. */
export interface RerankOptions extends RecommendOptions {
  /** The candidates, at most 1000: ids, with scores from 0 to 1000000 or without. What has none is scored by the person. */
  candidates: readonly (ItemId | { id: ItemId; score?: number })[];
  /** An item that the candidates should be like, instead of a person. Default: none. */
  item?: ItemId | null | undefined;
}

/** A page of reranked candidates. */
export interface Reranked extends Recommendations {
  /** The candidates that the pack lacks, in the order in which they came. */
  unknown: ItemId[];
}

/** The options of {@link Recommender.predict}. */
export interface PredictOptions {
  /**
   * The person's ratings, at most 10000; none for somebody of whom nothing is known. Of several of one item the last
   * counts. Those of items that the pack lacks are counted and have no effect.
   */
  ratings?: readonly { item: ItemId; value: number }[];
  /** The items to predict, at most 1000. */
  items?: readonly ItemId[];
  /** Titles that the pack has never seen, at most 100. */
  new_items?: readonly NewItem[];
  /** Whether the best come first. Default `false`: then they come in the order of the question, items before new items. */
  ranked?: boolean;
}

/** Predicted ratings. */
export interface Predictions {
  /** The predictions. */
  items: Prediction[];
  /** The items that the pack lacks. */
  unknown: ItemId[];
  /** The lowest rating of the scale. */
  lowest: number;
  /** The highest rating of the scale. */
  highest: number;
  /** The step of the scale. */
  step: number;
  /** How many of the ratings were used. */
  person_ratings: number;
  /** How many of the ratings are of items that the pack lacks. */
  unknown_items: number;
}

/** What somebody would rate a title. */
export interface Prediction {
  /** The item, if it is one of the pack. */
  item?: ItemId;
  /** The place among `new_items`, if it is one of those. */
  new_item?: number;
  /** The expected rating, within the scale. */
  prediction: number;
  /** Standard deviation of the rating around it. */
  uncertainty: number;
  /** How many ratings of the title the model was learnt from. */
  known_ratings: number;
  /** What the prediction goes by. */
  source: 'ratings' | 'content' | 'average';
}

/** The options of {@link Recommender.popular}. */
export interface PopularOptions extends PageOptions, Knobs {
  /**
   * Another variant, as `experiment:variant`, to be compared with the first within one list of recommendations: the page has the
   * items of both, drafted in turns, and each says whose it is (team-draft interleaving, Radlinski, Kurup & Joachims 2008). The
   * first is `variant`, or without one the pack's own values; `visitor` throws the coins, so the same one sees the same list;
   * without one everybody has the same coins. It ends at place 200. Default: none.
   */
  against?: string | null | undefined;
  /**
   * Of what is popular only items with any of these genres, at most 100, as the pack spells them. Default: all
   * items. A genre that the pack lacks is one that no item has; in a `filter` it is an error.
   */
  genres?: readonly string[] | null | undefined;
}

/** The options of the slim engine's `popular`. */
export interface ShortListOptions {
  /** How many items, 1 to 100; no more come than the pack's list has, some 60. Default 10. */
  limit?: number | null | undefined;
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
  /** The genre, as the pack spells it; others count as genres that no item has. */
  genre: string;
  /** How much, 0 to 100. Default 1; at 0 as if it were left out. */
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
  /** How many items pass the filter, the item asked about among them. */
  matched: number;
  /** How many of the ids to boost, to pin and to bury the pack lacks. */
  unknown_rerank_ids: number;
  /** The variant that it is of, if it is of one. */
  variant?: VariantName;
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
  /** What it is ranked by, where freshness, popularity damping or boosts are in force. */
  adjusted_score?: number;
  /** Why it is there, the largest share first, if the query asked for it. */
  reasons?: Reason[];
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
  /** How many items pass the filter, seen ones among them. */
  matched: number;
  /** How many of the ids to boost, to pin and to bury the pack lacks. */
  unknown_rerank_ids: number;
  /** How much of a score comes from likeness to what is being watched, if the pack knows it. */
  watching_weight?: number;
  /** The variant that it is of, if it is of one. */
  variant?: VariantName;
  /** The variant with whose list it is interleaved. */
  against?: VariantName;
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
  source: 'collaborative' | 'content' | 'popular' | 'watching' | 'given';
  /** Of an interleaved list, whose item it is: `a` of `variant` or the pack's own values, `b` of `against`. That side gets the credit. */
  team?: 'a' | 'b';
  /** How like it is to what is being watched. */
  watching_score?: number;
  /** What it is ranked by, where freshness, popularity damping or boosts are in force. */
  adjusted_score?: number;
  /** Why it is there, the largest share first, if the query asked for it. */
  reasons?: Reason[];
}

/** The options of {@link Recommender.search}. */
export interface SearchOptions {
  /**
   * What is looked for: words of a title, the last of which may be a beginning. At most 200 bytes of UTF-8, and 16 words. Case
   * and accents make no difference. Without a letter or digit nothing is found.
   */
  q?: string | null | undefined;
  /** How many items, 1 to 100. Default 10. Fewer come back only if no more exist. */
  limit?: number | null | undefined;
}

/** What a search found. */
export interface SearchResults {
  /**
   * The items, best first: in the order of the values of `matched`, those with fewer typos before others, and then the most popular
   * first.
   */
  items: SearchResult[];
}

/** An item that was found. Its card has no summary. */
export interface SearchResult extends Card {
  /**
   * How its title fits. `title`: it is the query, an article at the beginning aside; `title_prefix`: it begins with it; `words`: it has all
   * words; `prefix`: if beginnings count; `typo`: if words that are spelled nearly so count; `partial`: no title has all words, and this one
   * has some, with at least half of the letters.
   */
  matched: 'title' | 'title_prefix' | 'words' | 'prefix' | 'typo' | 'partial';
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

/** The bytes of a pack's files by their names, `manifest.json` among them; the same as a `Map`. */
export type PackFiles = Map<string, Uint8Array | ArrayBuffer> | { readonly [file: string]: Uint8Array | ArrayBuffer };

/**
 * Where a pack is: the address of its folder (in Node, Deno and Bun also a directory's path), a function that brings its files, or
 * their bytes.
 */
export type Source = string | URL | FetchFile | PackFiles;

/** What has arrived of the files that were asked for since none was on its way. */
export interface Progress {
  /** The file that was asked for just now, or that has arrived. */
  file: string;
  /** How many files have arrived. */
  files: number;
  /** How many files were asked for. */
  of_files: number;
  /** How many bytes have arrived, as stored in the pack. */
  bytes: number;
  /** How many bytes were asked for; `null` if the manifest does not say it of every file: it does of those that `preload` reads. */
  of_bytes: number | null;
}

/** How to open a pack. */
export interface OpenOptions {
  /**
   * The engine's WebAssembly, where the default (the file beside this package's JavaScript) can't
   * be had: its address, its bytes, a `Response` or a compiled module. It must be of the package's own version. Counts only
   * the first time on a page.
   */
  wasm?: string | URL | Response | BufferSource | WebAssembly.Module | undefined;
  /** The same for the engine that searches in titles, where `Recommender` of the whole package searches. */
  wasm_search?: OpenOptions['wasm'];
  /** Gives up waiting when it aborts. */
  signal?: AbortSignal | undefined;
  /** Is called whenever a file of the pack is asked for and when it has arrived, the manifest aside. */
  progress?: ((progress: Progress) => void) | undefined;
}

/** How to make one call. */
export interface CallOptions {
  /** Gives up waiting when it aborts. A file already on its way is kept for the next call. */
  signal?: AbortSignal | undefined;
}

/** How to make one call of `recommend`. */
export interface RecommendCallOptions extends CallOptions {
  /**
   * Is called with answers from the best-known titles, before the whole catalogue is asked for: at most one for each head of the pack,
   * each from more titles than the one before. The promise gives the exact answer, last of all. What a head can't answer, or answers
   * with nothing of the person's, is passed over. Not called where the whole catalogue is here already, or the pack has no heads (one of a few thousand
   * titles has none).
   */
  early?: ((answer: EarlyRecommendations) => void) | undefined;
}

/** Recommendations from a part of the catalogue. `matched`, `total` and `unknown_items` are of that part, and so are scores relative to it. */
export interface EarlyRecommendations extends Recommendations {
  /** Which part of the catalogue's titles the answer was chosen from, above 0 and below 1. */
  catalogue_share: number;
}

/** Stable names of what can go wrong. Branch on these, never on a message. */
export type ErrorCode =
  /** The pack has no item with that id. */
  | 'unknown_item'
  /** An option is out of its range, or unknown; `parameter` names it. */
  | 'invalid_parameter'
  /** The pack has no attribute, value, experiment or variant of that name; the message lists near spellings. */
  | 'unknown_name'
  /** The pack predicts no ratings. */
  | 'no_ratings'
  /** The pack has no index of its titles. */
  | 'no_search'
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
  /** The pack's lists can't answer this: only the whole engine can, not `aftershow/slim`. */
  | 'not_listed'
  /** The WebAssembly could not be loaded; the next call tries again. */
  | 'wasm_load'
  /** The WebAssembly is not of the package's own version. */
  | 'wasm_version'
  /** There is no WebAssembly here, it has no SIMD, or a policy forbids it. */
  | 'wasm_unavailable'
  /** The recommender was used after `free()`. */
  | 'freed';

/** What is thrown: an `Error` with a stable code. */
export interface AftershowError extends Error {
  /** What went wrong. */
  code: ErrorCode;
  /** The option at fault, where one is. */
  parameter?: string;
}

// Builds answers from what the engine lays flat: all texts of an answer in one string, and one array
// of numbers, in which a text is its length (in UTF-16 units) and a list begins with its count. The
// order is that of flat.rs. An object literal makes a card in a fraction of the time that setting
// its properties from WebAssembly takes, or parsing JSON.

/** Reads what was laid flat, from the first to the last. */
function reader(texts, numbers) {
  let textAt = 0;
  let numberAt = 0;
  const number = () => numbers[numberAt++];
  const numberOrNull = () => {
    const value = number();
    return value < 0 ? null : value;
  };
  const text = () => {
    const length = number();
    return length < 0 ? null : texts.slice(textAt, (textAt += length));
  };
  const list = (each) => {
    const length = number();
    const all = [];
    for (let i = 0; i < length; i++) all.push(each());
    return all;
  };
  const attributes = () => {
    const all = {};
    for (let left = number(); left > 0; left--) {
      const name = text();
      const values = list(text);
      // A catalogue may call an attribute what it likes, `__proto__` too.
      if (name === '__proto__') Object.defineProperty(all, name, { value: values, enumerable: true, configurable: true, writable: true });
      else all[name] = values;
    }
    return all;
  };
  // Before the first card comes whether ids are texts.
  let id = number;
  const cards = () => {
    id = number() ? text : number;
    return card;
  };
  const card = () => ({
    id: id(),
    name: text(),
    genres: list(text),
    year: numberOrNull(),
    platform: text(),
    type: text(),
    language: text(),
    runtime: numberOrNull(),
    rating: numberOrNull(),
    image: text(),
    url: text(),
    attributes: attributes(),
    summary: text(),
  });
  const variant = () => (number() ? { experiment: text(), variant: text() } : null);
  /** What an item has only if it was asked for: left out else. */
  const extras = (item, keys) => {
    for (const key of keys) {
      const value = numberOrNull();
      if (value !== null) item[key] = value;
    }
    const reasons = list(() => {
      const kind = text();
      const attribute = text();
      const [ids, names] = [list(() => id()), list(text)];
      const reason = { kind, share: number() };
      if (attribute !== null) reason.attribute = attribute;
      if (ids.length) reason.ids = ids;
      if (names.length) reason.names = names;
      const contributions = list(number);
      if (contributions.length) reason.contributions = contributions;
      return reason;
    });
    if (reasons.length) item.reasons = reasons;
    return item;
  };
  // Of ids that the caller brought, each may be either.
  const anyId = (kind = number()) => (kind ? text() : number());
  return { number, numberOrNull, text, list, cards, variant, extras, anyId };
}

/**
 * @param {string} texts
 * @param {Float64Array} numbers less than 0: null; a view that is only good during the call
 */
export function answer(texts, numbers) {
  const { number, text, list, cards, variant, extras } = reader(texts, numbers);
  const route = text();
  const weights = { genre: number(), text: number(), metadata: number(), year: number() };
  const card = cards();
  const scored = () => {
    const item = card();
    item.score = number();
    item.genre_score = number();
    item.text_score = number();
    item.metadata_score = number();
    item.year_score = number();
    item.shared_genres = list(text);
    return extras(item, ['adjusted_score']);
  };
  const [matched, unknown_rerank_ids] = [number(), number()];
  const named = variant();
  const subject = number() ? card() : null;
  const answer = { subject, items: list(scored), weights, route, matched, unknown_rerank_ids };
  if (named) answer.variant = named;
  return answer;
}

const SOURCES = ['collaborative', 'content', 'popular', 'watching', 'given'];

/** As `answer`. */
export function recommendations(texts, numbers) {
  const { number, numberOrNull, list, cards, variant, extras, anyId } = reader(texts, numbers);
  const unknown = number() ? list(() => anyId()) : null;
  const fallback_used = number() === 1;
  const weights = { content: number(), collaborative: number() };
  const [offset, total, unknown_items, matched, unknown_rerank_ids] = [number(), number(), number(), number(), number()];
  const watching_weight = numberOrNull();
  const [named, against] = [variant(), variant()];
  const card = cards();
  const recommended = () => {
    const item = card();
    item.score = number();
    item.content_score = number();
    item.collaborative_score = number();
    item.popularity = number();
    item.source = SOURCES[number()];
    if (against) item.team = 'ab'[number()];
    return extras(item, ['watching_score', 'adjusted_score']);
  };
  const page = { items: list(recommended), fallback_used, weights, offset, total, unknown_items, matched, unknown_rerank_ids };
  if (watching_weight !== null) page.watching_weight = watching_weight;
  if (named) page.variant = named;
  if (against) page.against = against;
  if (unknown) page.unknown = unknown;
  return page;
}

const PREDICTED_BY = ['ratings', 'content', 'average'];

/** As `answer`. */
export function predictions(texts, numbers) {
  const { number, list, anyId } = reader(texts, numbers);
  const unknown = list(() => anyId());
  const [lowest, highest, step, person_ratings, unknown_items] = [number(), number(), number(), number(), number()];
  const items = list(() => {
    const kind = number();
    const item = kind < 0 ? { new_item: number() } : { item: anyId(kind) };
    item.prediction = number();
    item.uncertainty = number();
    item.known_ratings = number();
    item.source = PREDICTED_BY[number()];
    return item;
  });
  return { items, unknown, lowest, highest, step, person_ratings, unknown_items };
}

/** As `answer`. */
export function found(texts, numbers) {
  const { text, list, cards } = reader(texts, numbers);
  const card = cards();
  return { items: list(() => Object.assign(card(), { matched: text() })) };
}

/** As `answer`; `needed` if they are an outcome. */
export function files(texts, numbers, needed) {
  const { number, text, list } = reader(texts, numbers);
  const all = list(() => ({ file: text(), deflated: number() === 1 }));
  return needed ? { need_parts: all } : all;
}

/** As `answer`. */
export function info(texts, numbers) {
  const { number, text } = reader(texts, numbers);
  const [pack_id, pack_version, engine_version, attribution, id_kind] = [text(), text(), text(), text(), text()];
  const weights = { genre: number(), text: number(), metadata: number(), year: number() };
  const [format_version, items, top_n, shards, attached_bytes] = [number(), number(), number(), number(), number()];
  const info = { pack_id, pack_version, format_version, engine_version, items, id_kind, weights };
  if (number()) info.personal = { content_weight: number(), collaborative_weight: number(), model: text(), user_ids: text() };
  return Object.assign(info, { top_n, shards, attached_bytes, attribution });
}

/** An error with a code and, where a parameter is at fault, its name. */
export function failure(code, message, parameter) {
  return Object.assign(new Error(message), parameter === undefined ? { code } : { code, parameter });
}

// MiniSearch, set to what our search does: all words, the last may be a beginning, as many typos as ours. It ranks by BM25 and typos; of the
// popularity it is told as a boost.

import MiniSearch from 'minisearch';

const folded = (term) => term.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
const typos = (term) => (/\d/.test(term) || term.length < 4 ? 0 : term.length < 8 ? 1 : 2);

/** A search over names, in the order of their popularity; `index` is what it would store. */
export function search(names) {
  const index = new MiniSearch({
    fields: ['name'],
    processTerm: folded,
    searchOptions: {
      combineWith: 'AND',
      prefix: (_term, at, terms) => at === terms.length - 1,
      fuzzy: typos,
      boostDocument: (row) => 1 + 1 / Math.log2(2 + row),
    },
  });
  index.addAll(names.map((name, id) => ({ id, name })));
  const find = (q, limit) => index.search(q).slice(0, limit).map(({ id }) => id);
  return { find, bytes: Buffer.byteLength(JSON.stringify(index)) };
}

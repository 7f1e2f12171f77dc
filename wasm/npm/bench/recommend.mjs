// Times `recommend` of the built package on a pack with a model: the whole catalogue ranked for people with 50 items in
// their history. Beside it, in the same process, what does only the dot products of that: a loop over a Float32Array, and
// the exact search of usearch, a vector library (native code with SIMD, on one thread; no browser has it).
//
//     node bench/recommend.mjs PACK EVENTS.jsonl [--json] [--people 100]
//
// EVENTS is the log that the pack was built with. Times include the conversion to JavaScript objects. The machine's mood is
// in all of them: compare the ratios, not the milliseconds of two runs.

import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { Recommender } from 'aftershow';

import { PlainDots } from './dots.mjs';
import { ids, sections } from './part.mjs';
import { exactSearch } from './peers/usearch.mjs';
import { print, rounded, timed } from './timing.mjs';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, people: { type: 'string', default: '100' } },
});
const [pack, log] = positionals;
if (!log) {
  console.error('usage: node bench/recommend.mjs PACK EVENTS.jsonl [--json] [--people 100]');
  process.exit(2);
}

const HISTORY = 50;
const LIMIT = 20;
/** What the pipeline takes events for by default. */
const WEIGHTS = { like: 3, playlist_add: 2, watch: 1, skip: -0.5, dislike: -2 };

const manifest = JSON.parse(await readFile(join(pack, 'manifest.json'), 'utf8'));
const file = (kind) => {
  const part = manifest.parts.find((part) => part.kind === kind);
  if (part) return readFile(join(pack, part.file));
  console.error(`the pack has no ${kind} part: build it with --interactions`);
  process.exit(2);
};
const dots = new PlainDots(await file('collaborative'));
const idOf = ids(sections(await file('features')));
const rowOf = new Map(idOf.map((id, row) => [id, row]));

const people = await histories(Number(flags.people));
const liking = people.map(({ liked }) => liked);
const rows = (history) => history.map(({ id, weight }) => ({ row: rowOf.get(id), weight }));
const recommender = await Recommender.load(pack);
await recommender.preload();
const search = exactSearch(dots.factors, dots.rank);

const recommend = (history) => recommender.recommend({ history, limit: LIMIT, rerank: { diversity: 0 } });
const recommendVaried = (history) => recommender.recommend({ history, limit: LIMIT, rerank: { diversity: 0.2 } });
// Everything at once: three filters, MMR over the pool of 200, and why for each of the 20.
const { items: [mostPopular] } = await recommender.popular({ limit: 1 });
const filter = { all: [{ year: { min: 1990 } }, { rating: { min: 5 } }, { not: { genre: mostPopular.genres[0] } }] };
const recommendFully = (history) => recommender.recommend({ history, limit: LIMIT, filter, rerank: { diversity: 0.3 }, reasons: true });
const results = await timed({
  recommend: { each: liking, call: recommend },
  recommend_as_built: { each: liking, call: recommendVaried },
  filters_diversity_reasons: { each: liking, call: recommendFully },
  recommend_with_dislikes: { each: people.map(({ all }) => all), call: recommend },
  plain_js_dots: { each: liking.map(rows), call: (history) => dots.best(history, LIMIT) },
  usearch_dots: { each: liking.map((history) => dots.vector(rows(history))), call: (vector) => search(vector, LIMIT) },
});
const over = (name) => rounded(results[name].median_ms / results.recommend.median_ms);
const report = {
  environment: { node: process.version, cpu: cpus()[0]?.model, cpus: cpus().length, platform: `${process.platform} ${process.arch}` },
  pack: { pack_id: manifest.pack_id, items: manifest.items, model: manifest.personal?.model, rank: dots.rank },
  people: people.length,
  history: HISTORY,
  both_sides: await bothSides(),
  agree_top20: await agreement(),
  results,
  plain_js_dots_over_recommend: over('plain_js_dots'),
  usearch_dots_over_recommend: over('usearch_dots'),
};

if (flags.json) {
  console.log(JSON.stringify(report, null, 2));
} else {
  console.log(`${manifest.items} items, ${report.pack.model} of rank ${dots.rank}, ${people.length} people with ${HISTORY} items each, Node ${process.version}, ${report.environment.cpu}`);
  print(results);
  console.log(`the dot products alone take plain JavaScript ${report.plain_js_dots_over_recommend.toFixed(1)} and usearch ${report.usearch_dots_over_recommend.toFixed(1)} times as long as ours takes for all`);
  const { engine, usearch } = report.agree_top20;
  const said = engine === null ? 'it is no linear model, so its vectors are not compared with ours' : `with the sparse rows its top ${LIMIT} has ${(engine * 100).toFixed(1)} % of ours`;
  console.log(`plain JavaScript: ${said}, and ${(usearch * 100).toFixed(1)} % of usearch's without`);
  console.log(`of our top ${LIMIT} ${(report.both_sides * 100).toFixed(1)} % have both a content and a collaborative score`);
}

/** The first people of the log with enough events: what they liked, and all that they did, 50 items each. */
async function histories(count) {
  const found = [];
  let [user, events] = [undefined, []];
  const done = () => {
    const liked = events.filter(({ weight }) => weight > 0).slice(-HISTORY);
    const all = events.slice(-HISTORY);
    if (liked.length === HISTORY && all.some(({ weight }) => weight < 0)) found.push({ liked, all });
  };
  // A log of the generator has each person's events in one piece, and no item twice.
  for await (const line of createInterface({ input: createReadStream(log) })) {
    const { user_id, item_id, type, timestamp } = JSON.parse(line);
    if (user_id !== user) {
      done();
      if (found.length === count) return found;
      [user, events] = [user_id, []];
    }
    if (rowOf.has(item_id)) events.push({ id: item_id, weight: WEIGHTS[type] ?? 1, time: timestamp });
  }
  done();
  if (found.length === 0) throw new Error(`nobody in ${log} has ${HISTORY} items of the pack`);
  return found;
}

/** How many of the recommended items both sides say something of: they are at work, or the time means nothing. */
async function bothSides() {
  const items = (await Promise.all(liking.map(recommend))).flatMap(({ items }) => items);
  return rounded(items.filter((item) => item.content_score > 0 && item.collaborative_score > 0).length / items.length);
}

/** How much of one top 20 the other has too: they do the same job or the ratio means nothing. */
async function agreement() {
  const share = (pairs) => rounded(pairs.reduce((sum, [a, b]) => sum + a.filter((one) => b.includes(one)).length / a.length, 0) / pairs.length);
  const some = liking.slice(0, 30);
  const engine = async (history) => {
    const { items } = await recommender.recommend({ history, limit: LIMIT, content_weight: 0, collaborative_weight: 1, include_seen: true });
    return [items.map(({ id }) => id), dots.bestWithSparse(rows(history), LIMIT).map((row) => idOf[row])];
  };
  return {
    engine: dots.linear ? share(await Promise.all(some.map(engine))) : null,
    usearch: share(some.map((history) => [dots.best(rows(history), LIMIT), search(dots.vector(rows(history)), LIMIT)])),
  };
}

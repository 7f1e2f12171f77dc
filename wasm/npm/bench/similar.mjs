// Times `similar` of the built package on a pack, and beside it plain JavaScript doing the same scan.
//
//     node bench/similar.mjs PACK [--json] [--items 1000] [--scans 200]
//
// All times are of one run on one thread, and include the conversion to a JavaScript object. The
// machine's mood is in all of them: compare the ratios, not the milliseconds of two runs.

import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Recommender } from 'aftershow';

import { PlainJs } from './plain.mjs';
import { print, rounded, timed } from './timing.mjs';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, items: { type: 'string', default: '1000' }, scans: { type: 'string', default: '200' } },
});
const [pack] = positionals;
if (!pack) {
  console.error('usage: node bench/similar.mjs PACK [--json] [--items 1000] [--scans 200]');
  process.exit(2);
}

const WEIGHTS = { genre_weight: 0.2, text_weight: 0.6, metadata_weight: 0.1, year_weight: 0.1 };
const manifest = JSON.parse(await readFile(join(pack, 'manifest.json'), 'utf8'));
const file = (kind) => join(pack, manifest.parts.find((part) => part.kind === kind).file);
const plain = new PlainJs(await readFile(file('features')));

const ids = spread(plain.ids, Number(flags.items));
const scanned = spread(plain.ids, Number(flags.scans));
const rowOf = new Map(plain.ids.map((id, row) => [id, row]));

const resident = await Recommender.load(pack);
await resident.preload();
const lazy = await Recommender.load(pack);

// The shard is read before the clock starts, so that the time is the engine's and not the disk's.
const cases = {
  stored: { each: ids, call: (id) => resident.similar({ id }) },
  shard: { each: ids, call: (id) => lazy.similar({ id }), prepare: (id) => lazy.similar({ id }) },
  scan: { each: scanned, call: (id) => resident.similar({ id, ...WEIGHTS }) },
  plain_js_scan: { each: scanned, call: (id) => plain.similar(rowOf.get(id), 10, WEIGHTS) },
};
const results = await timed(cases);
const ratio = results.plain_js_scan.median_ms / results.scan.median_ms;
const report = {
  environment: { node: process.version, cpu: cpus()[0]?.model, cpus: cpus().length, platform: `${process.platform} ${process.arch}` },
  pack: { pack_id: manifest.pack_id, items: manifest.items },
  agree_top10: await agreement(),
  results,
  plain_js_scan_over_scan: rounded(ratio),
};

if (flags.json) {
  console.log(JSON.stringify(report, null, 2));
} else {
  console.log(`${manifest.items} items, Node ${process.version}, ${report.environment.cpu}`);
  print(results);
  console.log(`plain JavaScript's scan takes ${ratio.toFixed(1)} times as long as ours; its top 10 has ${(report.agree_top10 * 100).toFixed(1)} % of ours`);
}

/** Items spread evenly over the pack, which is ordered by popularity. */
function spread(all, count) {
  const n = Math.min(count, all.length);
  return Array.from({ length: n }, (_, i) => all[Math.floor((i * all.length) / n)]);
}

/** How much of our top 10 the peer finds too: it does the same job or the ratio means nothing. */
async function agreement() {
  let same = 0;
  let all = 0;
  for (const id of scanned.slice(0, 50)) {
    const ours = (await resident.similar({ id, ...WEIGHTS })).items.map((item) => item.id);
    const theirs = new Set(plain.similar(rowOf.get(id), 10, WEIGHTS).map((hit) => plain.ids[hit.row]));
    same += ours.filter((each) => theirs.has(each)).length;
    all += ours.length;
  }
  return rounded(same / all);
}

// Times `search` of the built package on a pack, and beside it MiniSearch over the same titles in the same process.
//
//     node bench/search.mjs PACK [--json] [--titles 200]
//
// Titles are spread evenly over the pack. Each is looked for as it is, by its beginning (as somebody types it), and with a letter missing in its longest
// word. All times are of one run on one thread and include the conversion to JavaScript objects, with cards on our side. The machine's mood
// is in all of them: compare the ratios, not the milliseconds of two runs.

import { readFile, readdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { TitleSearch } from 'aftershow/search';

import { ids, names as namesOf, sections } from './part.mjs';
import { search } from './peers/minisearch.mjs';
import { print, rounded, timed } from './timing.mjs';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, titles: { type: 'string', default: '200' } },
});
const [pack] = positionals;
if (!pack) {
  console.error('usage: node bench/search.mjs PACK [--json] [--titles 200]');
  process.exit(2);
}

const LIMIT = 10;
const manifest = JSON.parse(await readFile(join(pack, 'manifest.json'), 'utf8'));
const file = (kind) => readFile(join(pack, manifest.parts.find((part) => part.kind === kind).file));
const idOf = ids(sections(await file('features')));
const names = namesOf(sections(await file('display')));
const index = await file('search');

const asked = spread(names.length, Number(flags.titles)).map((row) => ({ row, name: names[row] }));
const queries = {
  title: asked.map(({ row, name }) => ({ row, q: name })),
  beginning: asked.map(({ row, name }) => ({ row, q: cut(name) })),
  typo: asked.map(({ row, name }) => ({ row, q: misspelt(name) })).filter(({ q }) => q !== undefined),
};

// From memory: what is timed is the search and what its cards cost, not the disk.
const files = new Map(await Promise.all((await readdir(pack)).map(async (file) => [file, await readFile(join(pack, file))])));
const titles = await TitleSearch.load(files);
const peer = search(names);

const cases = {};
for (const [kind, each] of Object.entries(queries)) {
  cases[kind] = { each, call: ({ q }) => titles.search({ q, limit: LIMIT }) };
  cases[`${kind}, MiniSearch`] = { each, call: ({ q }) => peer.find(q, LIMIT) };
}
const results = await timed(cases);
for (const [kind, each] of Object.entries(queries)) {
  results[kind].found = await share(each, async (q) => (await titles.search({ q, limit: LIMIT })).items.map((item) => item.id));
  results[`${kind}, MiniSearch`].found = await share(each, (q) => peer.find(q, LIMIT).map((row) => idOf[row]));
}
const lazy = await shards(queries.beginning);
const report = {
  environment: { node: process.version, cpu: cpus()[0]?.model, cpus: cpus().length, platform: `${process.platform} ${process.arch}` },
  pack: { pack_id: manifest.pack_id, items: manifest.items },
  index_bytes: index.length,
  minisearch_index_bytes: peer.bytes,
  shards_of_a_search: lazy,
  results,
};

if (flags.json) {
  console.log(JSON.stringify(report, null, 2));
} else {
  console.log(`${manifest.items} titles, Node ${process.version}, ${report.environment.cpu}`);
  print(results);
  for (const kind of Object.keys(queries)) {
    const [ours, theirs] = [results[kind], results[`${kind}, MiniSearch`]];
    const found = ({ found }) => `${(found * 100).toFixed(1)} %`;
    console.log(`${kind}: MiniSearch takes ${(theirs.median_ms / ours.median_ms).toFixed(1)} times as long; the title is among the first ${LIMIT} in ${found(ours)} and ${found(theirs)}`);
  }
  console.log(`the index has ${index.length} bytes, MiniSearch's as JSON ${peer.bytes}; without the whole catalogue a search by a beginning reads ${lazy.files.toFixed(1)} shards of ${lazy.bytes.toFixed(0)} bytes together`);
}

/** Places spread evenly. */
function spread(all, count) {
  const n = Math.min(count, all);
  return Array.from({ length: n }, (_, i) => Math.floor((i * all) / n));
}

/** Two thirds of a title, at least three letters. */
function cut(name) {
  const letters = Array.from(name);
  return letters.slice(0, Math.max(3, Math.ceil((letters.length * 2) / 3))).join('');
}

/** A title without the letter in the middle of its longest word; none if it has no word of four letters. */
function misspelt(name) {
  const words = name.match(/\p{L}{4,}/gu) ?? [];
  const longest = words.reduce((a, b) => (b.length > a.length ? b : a), '');
  const at = longest.length >> 1;
  return at === 0 ? undefined : name.replace(longest, longest.slice(0, at) + longest.slice(at + 1));
}

/** In which share of the queries the title is found, or another of the same name. */
async function share(each, find) {
  const nameOf = new Map(idOf.map((id, row) => [id, names[row]]));
  let found = 0;
  for (const { row, q } of each) found += (await find(q)).some((id) => nameOf.get(id) === names[row]) ? 1 : 0;
  return rounded(found / each.length);
}

/** How many shards, and bytes of them, a first search reads where the catalogue is not at hand. */
async function shards(each) {
  let [files, bytes] = [0, 0];
  for (const { q } of each.slice(0, 50)) {
    const read = async (file) => {
      const stored = await readFile(join(pack, file));
      if (file.startsWith('shard.')) [files, bytes] = [files + 1, bytes + stored.length];
      return stored;
    };
    const one = await TitleSearch.load(read);
    await one.search({ q, limit: LIMIT });
    one.free();
  }
  const count = Math.min(each.length, 50);
  return { files: files / count, bytes: bytes / count };
}

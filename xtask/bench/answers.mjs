// A pack's own answers for a list of ids, for the oracle to look at.
//
//     node answers.mjs PACK IDS.json OUT.json

import { readFile, writeFile } from 'node:fs/promises';

import { Recommender } from '../../wasm/npm/dist/index.node.js';

const [pack, list, out] = process.argv.slice(2);
const recommender = await Recommender.load(pack);
await recommender.preload();
const answers = [];
for (const id of JSON.parse(await readFile(list, 'utf8'))) {
  const { items } = await recommender.similar({ id, n: 20 });
  answers.push({ id, items: items.map(({ id, score }) => ({ id, score })) });
}
recommender.free();
await writeFile(out, JSON.stringify(answers));

// Pagefind's index of a pack's titles: a page for each of them.
//
//     node bench/peers/pagefind.mjs PACK OUT
//
// The name is all that a page has, as its words and as its title, so the index and what a search reads are as small as they can be. One language for all:
// Pagefind searches in one at a time.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { close, createIndex } from 'pagefind';

import { ids, names, sections } from '../part.mjs';

const [pack, out] = process.argv.slice(2);
if (!out) {
  console.error('usage: node bench/peers/pagefind.mjs PACK OUT');
  process.exit(2);
}
/** Records on their way to Pagefind's own process at one time. */
const AT_ONCE = 1000;

const { parts } = JSON.parse(await readFile(join(pack, 'manifest.json'), 'utf8'));
const part = async (kind) => sections(await readFile(join(pack, parts.find((part) => part.kind === kind).file)));
const idOf = ids(await part('features'));
const titles = names(await part('display'));

const { index, errors } = await createIndex({ forceLanguage: 'en' });
refuse(errors);
for (let at = 0; at < titles.length; at += AT_ONCE) {
  const some = titles.slice(at, at + AT_ONCE);
  const added = await Promise.all(some.map((name, i) => index.addCustomRecord({ url: `/shows/${idOf[at + i]}`, content: name, language: 'en', meta: { title: name } })));
  added.forEach(({ errors }) => refuse(errors));
}
refuse((await index.writeFiles({ outputPath: out })).errors);
await close();

function refuse(errors) {
  if (errors.length > 0) throw new Error(`Pagefind: ${errors.join('; ')}`);
}

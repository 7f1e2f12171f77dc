// What the package weighs, as JSON: {file: {raw, gzip, brotli}} in bytes, at the compressors' best.
//
// gzip is pako's, a port of zlib: the zlib in Node is patched, and packs a few per cent worse or better
// from one version of Node to the next, which a committed number must not.

import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

import { gzip } from 'pako';

const dist = new URL('../dist/', import.meta.url);
const sizes = {};
const WASM = ['aftershow_bg.wasm', 'aftershow_slim_bg.wasm', 'aftershow_search_bg.wasm'];
const JS = ['index.js', 'slim.js', 'search.js', 'element.js', 'element.opinions.js', 'element.search-box.js', 'element.template.js', 'service-worker.js'];
for (const file of [...WASM, ...JS]) {
  const bytes = readFileSync(new URL(file, dist));
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  sizes[file] = { raw: bytes.length, gzip: gzip(bytes, { level: 9 }).length, brotli: brotli.length };
}
console.log(JSON.stringify(sizes, null, 2));

// What the build takes out of a module: only what a panic points to, whatever stands beside it.

import assert from 'node:assert/strict';
import { it } from 'node:test';

import { withoutPlaces } from '../scripts/places.mjs';

const ADDRESS = 1024;

/** LEB128. */
const leb = (n, signed) => (n < (signed ? 64 : 128) ? [n] : [(n & 127) | 128, ...leb(n >> 7, signed)]);

/** A module with one data segment. */
function moduleWith(data) {
  const segment = [1, 0, 0x41, ...leb(ADDRESS, true), 0x0b, ...leb(data.length), ...data];
  return Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 1, 11, ...leb(segment.length), ...segment]);
}

it('takes the paths that a panic points to, and no text that only looks like one', () => {
  const texts = 'pool/a core/src/a.rs/registry/src/b-1/src/b.rs see core/src/kept.rs mid > len end';
  const place = (path, line) => {
    const record = Buffer.alloc(16);
    [ADDRESS + texts.indexOf(path), path.length, line, 7].forEach((value, i) => record.writeUInt32LE(value, 4 * i));
    return record;
  };
  const padding = Buffer.alloc((4 - (texts.length % 4)) % 4);
  const records = [place('core/src/a.rs', 3), place('/registry/src/b-1/src/b.rs', 4), place('core/src/a.rs', 9)];
  const number = Buffer.from([5, 0, 0, 0]);
  const module = moduleWith(Buffer.concat([Buffer.from(texts), padding, ...records, number]));
  assert.ok(WebAssembly.validate(module));
  const left = withoutPlaces(module);
  assert.equal(left.length, module.length);
  assert.ok(WebAssembly.validate(left));
  const from = module.indexOf(texts);
  assert.equal(left.toString('latin1', from, from + texts.length).replaceAll('\0', ''), 'pool/a  see core/src/kept.rs  end');
  assert.deepEqual([...left.subarray(from + texts.length)], [...Buffer.alloc(padding.length + 48), ...number]);
});

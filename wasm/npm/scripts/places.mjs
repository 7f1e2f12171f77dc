// Takes out of a module what its panics would say: where in the source they are, and the standard library's words. A panic is a trap here, so
// nobody ever reads them, and the compiler has no stable flag to leave them out.

/** How the paths of our own crates, of the standard library and of dependencies begin. */
const SOURCE = /(?:\/rustc\/|core\/src\/|wasm\/src\/|\/[\w./-]*\/registry\/)[\w./-]*?\.rs/g;
/** What the standard library says of an index, a length or a number. Words that it no longer has do no harm here. */
const WORDS = [
  'slice index starts at ', ' but ends at ', 'index out of bounds: the len is ', ' but the index is ', 'range start index ', 'range end index ',
  ' out of range for slice of length ', 'insertion index (is ', ') should be <= len (is ', 'swap_remove index (is ', 'removal index (is ',
  ') should be < len (is ', 'encode_utf8: need ', ' bytes to encode U+', ' but buffer has just ', 'assertion failed: self.peeked.is_none()',
  'mid > len', 'capacity overflow', 'attempt to divide by zero',
];
const DATA_SECTION = 11;
/** `i32.const` and `end`: where an active segment lies. */
const [CONST, END] = [0x41, 0x0b];

/** The module with zeros in place of the words, of the paths and of what points to them. Its length stays. */
export function withoutPlaces(module) {
  const bytes = Buffer.from(module);
  const segments = dataSegments(bytes);
  for (const { at, length, address } of segments) {
    const texts = bytes.toString('latin1', at, at + length);
    for (const { 0: path, index } of texts.matchAll(SOURCE)) {
      bytes.fill(0, at + index, at + index + path.length);
      for (const segment of segments) forget(bytes, segment, address + index, path.length);
    }
    for (const word of WORDS) {
      for (let from = texts.indexOf(word); from >= 0; from = texts.indexOf(word, from + 1)) bytes.fill(0, at + from, at + from + word.length);
    }
  }
  return bytes;
}

/** Zeros for each `core::panic::Location` of this path: its address, its length, line and column, 4 bytes each. */
function forget(bytes, { at, length, address }, path, pathLength) {
  for (let from = (4 - (address % 4)) % 4; from + 16 <= length; from += 4) {
    const [first, second] = [bytes.readUInt32LE(at + from), bytes.readUInt32LE(at + from + 4)];
    if (first === path && second === pathLength) bytes.fill(0, at + from, at + from + 16);
  }
}

/** Where each data segment stands in the file, how long it is, and at which address of the memory it lies. */
function dataSegments(bytes) {
  let at = 8;
  const number = () => {
    let [value, scale, byte] = [0, 1, 0];
    do {
      byte = bytes[at++];
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte & 128);
    return value;
  };
  while (at < bytes.length) {
    const id = bytes[at++];
    const length = number();
    if (id !== DATA_SECTION) {
      at += length;
      continue;
    }
    return Array.from({ length: number() }, () => {
      if (bytes[at++] !== 0 || bytes[at++] !== CONST) throw new Error('the module has a data segment of an unknown form: see scripts/places.mjs');
      const address = number();
      if (bytes[at++] !== END) throw new Error('the module has a data segment of an unknown form: see scripts/places.mjs');
      const length = number();
      at += length;
      return { address, length, at: at - length };
    });
  }
  return [];
}

// Takes out of a module what its panics would say: where in the source they are, and the standard library's words. A panic is a trap here, so
// nobody ever reads them, and the compiler has no stable flag to leave them out.

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

/** A path as a panic names it. */
const PATH = /^[\w./-]+\.rs$/;

/** The module with zeros in place of the words, of the paths and of what points to them. Its length stays. */
export function withoutPlaces(module) {
  const bytes = Buffer.from(module);
  const segments = dataSegments(bytes);
  for (const { at, length } of segments) {
    const texts = bytes.toString('latin1', at, at + length);
    for (const word of WORDS) {
      for (let from = texts.indexOf(word); from >= 0; from = texts.indexOf(word, from + 1)) bytes.fill(0, at + from, at + from + word.length);
    }
  }
  // First all that point to a path, then the paths: several panics may be in one file.
  const paths = segments.flatMap((segment) => places(bytes, segment, segments));
  for (const { at, length } of paths) bytes.fill(0, at, at + length);
  return bytes;
}

/** Zeros for each `core::panic::Location`: address and length of its path, line and column, 4 bytes each. Gives where the paths lie. */
function places(bytes, { at, length, address }, segments) {
  const found = [];
  for (let from = (4 - (address % 4)) % 4; from + 16 <= length; from += 4) {
    const [text, size] = [bytes.readUInt32LE(at + from), bytes.readUInt32LE(at + from + 4)];
    const holds = (segment) => text >= segment.address && text + size <= segment.address + segment.length;
    const segment = size > 3 && size < 256 && segments.find(holds);
    if (!segment) continue;
    const path = segment.at + text - segment.address;
    if (!PATH.test(bytes.toString('latin1', path, path + size))) continue;
    found.push({ at: path, length: size });
    bytes.fill(0, at + from, at + from + 16);
  }
  return found;
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

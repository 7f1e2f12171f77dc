// Parts of a pack as plain JavaScript reads them, for the peers.

/** Sections with ids; the format is described in core/FORMAT.md. */
const ID = { idInts: 1, idStringEnds: 2, idStringBytes: 3 };

/** Reads sections by id, as typed arrays of the type that the table says. */
export function sections(file) {
  const bytes = Uint8Array.from(file);
  const view = new DataView(bytes.buffer);
  const types = [undefined, Uint8Array, Uint16Array, Uint32Array, BigUint64Array, Float32Array, Int8Array];
  const table = new Map();
  for (let i = 0, at = 32; i < view.getUint32(20, true); i++, at += 16) {
    const Type = types[view.getUint16(at + 2, true)];
    const length = view.getUint32(at + 8, true) / Type.BYTES_PER_ELEMENT;
    table.set(view.getUint16(at, true), new Type(bytes.buffer, view.getUint32(at + 4, true), length));
  }
  return (id) => table.get(id);
}

/** The ids of a features part, by rows. */
export function ids(read) {
  const ints = read(ID.idInts);
  if (ints) return Array.from(ints, Number);
  const ends = read(ID.idStringEnds);
  const text = new TextDecoder();
  return Array.from(ends, (end, i) => text.decode(read(ID.idStringBytes).subarray(i > 0 ? Number(ends[i - 1]) : 0, Number(end))));
}

// Parts of a pack as plain JavaScript reads them, for the peers.

/** Sections with ids and names; the format is described in core/FORMAT.md. */
const ID = { idInts: 1, idStringEnds: 2, idStringBytes: 3 };
const NAME = { ends: 0x30, bytes: 0x31 };

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
  return ints ? Array.from(ints, Number) : strings(read, ID.idStringEnds, ID.idStringBytes);
}

/** The names of a display part, by rows. */
export const names = (read) => strings(read, NAME.ends, NAME.bytes);

function strings(read, ends, bytes) {
  const text = new TextDecoder();
  const from = read(ends);
  return Array.from(from, (end, i) => text.decode(read(bytes).subarray(i > 0 ? Number(from[i - 1]) : 0, Number(end))));
}

// The peer of `recommend`'s collaborative side: the factors as a Float32Array, and a loop over it.
//
// It does the part of the work that vectors can do: rank × items dot products and the best few. No content
// side, no sparse rows, no blend, no cards.

import { sections } from './part.mjs';

/** Sections of a collaborative part; the format is described in core/FORMAT.md. */
const SECTION = {
  shape: 0x71, itemFactors: 0x72, itemScales: 0x73, personScales: 0x75,
  sparseLengths: 0x78, sparseEntries: 0x79, sparseScales: 0x7a,
};

export class PlainDots {
  constructor(part) {
    const read = sections(part);
    const [rank, form] = read(SECTION.shape);
    this.rank = Number(rank);
    /** `items × rank`, row-major. */
    this.factors = floats(read(SECTION.itemFactors), read(SECTION.itemScales), this.rank);
    // A factorisation has one side only. Its people solve a small system first, which no vector library does for them either.
    this.linear = Number(form) === 0;
    this.person = this.linear ? floats(read(SECTION.itemFactors), read(SECTION.personScales), this.rank) : this.factors;
    this.items = this.factors.length / this.rank;
    this.scores = new Float32Array(this.items);
    const lengths = read(SECTION.sparseLengths);
    let end = 0;
    this.sparse = lengths && { ends: Float64Array.from(lengths, (length) => (end += Number(length))), entries: read(SECTION.sparseEntries), scales: read(SECTION.sparseScales) };
  }

  /** The vector of a history `[{row, weight}]`. */
  vector(history) {
    const { rank, person } = this;
    const sum = new Float32Array(rank);
    for (const { row, weight } of history) for (let k = 0; k < rank; k++) sum[k] += weight * person[row * rank + k];
    return sum;
  }

  /** The best `n` rows, best first. */
  best(history, n, more = () => {}) {
    const { rank, factors, scores, items } = this;
    const vector = this.vector(history);
    for (let row = 0, at = 0; row < items; row++, at += rank) {
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += factors[at + k] * vector[k];
      scores[row] = sum;
    }
    more(scores);
    const best = [];
    let floor = -Infinity;
    for (let row = 0; row < items; row++) {
      if (scores[row] <= floor) continue;
      if (best.length === n) best.pop();
      let place = best.length;
      while (place > 0 && scores[best[place - 1]] < scores[row]) place--;
      best.splice(place, 0, row);
      if (best.length === n) floor = scores[best[n - 1]];
    }
    return best;
  }

  /** The best rows with the sparse rows added: what the engine ranks by. Only to check that both do the same; not timed. */
  bestWithSparse(history, n) {
    const { sparse } = this;
    return this.best(history, n, (scores) => {
      if (!sparse) return;
      for (const { row, weight } of history) {
        let next = 0;
        for (let at = row > 0 ? sparse.ends[row - 1] : 0; at < sparse.ends[row]; at++) {
          let step = 0;
          for (let shift = 0; ; shift += 7) {
            const byte = sparse.entries[at++];
            step += (byte & 0x7f) * 2 ** shift;
            if (byte < 0x80) break;
          }
          scores[next + step] += weight * sparse.scales[row] * ((sparse.entries[at] << 24) >> 24);
          next += step + 1;
        }
      }
    });
  }
}

function floats(codes, scales, rank) {
  return Float32Array.from(codes, (code, i) => code * scales[Math.floor(i / rank)]);
}

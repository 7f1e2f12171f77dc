// The peer: the same scan as plain JavaScript, as one would write it with care over typed arrays.
//
// It reads the pack's own features, scores every item by the same four parts and keeps the best; it
// makes no cards. Genres and metadata are compared once for each distinct set, not for each item.

import { ids, sections } from './part.mjs';

/** Sections of a features part; the format is described in core/FORMAT.md. */
const SECTION = {
  years: 5, attributeRoles: 8,
  attributes: 0x1000, setEnds: 2, setValues: 3, setOfItem: 4,
  termEnds: 0x20, rowEnds: 0x23, rowTerms: 0x24, rowCodes: 0x25, rowScales: 0x26,
};
const ROLE = { genre: 1, metadata: 2 };
const YEAR_SPAN = 25;

export class PlainJs {
  constructor(features) {
    const read = sections(features);
    this.ids = ids(read);
    this.years = Uint16Array.from(read(SECTION.years));
    this.rowEnds = Uint32Array.from(read(SECTION.rowEnds));
    this.rowTerms = Uint16Array.from(read(SECTION.rowTerms));
    this.rowCodes = read(SECTION.rowCodes);
    this.rowScales = Float32Array.from(read(SECTION.rowScales));
    this.query = new Float32Array(read(SECTION.termEnds).length);
    this.genre = undefined;
    this.metadata = [];
    read(SECTION.attributeRoles).forEach((role, i) => {
      const at = SECTION.attributes + 8 * i;
      const attribute = {
        ends: Uint32Array.from(read(at + SECTION.setEnds)),
        values: Uint32Array.from(read(at + SECTION.setValues)),
        of: Uint32Array.from(read(at + SECTION.setOfItem)),
      };
      if (role === ROLE.genre) this.genre = attribute;
      if (role === ROLE.metadata) this.metadata.push(attribute);
    });
  }

  /** The best `n` of a scan over all items: `[{row, score}]`, best first. */
  similar(subject, n, { genre_weight, text_weight, metadata_weight, year_weight }) {
    const { years, rowEnds, rowTerms, rowCodes, rowScales, query, genre, metadata } = this;
    const sum = genre_weight + text_weight + metadata_weight + year_weight;
    const [wg, wt, wm, wy] = [genre_weight / sum, text_weight / sum, metadata_weight / sum, year_weight / sum];
    const genreScores = genre ? jaccard(genre, genre.of[subject]) : undefined;
    const from = subject > 0 ? rowEnds[subject - 1] : 0;
    for (let k = from; k < rowEnds[subject]; k++) query[rowTerms[k]] = rowCodes[k] * rowScales[subject];
    const year = years[subject];
    const best = [];
    let floor = 0;
    let k = 0;
    for (let row = 0; row < years.length; row++) {
      const end = rowEnds[row];
      let dot = 0;
      for (; k < end; k++) dot += query[rowTerms[k]] * rowCodes[k];
      let comparable = 0;
      let equal = 0;
      for (let m = 0; m < metadata.length; m++) {
        const { of } = metadata[m];
        if (of[subject] !== 0 && of[row] !== 0) {
          comparable++;
          if (of[subject] === of[row]) equal++;
        }
      }
      let score = wt * dot * rowScales[row];
      if (genreScores) score += wg * genreScores[genre.of[row]];
      if (comparable > 0) score += (wm * equal) / comparable;
      if (year !== 0 && years[row] !== 0) score += wy * Math.max(0, 1 - Math.abs(year - years[row]) / YEAR_SPAN);
      if (score > floor && row !== subject) {
        if (best.length === n) best.pop();
        let place = best.length;
        while (place > 0 && best[place - 1].score < score) place--;
        best.splice(place, 0, { row, score });
        if (best.length === n) floor = best[n - 1].score;
      }
    }
    for (let k = from; k < rowEnds[subject]; k++) query[rowTerms[k]] = 0;
    return best;
  }
}

/** Jaccard similarity of one set with every set of the attribute. */
function jaccard({ ends, values }, own) {
  const set = (i) => values.subarray(i > 0 ? ends[i - 1] : 0, ends[i]);
  const mine = new Set(set(own));
  return Float32Array.from(ends, (_, i) => {
    const other = set(i);
    let shared = 0;
    for (const value of other) if (mine.has(value)) shared++;
    return shared === 0 ? 0 : shared / (mine.size + other.length - shared);
  });
}

// usearch's exact search: the dot products of a vector with every row, and the rows with the largest.

import usearch from 'usearch';

/** A search over `rows`, `rank` numbers each: the best `n` rows, best first. */
export function exactSearch(rows, rank) {
  return (vector, n) => Array.from(usearch.exactSearch(rows, vector, rank, n, usearch.MetricKind.IP, 1).keys, Number);
}

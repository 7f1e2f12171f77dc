// Times of several cases of one run.

/** Warm-up rounds: the host compiles WebAssembly quickly at first, and well while it runs. */
const WARM_UP = 1;

/**
 * Runs every case with each of its arguments, in turns, so that what else the machine does falls on all alike.
 *
 * @param {Record<string, { each: any[], call: (one: any) => any, prepare?: (one: any) => any }>} cases `prepare` runs before the clock starts
 * @returns {Promise<Record<string, { calls: number, median_ms: number, p95_ms: number }>>}
 */
export async function timed(cases, rounds = 3) {
  const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const [name, { each, call, prepare }] of Object.entries(cases)) {
      for (const one of each) {
        await prepare?.(one);
        const start = performance.now();
        await call(one);
        if (round >= 0) times[name].push(performance.now() - start);
      }
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, taken]) => [name, summary(taken)]));
}

function summary(taken) {
  taken.sort((a, b) => a - b);
  const at = (share) => rounded(taken[Math.floor(taken.length * share)]);
  return { calls: taken.length, median_ms: at(0.5), p95_ms: at(0.95) };
}

/** To five decimals. */
export function rounded(x) {
  return Math.round(x * 1e5) / 1e5;
}

/** A line for each case. */
export function print(results) {
  const width = Math.max(...Object.keys(results).map((name) => name.length));
  for (const [name, { calls, median_ms, p95_ms }] of Object.entries(results)) {
    console.log(`${name.padEnd(width)}   median ${median_ms.toFixed(4)} ms   p95 ${p95_ms.toFixed(4)} ms   ${calls} calls`);
  }
}

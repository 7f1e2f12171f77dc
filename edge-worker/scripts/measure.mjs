// What a request costs the Worker on real workerd, cold and warm, and how much a cold isolate reads.
//
//   npm run measure -- ASSETS ID…      ASSETS: a folder with pack/
//
// Every time is that of the way through the development server and back, so the first line is a
// request that does nothing: what matters is the difference from it. CPU is that of all threads of
// workerd, compilation of the wasm in the background with it; wall is what a client waits.

import { readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";

import { start } from "../tests/server.mjs";

const [assets, ...ids] = process.argv.slice(2);
if (!assets || ids.length === 0) {
  console.error("usage: npm run measure -- ASSETS ID…");
  process.exit(2);
}
const similar = (id, query = "") => `/v1/items/${encodeURIComponent(id)}/similar${query}`;
const at = (i) => ids[i % ids.length];
const body = JSON.stringify({ name: "New", genres: ["Drama", "Crime"], summary: "A detective in a small harbour town." });
// Ids that are whole numbers are so in the pack.
const history = JSON.stringify({ history: ids.map((id) => (/^(0|[1-9]\d*)$/.test(id) ? Number(id) : id)) });
const kinds = [
  ["does nothing (no such path)", () => ["/no/such/path"]],
  ["health", () => ["/health"]],
  ["by a shard", (i) => [similar(at(i))]],
  ["by a scan (other weights)", (i) => [similar(at(i), "?year_weight=1")]],
  ["a title never seen", () => ["/v1/similar", { method: "POST", body }]],
  ["what is popular", () => ["/v1/popular"]],
  [`a history of ${ids.length}`, () => ["/v1/recommendations", { method: "POST", body: history }]],
];

const worker = await start(resolve(assets));
try {
  const measured = async (path, options) => {
    const [cpu, began] = [cpuOfWorkerd(), performance.now()];
    const response = await worker.request(path, options);
    const wall = performance.now() - began;
    if (response.status >= 500) throw new Error(`${path}: ${response.status} ${response.bytes}`);
    return { wall, cpu: cpuOfWorkerd() - cpu };
  };

  console.log("first of its kind in an isolate whose wasm is loaded and has read nothing; median of 9");
  for (const [name, request] of kinds) {
    const all = [];
    let line;
    for (let i = 0; i < 9; i++) {
      await worker.cold();
      for (let j = 0; j < 5; j++) await worker.request("/no/such/path");
      await worker.logs(5);
      all.push(await measured(...request(i)));
      line = JSON.parse((await worker.logs(1))[0]);
    }
    show(name, all, `${line.parts_loaded} parts, ${line.bytes_loaded} bytes read`);
  }

  // In turns, so that what else the machine does falls on all alike.
  console.log("warm, median of 200");
  const all = kinds.map(() => []);
  for (let i = -20; i < 200; i++) {
    for (const [kind, [, request]] of kinds.entries()) {
      const one = await measured(...request(Math.abs(i)));
      if (i >= 0) all[kind].push(one);
    }
  }
  for (const [kind, [name]] of kinds.entries()) show(name, all[kind]);
} finally {
  await worker.stop();
}

function show(name, all, note = "") {
  const median = (of) => all.map(of).sort((a, b) => a - b)[all.length >> 1].toFixed(2).padStart(8);
  console.log(`  ${name.padEnd(30)} CPU ${median((one) => one.cpu)} ms   wall ${median((one) => one.wall)} ms   ${note}`);
}

/** Milliseconds of processor time of every workerd that this process has started (Linux only). */
function cpuOfWorkerd() {
  let nanoseconds = 0;
  for (const pid of workerds()) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
    }
  }
  return nanoseconds / 1e6;
}

function workerds() {
  return readdirSync("/proc").filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      return /^\d+ \(workerd\)/.test(stat) && Number(stat.split(") ")[1].split(" ")[1]) === process.pid;
    } catch {
      return false; // no process, or gone by now
    }
  });
}

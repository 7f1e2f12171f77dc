// What a page is sent, and how long it takes, until a list of similar titles stands; beside it, until a search for the same titles has shown what it found:
// by Pagefind, and by `aftershow/search`.
//
//     node bench/page.mjs PACK PAGEFIND [--json] [--titles 20]
//
// PAGEFIND is the index that wasm/npm/bench/peers/pagefind.mjs made of the pack's titles. All come from one plain static server, to one Chromium. Of each
// title, drawn with a fixed seed, first a visitor who was never there has the page; then the same one that of the next title; then that one again. The
// machine's mood is in all times: compare the ratios.

import { readFile, readdir, stat } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Recommender } from "aftershow/slim";
import { ids, names, sections } from "../../wasm/npm/bench/part.mjs";
import { listPage } from "../tests/first-answer.mjs";
import { launch } from "../tests/host.mjs";
import { openSite } from "../tests/site.mjs";
import { visit } from "../tests/wire.mjs";
import { searchPages } from "./search-pages.mjs";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean" }, titles: { type: "string", default: "20" } },
});
const [pack, pagefind] = positionals;
if (!pagefind) {
  console.error("usage: node bench/page.mjs PACK PAGEFIND [--json] [--titles 20]");
  process.exit(2);
}

const SEED = 42;
/** What GitHub Pages lets browsers keep files for, in seconds. */
const MAX_AGE = 600;
const VISITS = ["never here before", "another title then", "that one again"];
const pages = { "<aftershow-list>": ({ id }) => listPage(id), ...searchPages };
const OURS = Object.keys(pages)[0];

const titles = await draw(Number(flags.titles));
const site = await openSite(pack, {}, { folders: { pagefind }, maxAge: MAX_AGE });
const browser = await launch();
const seen = Object.fromEntries(Object.keys(pages).map((name) => [name, VISITS.map(() => [])]));
// The first pages of a browser are slow, whatever is on them: one round is for nothing.
for (let turn = -1; turn < titles.length; turn++) {
  const [first, next] = [titles[Math.max(turn, 0)], titles[(Math.max(turn, 0) + 1) % titles.length]];
  for (const [name, page] of Object.entries(pages)) {
    site.pages["/first"] = page(first);
    site.pages["/next"] = page(next);
    const context = await browser.newContext();
    for (const [i, path] of ["/first", "/next", "/next"].entries()) {
      const one = await visit(context, site, path);
      if (one.done.error) throw new Error(`${name}, ${path === "/first" ? first.name : next.name}: ${one.done.error}`);
      if (turn >= 0) seen[name][i].push({ title: path === "/first" ? first : next, ...one });
    }
    await context.close();
  }
}
const chromium = browser.version();
await browser.close();
await site.close();

const report = {
  environment: { chromium, node: process.version, cpu: cpus()[0]?.model, cpus: cpus().length },
  pack: { titles: titles.of, ...(await weight(pack)) },
  pagefind: { version: JSON.parse(await readFile(join(pagefind, "pagefind-entry.json"), "utf8")).version, ...(await weight(pagefind)) },
  titles: titles.length,
  results: Object.fromEntries(Object.entries(seen).map(([name, visits]) => [name, visits.map(summary)])),
  found: Object.fromEntries(Object.keys(searchPages).map((name) => [name, found(seen[name][0])])),
};
if (flags.json) console.log(JSON.stringify(report, null, 2));
else print();

/** Titles of the pack that have others like them, the same ones every time. */
async function draw(count) {
  const { parts } = JSON.parse(await readFile(join(pack, "manifest.json"), "utf8"));
  const part = async (kind) => sections(await readFile(join(pack, parts.find((part) => part.kind === kind).file)));
  const idOf = ids(await part("features"));
  const nameOf = names(await part("display"));
  const slim = await Recommender.load(pack);
  const drawn = new Set();
  const titles = Object.assign([], { of: idOf.length });
  for (let state = SEED; titles.length < count; ) {
    // Numerical Recipes' generator: its high bits are random enough to draw titles by.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const row = Math.floor((state / 2 ** 32) * idOf.length);
    if (drawn.has(row)) continue;
    drawn.add(row);
    const { items } = await slim.similar({ id: idOf[row], n: 1 });
    if (items.length > 0) titles.push({ id: idOf[row], name: nameOf[row] });
  }
  slim.free();
  return titles;
}

/** Files and bytes of a folder, as a host has to keep them. */
async function weight(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  let bytes = 0;
  for (const { parentPath, path, name } of files) bytes += (await stat(join(parentPath ?? path, name))).size;
  return { files: files.length, bytes };
}

function summary(visits) {
  const spread = (of) => {
    const sorted = visits.map(of).sort((a, b) => a - b);
    return { median: sorted[sorted.length >> 1], p95: sorted[Math.min(Math.ceil(sorted.length * 0.95) - 1, sorted.length - 1)] };
  };
  return { requests: spread((one) => one.requests), bytes: spread((one) => one.bytes), ms: spread((one) => one.done.ms) };
}

/** In which share of the searches the title, or one of the same name, is among what is shown. */
function found(visits) {
  return visits.filter(({ title, done }) => done.names.includes(title.name)).length / visits.length;
}

function print() {
  const { results } = report;
  const width = Math.max(...Object.keys(results).map((name) => name.length));
  const figure = ({ median, p95 }, digits, unit = 1) => `${(median / unit).toFixed(digits)} (${(p95 / unit).toFixed(digits)})`.padStart(16);
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;
  console.log(`${report.pack.titles} titles, ${report.titles} of them asked for, Chromium ${chromium}, ${report.environment.cpu}; medians (95th percentiles), the page itself not counted`);
  for (const [i, when] of VISITS.entries()) {
    console.log(`${when.padEnd(width + 2)}${"requests".padStart(16)}${"kB".padStart(16)}${"ms".padStart(16)}   beside ${OURS}: requests, bytes, ms`);
    for (const [name, visits] of Object.entries(results)) {
      const [one, ours] = [visits[i], results[OURS][i]];
      const times = ["requests", "bytes", "ms"].map((what) => `${(one[what].median / ours[what].median).toFixed(2)} x`);
      console.log(`  ${name.padEnd(width)}${figure(one.requests, 0)}${figure(one.bytes, 1, 1000)}${figure(one.ms, 0)}   ${times.join(", ")}`);
    }
  }
  for (const [name, share] of Object.entries(report.found)) console.log(`${name}: the title is among what is shown in ${(share * 100).toFixed(0)} %`);
  console.log(`on the server: the pack has ${report.pack.files} files of ${kilobytes(report.pack.bytes)}, Pagefind ${report.pagefind.version}'s index ${report.pagefind.files} of ${kilobytes(report.pagefind.bytes)}`);
}

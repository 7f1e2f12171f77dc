// What the first answer costs for every title of a pack, where the tests try a sample: by the sizes of the files that each one's answer reads, on top of what
// a browser is sent besides for one of them.
//
//     node bench/every-title.mjs PACK

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Recommender } from "aftershow/slim";
import { ids, sections } from "../../wasm/npm/bench/part.mjs";
import { coldVisit } from "../tests/first-answer.mjs";
import { launch } from "../tests/host.mjs";
import { openSite } from "../tests/site.mjs";

const MOST_BYTES = 100_000;
const [pack] = process.argv.slice(2);
const files = new Map(await Promise.all((await readdir(pack)).map(async (file) => [file, await readFile(join(pack, file))])));
const { parts } = JSON.parse(files.get("manifest.json"));
const everyId = ids(sections(files.get(parts.find(({ kind }) => kind === "features").file)));

/** Bytes of the tables and shards that an answer reads; `undefined` if nothing is like the title. */
async function reads(id) {
  let bytes = 0;
  const read = (file) => {
    if (file !== "manifest.json") bytes += files.get(file).length;
    return files.get(file);
  };
  const slim = await Recommender.load(read);
  const { items } = await slim.similar({ id });
  slim.free();
  return items.length > 0 ? bytes : undefined;
}

const sums = [];
for (const id of everyId) {
  const bytes = await reads(id);
  if (bytes !== undefined) sums.push({ id, bytes });
}
sums.sort((a, b) => a.bytes - b.bytes);
const worst = sums.at(-1);

const browser = await launch();
const site = await openSite(pack);
const { bytes } = await coldVisit(browser, site, worst.id);
await browser.close();
await site.close();
const besides = bytes - worst.bytes;
const at = (share) => sums[Math.floor((sums.length - 1) * share)].bytes + besides;
const over = sums.filter((one) => one.bytes + besides > MOST_BYTES).length;
console.log(`${sums.length} titles: median ${at(0.5)} bytes, 99th percentile ${at(0.99)}, most ${bytes} (${worst.id}); ${over} above ${MOST_BYTES}`);

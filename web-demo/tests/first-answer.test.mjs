// What the first answer of a show page costs: every file that a cold visit is sent until the list stands.
//
// The sample's pack is always tried. AFTERSHOW_LARGE_PACK, else target/xtask/pack-80k, is a pack of some 80,000 titles, which
// `cargo xtask bench wasm` leaves there.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Recommender } from "aftershow/slim";
import { launch, packFolder } from "./host.mjs";
import { openSite, pageOf } from "./site.mjs";

const MOST_BYTES = 100_000;

const large = process.env.AFTERSHOW_LARGE_PACK ?? fileURLToPath(new URL("../../target/xtask/pack-80k", import.meta.url));
let browser;

before(async () => (browser = await launch()));
after(() => browser?.close());

/** Every file but the page, with its bytes as sent, headers included. */
async function coldVisit(site, id) {
  site.pages["/show"] = pageOf(`<aftershow-list src="/pack/" item="${id}" href="/shows/{id}"></aftershow-list>`);
  const context = await browser.newContext();
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  await wire.send("Network.enable");
  // Pictures are the catalogue's own, from elsewhere.
  await wire.send("Network.setBlockedURLs", { urls: ["https://*"] });
  const urls = new Map();
  const files = [];
  wire.on("Network.requestWillBeSent", ({ requestId, request }) => urls.set(requestId, request.url));
  wire.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const { origin, pathname } = new URL(urls.get(requestId));
    if (origin === site.url && pathname !== "/show") files.push({ file: pathname, bytes: encodedDataLength });
  });
  await page.addInitScript(() => addEventListener("aftershow-answer", ({ detail }) => (window.answered = detail)));
  await page.goto(`${site.url}/show`);
  const route = await page.waitForFunction(() => window.answered).then((handle) => handle.evaluate(({ answer, route }) => ({ route, shown: answer.items.length })));
  await page.waitForTimeout(100);
  await context.close();
  assert.equal(route.route, "shard");
  assert.ok(route.shown > 0);
  return { files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

const kinds = ({ files }) => files.map(({ file }) => file.split("/").pop().replace(/\.[0-9a-f]{16}\./, ".")).sort();
const EXPECTED = ["aftershow_slim_bg.wasm", "element.js", "manifest.json", "shard.bin", "slim.js", "table.bin"];

test("the first answer on the sample's pack is six small files", async (t) => {
  const site = await openSite(packFolder());
  const visit = await coldVisit(site, 82);
  t.diagnostic(`${visit.bytes} bytes: ${JSON.stringify(visit.files)}`);
  assert.deepEqual(kinds(visit), EXPECTED);
  assert.ok(visit.bytes <= MOST_BYTES, `${visit.bytes} bytes`);
  await site.close();
});

test("the first answer on 80,000 titles is six small files", async (t) => {
  if (!existsSync(join(large, "manifest.json"))) {
    return t.skip(`skipped: no pack at ${large}: name one by AFTERSHOW_LARGE_PACK; \`cargo xtask bench wasm\` makes it of the data in AFTERSHOW_DATA`);
  }
  const slim = await Recommender.load(large);
  const { items } = slim.info();
  assert.ok(items >= 80_000, `${items} items`);
  const shows = [];
  for (let id = 82; shows.length < 21 && id < items; id += Math.floor(items / 21)) {
    if (await slim.similar({ id, n: 1 }).then((answer) => answer.items.length > 0, () => false)) shows.push(id);
  }
  slim.free();
  assert.ok(shows.length >= 15, "too few of the ids are there");
  const site = await openSite(large);
  const sums = [];
  for (const id of shows) {
    const visit = await coldVisit(site, id);
    assert.deepEqual(kinds(visit), EXPECTED, `show ${id}`);
    sums.push(visit.bytes);
  }
  await site.close();
  sums.sort((a, b) => a - b);
  const median = sums[Math.floor(sums.length / 2)];
  t.diagnostic(`${shows.length} shows: median ${median} bytes, most ${sums.at(-1)}, over ${MOST_BYTES}: ${sums.filter((sum) => sum > MOST_BYTES).length}`);
  assert.ok(median <= MOST_BYTES, `the median is ${median} bytes`);
});

// The first answer of a show page is a few small files, however large the catalogue is.
//
// The sample's pack is always tried. AFTERSHOW_LARGE_PACK is a pack of some 80,000 titles, which `cargo xtask test` makes of the data in AFTERSHOW_DATA.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { coldVisit, firstAnswers, summary } from "./first-answer.mjs";
import { launch, packFolder } from "./host.mjs";
import { openSite } from "./site.mjs";

const MOST_BYTES = 100_000;
const FILES = ["aftershow_slim_bg.wasm", "element.js", "manifest.json", "shard.bin", "slim.js", "table.bin"];

const large = process.env.AFTERSHOW_LARGE_PACK;
let browser;

before(async () => (browser = await launch()));
after(() => browser?.close());

const kinds = ({ files }) => files.map(({ file }) => file.split("/").pop().replace(/\.[0-9a-f]{16}\./, ".")).sort();

function check(visit) {
  const what = `show ${visit.id}`;
  assert.equal(visit.done.route, "shard", what);
  assert.ok(visit.done.shown > 0, what);
  assert.deepEqual(kinds(visit), FILES, what);
  assert.ok(visit.bytes <= MOST_BYTES, `${what}: ${visit.bytes} bytes`);
}

test("the first answer on the sample's pack is six small files", async (t) => {
  const site = await openSite(packFolder());
  const visit = await coldVisit(browser, site, 82);
  await site.close();
  t.diagnostic(`${visit.bytes} bytes: ${JSON.stringify(visit.files)}`);
  check(visit);
});

test("the first answer on 80,000 titles is six small files", async (t) => {
  if (!large) return t.skip("skipped: AFTERSHOW_LARGE_PACK names no pack of 80,000 titles; `cargo xtask test` makes one where AFTERSHOW_DATA has the catalogue");
  const { items } = JSON.parse(readFileSync(join(large, "manifest.json"), "utf8"));
  assert.ok(items >= 80_000, `${items} items`);
  const visits = await firstAnswers(browser, large);
  t.diagnostic(JSON.stringify(summary(visits)));
  assert.ok(visits.length >= 15, "too few of the ids are there");
  visits.forEach(check);
});

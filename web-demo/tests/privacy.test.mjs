// A visitor's history stays in the browser: no request carries it, and which files are requested doesn't depend on it.
//
// Needs what demo.test.mjs needs.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { Recommender } from "aftershow";
import { launch, packFolder, serve } from "./host.mjs";
import { told, visitor } from "./visit.mjs";

const SHOW = 82;
const KEY = "aftershow-history";

let pack;
let host;
let browser;
let recommender;

before(async () => {
  pack = packFolder();
  host = await serve(pack);
  browser = await launch();
  recommender = await Recommender.load(pack);
});

after(async () => {
  recommender?.free();
  await browser?.close();
  await host?.close();
});

/** Opens a show's page and goes down to the visitor's list. */
async function open() {
  const visit = await visitor(browser, host, `?show=${SHOW}`);
  await told(visit.page, "answers");
  await visit.page.evaluate(() => document.querySelector(".for-you").scrollIntoView({ block: "start" }));
  await told(visit.page, "recommendations");
  return visit;
}

const row = (page) =>
  page.locator("#for-you li a").evaluateAll((links) => links.map((link) => Number(new URL(link.href).searchParams.get("show"))));
const ids = ({ items }) => items.map((item) => item.id);
const kept = (page) => page.evaluate((key) => JSON.parse(localStorage.getItem(key)), KEY);
const personal = (history) => recommender.recommend({ history, limit: 14 });

async function shows(page, expected) {
  const wanted = ids(await expected);
  for (let i = 0; i < 200 && String(await row(page)) !== String(wanted); i++) await page.waitForTimeout(30);
  assert.deepEqual(await row(page), wanted);
}

test("no request carries the history, nor does what is requested depend on it", async () => {
  /** What a visit asks of the host, in full. */
  const everything = async (seen) => {
    const all = await Promise.all(seen.sent.map(async (request) => ({
      method: request.method(),
      url: request.url(),
      body: request.postData(),
      headers: JSON.stringify(await request.allHeaders()),
    })));
    return all.map((request) => ({ ...request, path: new URL(request.url).pathname }));
  };
  const paths = (sent) => sent.map(({ path }) => path).sort();
  const marker = "visitor-secret-5b1f";
  const visits = [];
  for (const busy of [false, true]) {
    const { page, seen, close } = await open();
    if (busy) {
      await page.locator("#opinion .like").click();
      await shows(page, personal([{ id: SHOW, weight: 3 }]));
      for (const button of [".like", ".dislike", ".like"]) {
        const before = String(await row(page));
        await page.locator(`#for-you ${button}`).first().click();
        await told(page, "recommendations", ({ recommendations }) => String(ids(recommendations)) !== before);
      }
      // An id that stands nowhere else, and that no pack has.
      await page.evaluate((id) => {
        const list = document.querySelector("#for-you");
        list.history = [...list.history, id, { id: `${id}-2`, weight: -1 }];
        list.contentWeight = 1;
        list.refresh();
      }, marker);
      await told(page, "recommendations", ({ recommendations }) => recommendations.unknown_items === 2);
      assert.ok(JSON.stringify(await kept(page)).includes(marker));
      await page.locator("#clear").click();
      await shows(page, recommender.popular({ limit: 14 }));
    }
    const sent = await everything(seen);
    const liked = busy ? (await page.evaluate(() => window.recommendations)).length : 0;
    visits.push({ sent, liked });
    await close();
  }
  const [quiet, busy] = visits;
  assert.ok(busy.liked > 4, "the busy visitor got new rows");
  assert.deepEqual(paths(busy.sent), paths(quiet.sent));
  const files = new Set((await recommenderFiles()).map((file) => `/pack/${file}`));
  for (const { method, url, body, headers, path } of busy.sent) {
    assert.equal(method, "GET", url);
    assert.equal(body, null, url);
    assert.ok(!`${url}${headers}`.includes(marker), url);
    assert.ok(!/"cookie"/i.test(headers), url);
    // The page's own address is all that has a query, and it names the show that was opened, liked or not.
    assert.equal(new URL(url).search, path === "/" ? `?show=${SHOW}` : "", url);
    if (path.startsWith("/pack/")) assert.ok(files.has(path) || /^\/pack\/(manifest|table|shard|summaries)\./.test(path), path);
  }
});

async function recommenderFiles() {
  const manifest = JSON.parse(await readFile(`${pack}/manifest.json`, "utf8"));
  return manifest.parts.map((part) => part.file);
}

test("what a visit to the home requests does not depend on the history", async () => {
  const paths = async (prepare) => {
    const { page, seen, close } = await visitor(browser, host, "", { prepare });
    await told(page, "recommendations");
    await page.locator("#shelf-3").waitFor();
    for (let i = 0; i < 4; i++) await page.locator(".shelf").nth(i).scrollIntoViewIfNeeded();
    await page.waitForTimeout(300);
    const all = seen.requests.map((url) => url.slice(host.origin.length)).sort();
    await close();
    return all;
  };
  const known = `localStorage.setItem("aftershow-history", ${JSON.stringify(JSON.stringify([{ id: 169, weight: 3 }, { id: SHOW, weight: -2 }]))})`;
  assert.deepEqual(await paths(known), await paths());
});

// The home, the search box in the head of every page, and the panel of answers, in a real Chromium from a plain file server.
//
// Needs what demo.test.mjs needs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Recommender } from "aftershow";
import { launch, packFolder, serve } from "./host.mjs";
import { filesRead, paleTexts, picture, told, visitor } from "./visit.mjs";

const SHOW = 82;
const COUNT = 14;

let pack, host, browser, recommender;

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

/** Opens the home and waits for its list and the names of its rows. */
async function open({ at = host, query = "", ...options } = {}) {
  const visit = await visitor(browser, at, query, options);
  if (query === "") {
    await told(visit.page, "recommendations");
    await visit.page.locator("#shelf-3").waitFor();
  }
  return visit;
}

const idsIn = (page, list) => page.locator(`${list} li a`).evaluateAll((links) => links.map((link) => Number(new URL(link.href).searchParams.get("show"))));
const ids = ({ items }) => items.map((item) => item.id);
const likes = (...liked) => liked.map((id) => ({ id, weight: 3 }));
const box = (page) => page.getByRole("combobox", { name: "Search titles" });

async function shows(page, list, expected) {
  const wanted = ids(await expected);
  for (let i = 0; i < 200 && String(await idsIn(page, list)) !== String(wanted); i++) await page.waitForTimeout(30);
  assert.deepEqual(await idsIn(page, list), wanted);
}

/** The rows of the panel, the latest first. */
const log = (page) => page.locator("#answers-log tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));

test("the home says what it is, shows what is popular and says so, and rows of genres from the same files", async () => {
  const { page, seen, close } = await open();
  assert.equal(await page.title(), "Aftershow");
  assert.equal(await page.locator("h1:visible").count(), 1);
  assert.deepEqual(await idsIn(page, "#for-you"), ids(await recommender.popular({ limit: COUNT })));
  assert.equal(await page.locator("#for-you .label").textContent(), "Popular now");
  assert.equal(await page.locator("#figure-titles").textContent(), String(recommender.info().items));
  assert.match(await page.locator("#figure-bytes").textContent(), /^\d+\.\d kB$/);
  assert.match(await page.locator("#figure-time").textContent(), / ms$/);
  assert.equal(await page.locator("#attribution").textContent(), recommender.info().attribution);
  await page.waitForTimeout(500);
  await picture(page, "home-light");

  const genres = await page.locator(".shelf h2").allTextContents();
  assert.equal(new Set(genres).size, 4);
  for (const [i, genre] of genres.entries()) {
    const row = page.locator(`.shelf:nth-of-type(${i + 1})`);
    await row.scrollIntoViewIfNeeded();
    await shows(page, `.shelf:nth-of-type(${i + 1})`, recommender.recommend({ filter: { genre }, limit: COUNT }));
    assert.equal(await row.locator(".shelf-head p").textContent(), "The most popular");
    assert.equal(await row.locator(".label").isVisible(), false);
  }
  const model = recommender.info().personal ? { collaborative: 1 } : {};
  assert.deepEqual(filesRead(seen), { manifest: 1, features: 1, display: 1, ...model });
  await close();
});

test("a like makes the list and the rows the visitor's own, and asks for no file", async () => {
  const { page, seen, close } = await open();
  const before = filesRead(seen);
  assert.equal(await page.locator("#blend-share").isDisabled(), true);
  const [, second] = ids(await recommender.popular({ limit: COUNT }));
  await page.locator("#for-you .like").nth(1).click();
  await shows(page, "#for-you", recommender.recommend({ history: likes(second), limit: COUNT }));
  assert.equal(await page.locator("#blend-share").isDisabled(), !recommender.info().personal);
  await page.locator(".shelf").first().scrollIntoViewIfNeeded();
  const genre = await page.locator(".shelf h2").first().textContent();
  await shows(page, ".shelf:first-of-type", recommender.recommend({ history: likes(second), filter: { genre }, limit: COUNT }));
  assert.equal(await page.locator(".shelf-head p").first().textContent(), "In your order");
  await page.locator("#for-you-diversity").focus();
  await page.keyboard.press("End");
  await shows(page, "#for-you", recommender.recommend({ history: likes(second), limit: COUNT, rerank: { diversity: 1 } }));
  assert.deepEqual(filesRead(seen), before);
  await close();
});

test("from the home to a show and back no page is loaded, and each has its own head", async () => {
  const { page, close } = await open();
  await page.evaluate(() => (window.sameDocument = true));
  const { items } = await recommender.popular({ limit: 3 });
  await page.locator("#for-you li a").nth(2).click();
  await page.locator("h1:visible", { hasText: items[2].name }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "title");
  assert.notEqual(await page.evaluate(() => document.documentElement.style.getPropertyValue("--ground")), "");
  assert.equal(await page.locator(".shelf:visible").count(), 0);
  await page.getByRole("link", { name: "Aftershow" }).click();
  await page.locator("#home-title:visible").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "home-title");
  assert.equal(await page.evaluate(() => document.documentElement.style.getPropertyValue("--ground")), "");
  assert.equal(await page.title(), "Aftershow");
  await page.goBack();
  await page.locator("h1:visible", { hasText: items[2].name }).waitFor();
  assert.equal(await page.title(), `${items[2].name} – Aftershow`);
  assert.equal(await page.evaluate(() => window.sameDocument), true);
  await close();
});

test("an answer that comes after the visitor has left its show is nobody's", async () => {
  let release;
  const held = new Promise((go) => (release = go));
  const { page, close } = await open({ query: `?show=${SHOW}`, answer: (file) => (file.startsWith("shard") ? held.then(() => true) : true) });
  await page.locator('#similar ul[aria-busy="true"]').waitFor();
  await page.getByRole("link", { name: "Aftershow" }).click();
  await page.locator("#home-title:visible").waitFor();
  release();
  await page.waitForTimeout(300);
  assert.equal(await page.title(), "Aftershow");
  assert.equal(await page.evaluate(() => window.answers.length), 0);
  await close();
});

for (const [from, query] of [["the home", ""], ["a show", `?show=${SHOW}`]]) {
  test(`from ${from} a search leads to a show without a page load, and costs what the panel says`, async () => {
    const { page, seen, close } = await open({ query });
    await page.evaluate(() => (window.sameDocument = true));
    await box(page).pressSequentially("breaking b");
    await page.getByRole("option", { name: "Breaking Bad" }).waitFor();
    assert.ok(!seen.requests.some((url) => /breaking|%22/i.test(url)), "what was typed is in no request");
    const [asked, where, took] = (await log(page)).find(([asked]) => asked === "“breaking b”");
    assert.deepEqual([asked, where], ["“breaking b”", "in the index of titles"]);
    assert.match(took, / ms$/);
    assert.equal(await page.locator("#answer-asked").textContent(), "“breaking b”");
    await page.keyboard.press("Enter");
    await page.locator("h1:visible", { hasText: "Breaking Bad" }).waitFor();
    assert.equal(new URL(page.url()).search, "?show=169");
    assert.equal(await box(page).inputValue(), "");
    assert.equal(await page.evaluate(() => window.sameDocument), true);
    await close();
  });
}

test("a title that is found opens in a tab of its own with a key held", async () => {
  const { page, context, close } = await open();
  await box(page).pressSequentially("breaking b");
  const option = page.getByRole("option", { name: "Breaking Bad" });
  await option.waitFor();
  const [other] = await Promise.all([context.waitForEvent("page"), option.click({ modifiers: ["ControlOrMeta"] })]);
  assert.equal(new URL(other.url()).search, "?show=169");
  assert.equal(new URL(page.url()).search, "");
  await close();
});

test("the panel has the time and the bytes of each answer, the latest first, and their sum", async () => {
  const { page, seen, close } = await open({ query: `?show=${SHOW}` });
  const first = await told(page, "answers");
  await page.locator("#summary:not([aria-busy])").waitFor();
  assert.equal(await page.locator("#answer-asked").textContent(), "More like Game of Thrones");
  assert.equal(await page.locator("#answer-bytes").textContent(), `${(first.bytes / 1e3).toFixed(1)} kB`);
  assert.equal(await page.locator("#answers-log").isVisible(), false);
  await page.locator("#answers summary").click();
  assert.deepEqual((await log(page)).map(([asked, where]) => [asked, where]), [["More like Game of Thrones", "in this show’s shard"]]);
  for (const key of ["End", "Home"]) {
    await page.locator("#weight-year").focus();
    await page.keyboard.press(key);
    await told(page, "answers", ({ answer }) => (key === "End" ? answer.weights.year > 0.4 : answer.weights.year === 0));
  }
  const rows = await log(page);
  assert.deepEqual(rows.map(([, where]) => where), ["by scoring all titles", "by scoring all titles", "in this show’s shard"]);
  assert.match(rows[1][3], /kB$/);
  assert.equal(rows[0][3], "nothing more");
  // Eight are kept.
  for (let i = 0; i < 9; i++) {
    await page.locator("#weight-year").focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForTimeout(60);
  }
  assert.equal((await log(page)).length, 8);
  const files = Object.values(filesRead(seen)).reduce((sum, count) => sum + count);
  assert.match(await page.locator("#answers-total").textContent(), new RegExp(`: \\d+\\.\\d kB in ${files} files of the pack, and \\d+\\.\\d kB of code`));
  await close();
});

test("an early answer, from the best-known titles of a large catalogue, is named as such in the panel", async () => {
  const { page, close } = await open();
  await page.evaluate(() => {
    // As an element tells it; the sample's pack is too small to have such answers.
    const recommendations = { ...window.recommendations.at(-1).recommendations, catalogue_share: 0.025 };
    const detail = { milliseconds: 41, bytes: 84_000, recommendations };
    document.querySelector("#for-you").dispatchEvent(new CustomEvent("aftershow-recommendations", { detail, bubbles: true, composed: true }));
  });
  assert.deepEqual((await log(page))[0], ["Popular now", "among the best-known 3 %", "41 ms", "84.0 kB"]);
  await close();
});

test("where the pack can't be had the home says so, and trying again mends it", async () => {
  const { page, close } = await visitor(browser, host, "", { answer: (file) => file !== "manifest.json" });
  const note = page.locator("#for-you .note");
  await note.waitFor();
  assert.match(await note.textContent(), /could not be loaded.*pack_fetch/s);
  assert.equal(await page.locator("#home-title").isVisible(), true);
  host.answer = () => true;
  await note.getByRole("button", { name: "Try again" }).click();
  await shows(page, "#for-you", recommender.popular({ limit: COUNT }));
  await page.locator("#shelf-0").waitFor();
  const missing = "error: Failed to load resource: the server responded with a status of 404 (Not Found)";
  await close({ expect: [missing, missing, missing] });
});

test("the home works in any folder", async () => {
  const nested = await serve(pack, "/some/where/");
  try {
    const { page, close } = await open({ at: nested });
    assert.equal((await idsIn(page, "#for-you")).length, COUNT);
    await page.locator("#for-you li a").first().click();
    await page.locator("#title:visible", { hasText: /./ }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/some/where/");
    await close();
  } finally {
    await nested.close();
  }
});

for (const colorScheme of ["light", "dark"]) {
  test(`the home can be read on ${colorScheme} pages, with a history and with the panel open`, async () => {
    const { page, close } = await open({ colorScheme });
    assert.deepEqual(await page.evaluate(paleTexts), []);
    if (colorScheme === "dark") {
      await page.waitForTimeout(300);
      await picture(page, "home-dark");
    }
    await page.locator("#for-you .like").nth(1).click();
    await told(page, "recommendations", ({ recommendations }) => !recommendations.fallback_used);
    await box(page).pressSequentially("the l");
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.waitForTimeout(500);
    if (colorScheme === "light") await picture(page, "home-search");
    await page.keyboard.press("Escape");
    await page.locator("#answers summary").click();
    assert.deepEqual(await page.evaluate(paleTexts), []);
    await page.evaluate(() => document.querySelector("#shelf-0").scrollIntoView({ block: "start" }));
    await page.waitForTimeout(500);
    await picture(page, `answers-${colorScheme}`);
    await close();
  });
}

test("at 360 pixels nothing of the home sticks out", async () => {
  const { page, close } = await open({ viewport: { width: 360, height: 1200 } });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  await page.waitForTimeout(300);
  await picture(page, "home-narrow");
  await page.locator("#answers summary").click();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  await box(page).pressSequentially("the l");
  await page.getByRole("option").first().waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  const popup = await page.locator("aftershow-search .popup").boundingBox();
  assert.ok(popup.x >= 0 && popup.x + popup.width <= 360, JSON.stringify(popup));
  await close();
});

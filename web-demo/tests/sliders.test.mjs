// The sliders: of a show's list and of the visitor's, beside the package in Node.
//
// Needs what demo.test.mjs needs. With a pack that was made without --interactions the test of the blend is skipped.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Recommender } from "aftershow";
import { launch, packFolder, serve } from "./host.mjs";
import { filesRead, picture, told, visitor } from "./visit.mjs";

const SHOW = 82;

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

const open = (query) => visitor(browser, host, query);
const answered = (page, accept) => told(page, "answers", accept);
const ids = (answer) => answer.items.map((item) => item.id);
const idsIn = (page, list) => page.locator(`${list} li a`).evaluateAll((links) => links.map((link) => Number(new URL(link.href).searchParams.get("show"))));
const shown = (page) => idsIn(page, "#similar");

async function press(page, key, times) {
  for (let i = 0; i < times; i++) await page.keyboard.press(key);
}

/** Opens a show's page and goes down to the visitor's list. */
async function openForYou() {
  const visit = await open(`?show=${SHOW}`);
  await answered(visit.page);
  await visit.page.evaluate(() => document.querySelector(".for-you").scrollIntoView({ block: "start" }));
  await told(visit.page, "recommendations");
  return visit;
}

const likes = (...liked) => liked.map((id) => ({ id, weight: 3 }));
const personal = (history, more = {}) => recommender.recommend({ history, limit: 14, ...more });

/** Waits until the visitor's list shows what the package in Node recommends. */
async function shows(page, expected) {
  const wanted = ids(await expected);
  for (let i = 0; i < 200 && String(await idsIn(page, "#for-you")) !== String(wanted); i++) await page.waitForTimeout(30);
  assert.deepEqual(await idsIn(page, "#for-you"), wanted);
}

test("arrow keys on a slider rerank the list, as the package in Node ranks it", async () => {
  const { page, seen, close } = await open(`?show=${SHOW}`);
  await answered(page);
  const before = await shown(page);
  const features = () => filesRead(seen).features ?? 0;
  assert.equal(features(), 0);
  await page.evaluate(() => {
    const list = document.querySelector("#similar").shadowRoot.querySelector("ul");
    window.nodes = new Map([...list.querySelectorAll("li")].map((li) => [li.querySelector("a").href, li]));
    window.flickers = 0;
    new MutationObserver(() => (window.flickers += list.classList.contains("skeleton") || list.hidden ? 1 : 0)).observe(list, {
      attributes: true,
    });
  });

  await page.locator("#weight-genre").focus();
  await press(page, "ArrowLeft", 8);
  assert.equal(await page.locator("#weight-genre").inputValue(), "0");
  const { answer, route } = await answered(page, (detail) => detail.answer.weights.genre === 0);
  const expected = await recommender.similar({ id: SHOW, genre_weight: 0, reasons: true });
  assert.equal(route, "scan");
  assert.deepEqual(answer.items, expected.items);
  assert.deepEqual(await shown(page), ids(expected));
  assert.notDeepEqual(await shown(page), before);
  assert.equal(features(), 1);
  assert.equal(await page.locator("#mix .genre").evaluate((piece) => piece.style.getPropertyValue("--share")), "0");

  const { kept, same, flickers } = await page.evaluate(() => {
    const list = [...document.querySelector("#similar").shadowRoot.querySelectorAll("li")];
    const kept = list.filter((li) => window.nodes.has(li.querySelector("a").href));
    return { kept: kept.length, same: kept.filter((li) => window.nodes.get(li.querySelector("a").href) === li).length, flickers: window.flickers };
  });
  assert.equal(same, kept, "a card that stayed was made anew");
  assert.equal(flickers, 0, "the list was emptied on the way");
  await page.waitForTimeout(500);
  await picture(page, "show-after-slider");

  // Once the features are there, nothing more is read.
  await page.locator("#weight-year").focus();
  await press(page, "ArrowRight", 6);
  const next = await answered(page, (detail) => detail.answer.weights.year > 0.3);
  assert.deepEqual(next.answer.items, (await recommender.similar({ id: SHOW, genre_weight: 0, year_weight: 0.3, reasons: true })).items);
  assert.equal(next.bytes, 0);

  await page.locator("#reset").click();
  await answered(page, (detail) => detail.answer.weights.genre > 0 && detail.answer.weights.year === 0);
  assert.deepEqual(await shown(page), before);
  assert.equal(await page.locator("#weight-genre").inputValue(), "40");
  await close();
});

test("the last slider above 0 stays above 0", async () => {
  const { page, close } = await open(`?show=${SHOW}`);
  await answered(page);
  for (const part of ["genre", "text", "metadata"]) {
    await page.locator(`#weight-${part}`).focus();
    await page.keyboard.press("Home");
  }
  assert.equal(await page.locator("#weight-metadata").inputValue(), "5");
  const { answer } = await answered(page, (detail) => detail.answer.weights.metadata === 1);
  assert.deepEqual(answer.items, (await recommender.similar({ id: SHOW, genre_weight: 0, text_weight: 0, reasons: true })).items);
  assert.match(await page.locator("#hint").textContent(), /has to count/);
  await close();
});

test("the slider for diversity reranks the list, and Reset gives it back to the pack", async () => {
  const { page, close } = await open(`?show=${SHOW}`);
  const { answer } = await answered(page);
  const slider = page.getByRole("slider", { name: "Diversity" }).first();
  assert.equal(await slider.getAttribute("aria-valuetext"), "the pack’s own");
  await slider.focus();
  await page.keyboard.press("End");
  const differing = await answered(page, (detail) => detail.route === "scan");
  assert.deepEqual(differing.answer.items, (await recommender.similar({ id: SHOW, rerank: { diversity: 1 }, reasons: true })).items);
  assert.notDeepEqual(ids(differing.answer), ids(answer));
  assert.match(await slider.getAttribute("aria-valuetext"), /^100 %/);
  await page.locator("#reset").click();
  await answered(page, (detail) => detail.route === "shard");
  assert.deepEqual(await shown(page), ids(answer));
  assert.equal(await page.locator("#reset").isDisabled(), true);
  await close();
});

test("the slider moves the row between the two sides", async (t) => {
  if (!recommender.info().personal) return t.skip("the pack has no model: build it with --interactions");
  const { page, close } = await openForYou();
  await page.locator("#opinion .like").click();
  await shows(page, personal(likes(SHOW)));
  const slider = page.locator("#blend-share");
  await slider.focus();
  await page.keyboard.press("Home");
  await shows(page, personal(likes(SHOW), { content_weight: 1, collaborative_weight: 0 }));
  assert.match(await slider.getAttribute("aria-valuetext"), /^100 % like your titles, 0 %/);
  await page.keyboard.press("End");
  await shows(page, personal(likes(SHOW), { content_weight: 0, collaborative_weight: 1 }));
  await page.keyboard.press("ArrowLeft");
  await shows(page, personal(likes(SHOW), { content_weight: 0.05, collaborative_weight: 0.95 }));
  await page.locator("#knobs-reset").click();
  await shows(page, personal(likes(SHOW)));
  await close();
});

test("the slider for diversity moves the row, and Reset gives it back to the pack", async () => {
  const { page, close } = await openForYou();
  await page.locator("#opinion .like").click();
  await shows(page, personal(likes(SHOW)));
  const slider = page.locator("#for-you-diversity");
  assert.equal(await slider.getAttribute("aria-valuetext"), "the pack’s own");
  await slider.focus();
  await page.keyboard.press("End");
  await shows(page, personal(likes(SHOW), { rerank: { diversity: 1 } }));
  await page.keyboard.press("Home");
  await shows(page, personal(likes(SHOW), { rerank: { diversity: 0 } }));
  assert.match(await slider.getAttribute("aria-valuetext"), /^0 %/);
  await page.locator("#knobs-reset").click();
  await shows(page, personal(likes(SHOW)));
  assert.equal(await page.evaluate(() => document.activeElement.id), "blend-share");
  await close();
});

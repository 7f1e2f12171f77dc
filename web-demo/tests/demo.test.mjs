// The pages of shows in a real Chromium, from a plain file server.
//
// Needs dist/ (`npm run build`) and AFTERSHOW_PACK, the folder of the sample's pack. Pictures are taken on every run;
// those under screenshots/ are replaced only with UPDATE_SCREENSHOTS=1.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Recommender, english } from "aftershow";
import { launch, packFolder, serve } from "./host.mjs";
import { filesRead, paleTexts, picture, said, told, visitor } from "./visit.mjs";

const SHOW = 82;
const UNKNOWN = 999_999_999;

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

const open = (query = "", { at = host, ...options } = {}) => visitor(browser, at, query, options);
const answered = (page, accept) => told(page, "answers", accept);

/** The ids of the cards, in the order of the page. */
const shown = (page) =>
  page.locator("#similar li a").evaluateAll((links) => links.map((link) => Number(new URL(link.href).searchParams.get("show"))));

const ids = (answer) => answer.items.map((item) => item.id);

test("a show page has its title, facts, summary, credit and ten cards, from the lazy files alone", async () => {
  const { page, seen, close } = await open(`?show=${SHOW}`);
  const detail = await answered(page);
  await page.locator("#summary:not([aria-busy])").waitFor();
  const expected = await recommender.similar({ id: SHOW, summaries: true });

  assert.equal(await page.title(), `${expected.subject.name} – Aftershow`);
  assert.equal(await page.locator("h1:visible").textContent(), expected.subject.name);
  assert.equal(await page.locator("#summary").textContent(), expected.subject.summary);
  assert.equal(await page.locator("#attribution").textContent(), recommender.info().attribution);
  assert.ok((await page.locator("#facts").textContent()).includes(String(expected.subject.year)));
  assert.equal(expected.items.length, 10);
  assert.deepEqual(await shown(page), ids(expected));

  assert.equal(detail.route, "shard");
  assert.ok(detail.bytes > 0 && detail.milliseconds > 0);
  assert.deepEqual(filesRead(seen), { manifest: 1, table: 1, shard: 1, summaries: 1 });
  await picture(page, "show-light");
  await close();
});

test("every reason is the engine's, of a large part of the score", async () => {
  const { page, close } = await open(`?show=${SHOW}`);
  const { answer } = await answered(page);
  const reasons = await page.locator("#similar .reason").allTextContents();
  assert.deepEqual(reasons, answer.items.map(said));
  const stories = answer.items.map((item) => answer.weights.text * item.text_score >= 0.2 * item.score);
  stories.forEach((story, i) => assert.equal(reasons[i] === english.story, story, `${answer.items[i].name}: ${reasons[i]}`));
  assert.ok(stories.includes(true) && stories.includes(false), "there are reasons of both kinds");
  const labels = await page.locator("#similar .score").evaluateAll((bars) => bars.map((bar) => bar.getAttribute("aria-label")));
  labels.forEach((label, i) => assert.ok(label.startsWith(`Likeness ${Math.round(answer.items[i].score * 100)} of 100`), label));
  await close();
});

test("a card leads to its show without a page load, and the back button returns", async () => {
  const { page, close } = await open(`?show=${SHOW}`);
  const first = await answered(page);
  await page.evaluate(() => (window.sameDocument = true));
  const target = first.answer.items[2];
  await page.locator("#similar li a").nth(2).click();
  await answered(page, (detail) => detail.answer.subject.id === target.id);
  assert.equal(new URL(page.url()).search, `?show=${target.id}`);
  assert.equal(await page.locator("h1:visible").textContent(), target.name);
  assert.equal(await page.title(), `${target.name} – Aftershow`);
  assert.deepEqual(await shown(page), ids(await recommender.similar({ id: target.id })));

  await page.goBack();
  await answered(page, (detail) => detail.answer.subject.id === SHOW);
  assert.equal(await page.locator("h1:visible").textContent(), first.answer.subject.name);
  assert.deepEqual(await shown(page), ids(first.answer));
  assert.equal(await page.evaluate(() => window.sameDocument), true);
  await close();
});

test("an unknown id gets a friendly page, from which one can go on", async () => {
  const { page, close } = await open(`?show=${UNKNOWN}`);
  await page.locator("#lost-title:visible").waitFor();
  assert.match(await page.locator("#lost-text").textContent(), new RegExp(String(UNKNOWN)));
  assert.equal(await page.locator("h1:visible").count(), 1);
  const { recommendations } = await told(page, "recommendations");
  await page.locator("#for-you li a").nth(1).click();
  await page.locator("h1:visible", { hasText: recommendations.items[1].name }).waitFor();
  assert.equal(await page.locator("#lost-title").isVisible(), false);
  await page.goBack();
  await page.locator("#lost-title:visible").waitFor();
  await close();
});

test("every card, slider and button is reached by the Tab key, and Enter opens a card", async () => {
  const { page, close } = await open(`?show=${SHOW}`);
  const { answer } = await answered(page);
  const reached = [];
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    reached.push(
      await page.evaluate(() => {
        let active = document.activeElement;
        while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
        if (active?.getAttribute("role") === "combobox") return "search";
        return active?.matches("a.name") ? new URL(active.href).searchParams.get("show") : (active?.id ?? "");
      }),
    );
  }
  const cards = reached.filter((name) => /^\d+$/.test(name)).slice(0, 10);
  assert.deepEqual(cards.map(Number), ids(answer));
  for (const name of ["search", "weight-genre", "weight-text", "weight-metadata", "weight-year", "diversity"]) assert.ok(reached.includes(name), name);

  await page.locator("#similar li a").nth(1).focus();
  await page.keyboard.press("Enter");
  await answered(page, (detail) => detail.answer.subject.id === answer.items[1].id);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "title");
  await close();
});

test("a focused card keeps the focus when the list is reordered", async () => {
  const { page, close } = await open(`?show=${SHOW}`);
  const { answer } = await answered(page);
  const expected = await recommender.similar({ id: SHOW, text_weight: 0 });
  const moved = answer.items.findIndex((item, i) => ids(expected).includes(item.id) && expected.items[i].id !== item.id);
  assert.notEqual(moved, -1, "no card moves, so this test shows nothing");
  await page.locator("#similar li a").nth(moved).focus();
  await page.evaluate(() => (document.querySelector("#similar").textWeight = 0));
  await answered(page, (detail) => detail.answer.weights.text === 0);
  const href = await page.evaluate(() => document.activeElement.shadowRoot.activeElement?.href);
  assert.equal(new URL(href).searchParams.get("show"), String(answer.items[moved].id));
  await close();
});

test("cards glide to their places, but not for those who want less motion", async () => {
  const gliding = async (reducedMotion) => {
    const { page, close } = await open(`?show=${SHOW}`, { reducedMotion });
    await answered(page);
    await page.evaluate(() => {
      window.gliding = new Promise((told) => {
        addEventListener("aftershow-answer", () => {
          const list = document.querySelector("#similar").shadowRoot.querySelector("ul");
          told([...list.children].flatMap((li) => li.getAnimations()).length);
        });
      });
      document.querySelector("#similar").genreWeight = 0;
    });
    const count = await page.evaluate(() => window.gliding);
    await close();
    return count;
  };
  assert.ok((await gliding("no-preference")) > 0);
  assert.equal(await gliding("reduce"), 0);
});

test("while a shard is on its way there is a skeleton that says so", async () => {
  let release;
  const held = new Promise((go) => (release = go));
  const answer = (file) => (file.startsWith("shard") ? held.then(() => true) : true);
  const { page, close } = await open(`?show=${SHOW}`, { answer });
  const list = page.locator("#similar ul");
  await list.and(page.locator('[aria-busy="true"]')).waitFor();
  assert.equal(await list.locator('li[aria-hidden="true"]').count(), 10);
  await picture(page, "skeleton");
  release();
  await answered(page);
  assert.equal(await list.getAttribute("aria-busy"), "false");
  assert.equal(await list.locator('li[aria-hidden="true"]').count(), 0);
  await close();
});

test("a shard that can't be had gives what is popular, which says so, and trying again mends it", async () => {
  const { page, close } = await open(`?show=${SHOW}`, { answer: (file) => !file.startsWith("shard") });
  const label = page.locator("#similar .label");
  await label.waitFor();
  assert.match(await label.textContent(), /^Popular now/);
  assert.deepEqual(await shown(page), ids(await recommender.popular({ limit: 10 })));
  assert.equal(await page.locator("h1:visible").textContent(), "This show could not be loaded");
  await picture(page, "error");
  host.answer = () => true;
  await label.getByRole("button", { name: "Try again" }).click();
  await answered(page);
  assert.equal((await shown(page)).length, 10);
  assert.equal(await page.locator("h1:visible").textContent(), (await recommender.similar({ id: SHOW })).subject.name);
  // The browser itself notes the refused file.
  await close({ expect: ["error: Failed to load resource: the server responded with a status of 404 (Not Found)"] });
});

test("a weight that is no number is an error that names it", async () => {
  const { page, close } = await open(`?show=${SHOW}`);
  await answered(page);
  const detail = await page.evaluate(
    () =>
      new Promise((told) => {
        addEventListener("aftershow-error", (event) => told(event.detail));
        document.querySelector("#similar").setAttribute("genre-weight", "much");
      }),
  );
  assert.equal(detail.code, "invalid_parameter");
  assert.match(detail.message, /genre_weight/);
  await close();
});

test("a card leads only to web addresses", async () => {
  const { page, close } = await open(`?show=${SHOW}`);
  await answered(page);
  const linksWith = (href) =>
    page.evaluate(async (template) => {
      const list = document.querySelector("#similar");
      const told = new Promise((done) => addEventListener("aftershow-answer", done, { once: true }));
      list.href = template;
      await told;
      return [...list.shadowRoot.querySelectorAll("li")].map((li) => li.querySelector("a")?.href ?? null);
    }, href);
  assert.deepEqual(new Set(await linksWith("javascript:alert({id})")), new Set([null]));
  const { answer } = await answered(page);
  assert.deepEqual(await linksWith("https://example.org/{id}"), ids(answer).map((id) => `https://example.org/${id}`));
  await close();
});

test("attributes and properties reflect, also those set before the element was upgraded", async () => {
  const { page, close } = await open(`?show=${SHOW}`);
  await answered(page);
  const got = await page.evaluate(() => {
    const list = document.createElement("aftershow-list");
    Object.assign(list, { item: 7, n: 3, minSimilarity: 0.2, genreWeight: 1, textWeight: 2, metadataWeight: 3, yearWeight: 4 });
    const attributes = Object.fromEntries(list.getAttributeNames().map((name) => [name, list.getAttribute(name)]));
    list.genreWeight = null;
    list.setAttribute("n", "5");
    const early = document.implementation.createHTMLDocument().createElement("aftershow-list");
    early.item = 9;
    document.body.append(early);
    return { attributes, gone: list.hasAttribute("genre-weight"), n: list.n, src: list.src, item: list.item, early: early.getAttribute("item") };
  });
  assert.deepEqual(got, {
    attributes: {
      item: "7",
      n: "3",
      "min-similarity": "0.2",
      "genre-weight": "1",
      "text-weight": "2",
      "metadata-weight": "3",
      "year-weight": "4",
    },
    gone: false,
    n: 5,
    src: "/pack/",
    item: "7",
    early: "9",
  });
  // The last one asks for /pack/, which is there too.
  await close();
});

test("the pages work in any folder", async () => {
  const nested = await serve(pack, "/some/where/");
  try {
    const { page, close } = await open(`?show=${SHOW}`, { at: nested });
    await answered(page);
    assert.equal((await shown(page)).length, 10);
    await close();
  } finally {
    await nested.close();
  }
});

test("at 360 pixels nothing sticks out, and the sliders are a tap away", async () => {
  const { page, close } = await open(`?show=${SHOW}`, { viewport: { width: 360, height: 1200 } });
  await answered(page);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  assert.equal(await page.locator("#weight-genre").isVisible(), false);
  await page.locator("#summary:not([aria-busy])").waitFor();
  await picture(page, "show-narrow");
  await page.locator("#desk summary").click();
  assert.equal(await page.locator("#weight-genre").isVisible(), true);
  await close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`text stands out from its ground by 4.5 to 1 on ${colorScheme} pages`, async () => {
    const { page, close } = await open(`?show=${SHOW}`, { colorScheme });
    const first = await answered(page);
    await page.locator("#summary:not([aria-busy])").waitFor();
    if (colorScheme === "dark") await picture(page, "show-dark");
    const pale = [];
    // Shows enough to meet every palette.
    const grounds = new Set();
    for (const id of [SHOW, ...ids(first.answer), ...Array.from({ length: 60 }, (_, i) => i * 5 + 1)]) {
      await page.evaluate((show) => {
        history.pushState(null, "", `?show=${show}`);
        dispatchEvent(new PopStateEvent("popstate"));
      }, id);
      await page.locator(`main[data-show="${id}"] #summary:not([aria-busy])`).waitFor();
      grounds.add(await page.evaluate(() => document.documentElement.style.getPropertyValue("--ground")));
      pale.push(...(await page.evaluate(paleTexts)));
    }
    assert.deepEqual(pale, []);
    assert.ok(grounds.size > 12, "not every hue was seen");
    await close();
  });
}

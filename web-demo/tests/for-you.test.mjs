// "For you" in a real Chromium: a history that stays in the browser.
//
// Needs what demo.test.mjs needs. With a pack that was made without --interactions the test of the reasons is skipped.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Recommender } from "aftershow";
import { launch, packFolder, serve } from "./host.mjs";
import { filesRead, paleTexts, picture, said, told, visitor } from "./visit.mjs";

const SHOW = 82;
const COUNT = 14;
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

/** Opens a show's page, and goes down to the row unless told not to. */
async function open({ at = host, down = true, ...options } = {}) {
  const visit = await visitor(browser, at, `?show=${SHOW}`, options);
  await told(visit.page, "answers");
  if (down) {
    await goDown(visit.page);
    await recommended(visit.page);
  }
  return visit;
}

const goDown = (page) => page.evaluate(() => document.querySelector(".for-you").scrollIntoView({ block: "start" }));

/** Waits for an answer that comes after `after` others. */
const recommended = (page, accept) => told(page, "recommendations", accept).then(({ recommendations }) => recommendations);
const isPersonal = ({ recommendations }) => !recommendations.fallback_used;

/** The ids of the row, in the order of the page. */
const row = (page) =>
  page.locator("#for-you li a").evaluateAll((links) => links.map((link) => Number(new URL(link.href).searchParams.get("show"))));

const ids = ({ items }) => items.map((item) => item.id);
const kept = (page) => page.evaluate((key) => JSON.parse(localStorage.getItem(key)), KEY);
const personal = (history, more = {}) => recommender.recommend({ history, limit: COUNT, ...more });
const likes = (...liked) => liked.map((id) => ({ id, weight: 3 }));

/** Waits until the row shows what the package in Node recommends. */
async function shows(page, expected) {
  const wanted = ids(await expected);
  for (let i = 0; i < 200; i++) {
    if (String(await row(page)) === String(wanted)) return;
    await page.waitForTimeout(30);
  }
  assert.deepEqual(await row(page), wanted);
}

test("without a history the row says that it shows what is popular", async () => {
  const { page, close } = await open();
  const popular = await recommender.popular({ limit: COUNT });
  assert.deepEqual(await row(page), ids(popular));
  assert.equal(await page.locator("#for-you .label").textContent(), "Popular now");
  assert.equal(await page.locator("#for-you ul").getAttribute("aria-label"), "Popular now");
  assert.match(await page.locator("#taste").textContent(), /^Like a title/);
  for (const id of ["#undo", "#clear"]) assert.equal(await page.locator(id).isVisible(), false, id);
  assert.equal(await page.locator("#blend-share").isDisabled(), true, "of somebody unknown there is nothing to blend");
  // A popular title's place says nothing of this visitor: no reason, no bar.
  assert.equal(await page.locator("#for-you .score:visible, #for-you .reason:visible").count(), 0);
  await picture(page, "for-you-popular");
  await close();
});

test("nothing is read for the row before it comes into sight, and then once", async () => {
  const { page, seen, close } = await open({ down: false });
  await page.locator("#summary:not([aria-busy])").waitFor();
  await page.locator("#opinion").getByRole("button", { name: /^Like / }).click();
  assert.deepEqual(filesRead(seen), { manifest: 1, table: 1, shard: 1, summaries: 1 });
  assert.equal(await page.locator("#for-you ul").getAttribute("aria-busy"), "true");
  await goDown(page);
  await recommended(page);
  const model = recommender.info().personal ? { collaborative: 1 } : {};
  assert.deepEqual(filesRead(seen), { manifest: 1, table: 1, shard: 1, summaries: 1, features: 1, display: 1, ...model });
  await page.locator("#for-you .like").first().click();
  await recommended(page, ({ bytes }) => bytes === 0);
  await close();
});

test("a like changes the row at once, as the package in Node ranks it, and nothing flickers", async () => {
  const { page, close } = await open();
  const before = await row(page);
  await page.evaluate(() => {
    const list = document.querySelector("#for-you").shadowRoot.querySelector("ul");
    window.flickers = 0;
    const look = () => (window.flickers += list.classList.contains("skeleton") || list.hidden || list.childElementCount === 0 ? 1 : 0);
    new MutationObserver(look).observe(list, { attributes: true, childList: true });
  });
  const first = before[1];
  await page.locator("#for-you .like").nth(1).click();
  await shows(page, personal(likes(first)));
  assert.notDeepEqual(await row(page), before);
  assert.equal(await page.locator("#for-you .label").isVisible(), false);
  assert.equal(await page.locator("#for-you ul").getAttribute("aria-label"), "For you");
  assert.match(await page.locator("#taste").textContent(), /^From 1 title you like\. Kept in this browser only/);

  // The same title in another list, and by the head of its own page.
  const there = await row(page);
  await page.evaluate(() => {
    const list = document.querySelector("#for-you").shadowRoot.querySelectorAll("li");
    window.nodes = new Map([...list].map((li) => [li.querySelector("a").href, li]));
  });
  await page.locator("#opinion").getByRole("button", { name: "Like Game of Thrones" }).click();
  await shows(page, personal(likes(first, SHOW)));
  assert.notDeepEqual(await row(page), there);
  const { same, stayed, flickers } = await page.evaluate(() => {
    const list = [...document.querySelector("#for-you").shadowRoot.querySelectorAll("li")];
    const stayed = list.filter((li) => window.nodes.has(li.querySelector("a").href));
    return { stayed: stayed.length, same: stayed.filter((li) => window.nodes.get(li.querySelector("a").href) === li).length, flickers: window.flickers };
  });
  assert.ok(stayed > 0, "no card stayed, so this test shows nothing");
  assert.equal(same, stayed, "a card that stayed was made anew");
  assert.equal(flickers, 0, "the row was emptied on the way");
  assert.deepEqual((await kept(page)).map(({ id, weight }) => ({ id, weight })), likes(first, SHOW));
  assert.ok((await kept(page)).every(({ time }) => Math.abs(time - Date.now() / 1000) < 600));
  const labels = await page.locator("#for-you .score").evaluateAll((bars) => bars.map((bar) => bar.getAttribute("aria-label")));
  const { items } = await personal(likes(first, SHOW));
  labels.forEach((label, i) => assert.ok(label.startsWith(`Match ${Math.round(items[i].score * 100)} of 100`), label));
  await close();
});

test("what is of no interest goes, and lowers what is like it", async () => {
  const { page, close } = await open();
  await page.locator("#opinion .like").click();
  await shows(page, personal(likes(SHOW)));
  const unwanted = (await row(page))[0];
  await page.locator("#for-you .dislike").first().click();
  await shows(page, personal([...likes(SHOW), { id: unwanted, weight: -2 }]));
  assert.ok(!(await row(page)).includes(unwanted));
  assert.match(await page.locator("#taste").textContent(), /1 title you like and 1 title you’re not interested in/);
  await close();
});

test("undo takes back one step after the other, and clear empties the row and the storage", async () => {
  const { page, close } = await open();
  const popular = await row(page);
  await page.locator("#opinion .like").click();
  await shows(page, personal(likes(SHOW)));
  const one = await row(page);
  await page.locator("#for-you .like").first().click();
  await shows(page, personal(likes(SHOW, one[0])));
  await page.locator("#undo").click();
  await shows(page, personal(likes(SHOW)));
  await page.locator("#clear").click();
  await shows(page, recommender.popular({ limit: COUNT }));
  assert.equal(await kept(page), null);
  assert.equal(await page.locator("#for-you .label").textContent(), "Popular now");
  assert.equal(await page.locator("#opinion .like").getAttribute("aria-pressed"), "false");
  assert.equal(await page.locator("#clear").isVisible(), false);
  // Cleared by mistake.
  await page.locator("#undo").click();
  await shows(page, personal(likes(SHOW)));
  assert.deepEqual((await kept(page)).map(({ id }) => id), [SHOW]);
  await page.locator("#undo").click();
  assert.deepEqual(await row(page).then(async () => (await shows(page, recommender.popular({ limit: COUNT })), row(page))), popular);
  assert.equal(await page.locator("#undo").isVisible(), false);
  await close();
});

test("a reload keeps the history, and another tab follows it", async () => {
  const { page, context, close } = await open();
  await page.locator("#opinion .like").click();
  await shows(page, personal(likes(SHOW)));
  await page.reload();
  await goDown(page);
  await recommended(page, isPersonal);
  await shows(page, personal(likes(SHOW)));
  assert.equal(await page.locator("#opinion .like").getAttribute("aria-pressed"), "true");

  const other = await open({ within: context });
  await shows(other.page, personal(likes(SHOW)));
  await other.page.locator("#clear").click();
  await shows(page, recommender.popular({ limit: COUNT }));
  assert.equal(await page.locator("#opinion .like").getAttribute("aria-pressed"), "false");
  assert.equal(await page.locator("#undo").isVisible(), false);
  await other.close();
  await close();
});

test("the buttons have names and states, and the focus goes on to the card that takes the place", async () => {
  const { page, close } = await open();
  const [first] = (await recommender.popular({ limit: 1 })).items;
  const like = page.locator("#for-you").getByRole("button", { name: `Like ${first.name}`, exact: true });
  const not = page.locator("#for-you").getByRole("button", { name: `Not interested in ${first.name}`, exact: true });
  assert.equal(await like.getAttribute("aria-pressed"), "false");
  assert.equal(await not.getAttribute("aria-pressed"), "false");
  await like.focus();
  await page.keyboard.press("Enter");
  await shows(page, personal(likes(first.id)));
  const focused = () =>
    page.evaluate(() => {
      const active = document.querySelector("#for-you").shadowRoot.activeElement;
      const cards = [...document.querySelector("#for-you").shadowRoot.querySelectorAll("li")];
      return active && { kind: active.className, place: cards.findIndex((card) => card.contains(active)) };
    });
  assert.deepEqual(await focused(), { kind: "like", place: 0 });

  // In a list that keeps the title, the button shows what was said, and takes it back.
  const { answer } = await told(page, "answers");
  const similar = page.locator("#similar").getByRole("button", { name: `Not interested in ${answer.items[2].name}`, exact: true });
  await similar.focus();
  await page.keyboard.press("Space");
  assert.equal(await similar.getAttribute("aria-pressed"), "true");
  await page.keyboard.press("Space");
  assert.equal(await similar.getAttribute("aria-pressed"), "false");
  const other = page.locator("#similar").getByRole("button", { name: `Like ${answer.items[2].name}`, exact: true });
  await similar.click();
  await other.click();
  assert.deepEqual([await similar.getAttribute("aria-pressed"), await other.getAttribute("aria-pressed")], ["false", "true"]);
  assert.equal((await kept(page)).filter(({ id }) => id === answer.items[2].id).length, 1);
  // A click on a button of a card is no click on the card.
  assert.equal(new URL(page.url()).search, `?show=${SHOW}`);
  // Clearing hides its button: the focus stays on the page.
  await page.locator("#clear").focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "for-you-heading");
  await close();
});

test("every card says why it is there, in its text, and another reason moves nothing", async (t) => {
  if (!recommender.info().personal) return t.skip("the pack has no model: build it with --interactions");
  const { page, seen, close } = await open();
  const others = await row(page);
  await page.locator("#for-you .like").first().click();
  await page.locator("#opinion .like").click();
  await shows(page, personal(likes(others[0], SHOW)));
  const reasons = page.locator("#for-you .reason");
  const texts = async (more = {}) => (await personal(likes(others[0], SHOW), { reasons: true, ...more })).items.map(said);
  assert.deepEqual(await reasons.allTextContents(), await texts());
  // What the others chose: here the titles that were liked are named.
  const before = filesRead(seen);
  await page.evaluate(() => Object.assign(document.querySelector("#for-you"), { contentWeight: 0, collaborativeWeight: 1 }));
  const sides = { content_weight: 0, collaborative_weight: 1 };
  await shows(page, personal(likes(others[0], SHOW), sides));
  assert.deepEqual(await reasons.allTextContents(), await texts(sides));
  assert.ok((await texts(sides)).every((text) => text.startsWith("Because you liked ")), String(await texts(sides)));
  // Heard with the link, and there without it.
  const heard = await page.locator("#for-you li a").evaluateAll((links) => links.map((link) => link.getRootNode().getElementById(link.getAttribute("aria-describedby")).textContent));
  assert.deepEqual(heard, await texts(sides));
  // Short or long, a reason takes the same place.
  const heights = await reasons.evaluateAll((all) => all.map((one) => one.offsetHeight));
  assert.equal(new Set(heights).size, 1, String(heights));
  assert.ok(heights[0] > 0);
  // Off: nothing is said, and nothing is left of its place. On: as before.
  await page.evaluate(() => (document.querySelector("#for-you").reasons = "off"));
  await told(page, "recommendations", ({ recommendations }) => recommendations.items.every((item) => !item.reasons));
  assert.equal(await page.locator("#for-you .reason:visible").count(), 0);
  assert.equal(await page.locator("#for-you li a[aria-describedby]").count(), 0);
  assert.equal(await page.locator("#for-you").getAttribute("reasons"), "off");
  await page.evaluate(() => document.querySelector("#for-you").removeAttribute("reasons"));
  await told(page, "recommendations", ({ recommendations }) => recommendations.items.every((item) => item.reasons));
  assert.deepEqual(await reasons.allTextContents(), await texts(sides));
  assert.deepEqual(filesRead(seen), before, "reasons asked for a file");
  await close();
});

test("on a page from right to left the reasons stand at its side, and nothing sticks out", async () => {
  for (const width of [1200, 320]) {
    const { page, close } = await open({ prepare: () => addEventListener("DOMContentLoaded", () => (document.documentElement.dir = "rtl")), viewport: { width, height: 900 } });
    await page.locator("#opinion .like").click();
    await shows(page, personal(likes(SHOW)));
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    const gaps = await page.locator("#for-you li").evaluateAll((items) =>
      items.map((item) => {
        const edge = (node) => node.getBoundingClientRect().right;
        return Math.abs(edge(item.querySelector(".reason")) - edge(item.querySelector(".reason bdi")));
      }),
    );
    assert.ok(gaps.every((gap) => gap < 2), String(gaps));
    await close();
  }
});

test("storage that is damaged, hostile or forbidden is as if it were empty", async () => {
  const spoilt = ["{", "null", "7", '"text"', "{}", "[null, 3, {}, [1]]", '[{"id": {}}, {"id": -1}, {"id": 1.5}, {"id": 82, "weight": 1e9}, {"id": 82, "weight": "3"}]'];
  for (const text of spoilt) {
    const { page, close } = await open({ prepare: `localStorage.setItem(${JSON.stringify(KEY)}, ${JSON.stringify(text)})` });
    await shows(page, recommender.popular({ limit: COUNT }));
    await close();
  }
  const some = '[null, {"id": 169, "weight": 3, "time": "then"}, {"id": "no such title"}, {"id": 1, "weight": null}]';
  const partly = await open({ prepare: `localStorage.setItem(${JSON.stringify(KEY)}, ${JSON.stringify(some)})` });
  await shows(partly.page, personal(likes(169)));
  await partly.close();

  const forbidden = await open({
    prepare: () => {
      for (const name of ["getItem", "setItem", "removeItem"]) {
        Storage.prototype[name] = () => {
          throw new DOMException("not here", "SecurityError");
        };
      }
    },
  });
  await forbidden.page.locator("#opinion .like").click();
  await shows(forbidden.page, personal(likes(SHOW)));
  await forbidden.page.locator("#clear").click();
  await shows(forbidden.page, recommender.popular({ limit: COUNT }));
  await forbidden.close();
});

test("a list for the visitor works on a page of its own, with a history that the page gives", async () => {
  const { page, close } = await open();
  const got = await page.evaluate(async () => {
    const list = document.createElement("aftershow-list");
    Object.assign(list, { src: "pack/", forYou: true, storageKey: "", n: 5, contentWeight: 1, collaborativeWeight: 2, history: [82, { id: 169, weight: -1 }] });
    const attributes = Object.fromEntries(list.getAttributeNames().map((name) => [name, list.getAttribute(name)]));
    const answer = new Promise((told) => list.addEventListener("aftershow-recommendations", ({ detail }) => told(detail.recommendations)));
    document.body.append(list);
    const recommendations = await answer;
    const buttons = list.shadowRoot.querySelectorAll("button").length;
    const history = list.history;
    list.remove();
    // Set before the element was defined.
    const early = document.implementation.createHTMLDocument().createElement("aftershow-list");
    Object.assign(early, { forYou: true, storageKey: "", opinions: true, loading: "lazy" });
    document.body.append(early);
    const upgraded = early.getAttributeNames().sort();
    early.remove();
    return { attributes, recommendations, buttons, history, upgraded, kept: localStorage.length };
  });
  assert.deepEqual(got.attributes, { src: "pack/", "for-you": "", "storage-key": "", n: "5", "content-weight": "1", "collaborative-weight": "2" });
  const expected = await recommender.recommend({ history: [82, { id: 169, weight: -1 }], limit: 5, content_weight: 1, collaborative_weight: 2, reasons: true });
  assert.deepEqual(got.recommendations, expected);
  assert.equal(got.buttons, 10);
  assert.deepEqual(got.history, [{ id: 82, weight: 1 }, { id: 169, weight: -1 }]);
  assert.deepEqual(got.upgraded, ["for-you", "loading", "opinions", "storage-key"]);
  assert.equal(got.kept, 0, "an empty key keeps nothing");
  await close();
});

test("where the row can't be had it is what is popular from a small file, and trying again mends it", async () => {
  const { page, close } = await open({ down: false, answer: (file) => !file.startsWith("features") });
  await goDown(page);
  const again = page.locator("#for-you .label").getByRole("button", { name: "Try again" });
  await again.waitFor();
  await shows(page, recommender.popular({ limit: COUNT }));
  assert.equal(await page.locator("h1:visible").textContent(), "Game of Thrones");
  host.answer = () => true;
  await again.click();
  await again.waitFor({ state: "detached" });
  await shows(page, recommender.popular({ limit: COUNT }));
  await close({ expect: ["error: Failed to load resource: the server responded with a status of 404 (Not Found)"] });
});

for (const colorScheme of ["light", "dark"]) {
  test(`the row can be read on ${colorScheme} pages`, async () => {
    const { page, close } = await open({ colorScheme, viewport: { width: 1200, height: 800 } });
    await page.locator("#opinion .like").click();
    await page.locator("#similar .dislike").nth(1).click();
    await shows(page, personal([...likes(SHOW), { id: (await told(page, "answers")).answer.items[1].id, weight: -2 }]));
    assert.deepEqual(await page.evaluate(paleTexts), []);
    await goDown(page);
    await page.mouse.move(600, 5);
    await page.waitForTimeout(500);
    await picture(page, `for-you-${colorScheme}`);
    await close();
  });
}

test("at 360 pixels the row fits", async () => {
  const { page, close } = await open({ viewport: { width: 360, height: 1200 } });
  await page.locator("#opinion .like").click();
  await shows(page, personal(likes(SHOW)));
  await goDown(page);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  await page.waitForTimeout(500);
  await picture(page, "for-you-narrow");
  await close();
});

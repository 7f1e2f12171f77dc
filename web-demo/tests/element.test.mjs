// <aftershow-list> on plain pages without a bundler: knobs, what it falls back to, events, cards and words of the page's own.
//
// Needs wasm/npm built and AFTERSHOW_PACK, the sample's pack.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Recommender } from "aftershow";
import { launch, packFolder } from "./host.mjs";
import { idsOf, openPage } from "./open-page.mjs";
import { openSite } from "./site.mjs";

const SHOW = 82;
let site, browser, recommender;

before(async () => {
  site = await openSite(packFolder());
  browser = await launch();
  recommender = await Recommender.load(packFolder());
});
after(async () => {
  recommender?.free();
  await browser?.close();
  await site?.close();
});

const list = (attributes = "", inside = "") => `<aftershow-list src="/pack/" item="${SHOW}" href="/shows/{id}" ${attributes}>${inside}</aftershow-list>`;
const open = (body, options) => openPage(browser, site, body, options);
const engines = () => site.requests.filter((path) => path.endsWith(".wasm")).map((path) => path.split("/").pop());

test("every knob with an attribute of its own is a property that reflects, and reaches the engine", async () => {
  const { page, told, ids, close } = await open(list());
  await told("answer");
  assert.deepEqual(engines(), ["aftershow_slim_bg.wasm"]);
  const knobs = { n: 7, genreWeight: 2, textWeight: 1, yearWeight: 0.5, diversity: 0.7, calibration: 0.2, freshness: 0.4, popularityDamping: 0.3 };
  const attributes = await page.evaluate((knobs) => {
    const list = document.querySelector("aftershow-list");
    Object.assign(list, knobs);
    const read = Object.keys(knobs).map((name) => list[name]);
    return { read, names: list.getAttributeNames() };
  }, knobs);
  assert.deepEqual(attributes.read, Object.values(knobs));
  assert.deepEqual(attributes.names.slice(3), ["n", "genre-weight", "text-weight", "year-weight", "diversity", "calibration", "freshness", "popularity-damping"]);
  const { answer } = await told("answer", (detail) => detail.answer.items.length === 7);
  const rerank = { diversity: 0.7, calibration: 0.2, freshness: 0.4, popularity_damping: 0.3 };
  const expected = await recommender.similar({ id: SHOW, n: 7, genre_weight: 2, text_weight: 1, year_weight: 0.5, rerank, reasons: true });
  assert.deepEqual(answer.items, expected.items);
  assert.deepEqual(await ids(), idsOf(expected));
  assert.deepEqual(engines(), ["aftershow_slim_bg.wasm", "aftershow_bg.wasm"]);
  await close();
});

test("all other options go by one object, under the attributes", async () => {
  const options = { n: 3, filter: { year: { min: 2012 } }, rerank: { diversity: 0.1, freshness: 0.9 } };
  const { page, told, close } = await open(list(`diversity="0.8" n="6" options='${JSON.stringify(options)}'`));
  const first = await told("answer");
  const rerank = { diversity: 0.8, freshness: 0.9 };
  assert.deepEqual(first.answer.items, (await recommender.similar({ id: SHOW, n: 6, filter: options.filter, rerank, reasons: true })).items);
  assert.ok(first.answer.items.every(({ year }) => year >= 2012));
  // As a property, and taken back.
  await page.evaluate(() => Object.assign(document.querySelector("aftershow-list"), { options: { filter: { year: { max: 2005 } } }, diversity: null }));
  await told("answer", ({ answer }) => answer.items.every(({ year }) => year <= 2005));
  assert.equal(await page.evaluate(() => document.querySelector("aftershow-list").getAttribute("options")), '{"filter":{"year":{"max":2005}}}');
  await close();
});

test("a list for the visitor takes what is watched, a half-life and the like", async () => {
  const history = [{ id: 169, weight: 3, time: 1_700_000_000 }, { id: 12, weight: 3, time: 1_500_000_000 }];
  const options = { half_life_days: 30, include_seen: true, watching_weight: 0.8 };
  const body = `<aftershow-list for-you watching="${SHOW}" storage-key="own" options='${JSON.stringify(options)}'></aftershow-list>`;
  const { told, close } = await open(body, { prepare: `localStorage.setItem("own", '${JSON.stringify(history)}')` });
  const { recommendations } = await told("recommendations");
  assert.deepEqual(recommendations, await recommender.recommend({ history, watching: SHOW, ...options, reasons: true }));
  assert.ok(recommendations.watching_weight > 0);
  await close();
});

for (const [attribute, code] of [['options="{"', "invalid_parameter"], ['options="[1]"', "invalid_parameter"], ["options='{\"colour\":1}'", "invalid_parameter"], ['variant="a:b"', "unknown_name"], ['diversity="much"', "invalid_parameter"]]) {
  test(`a knob that means nothing is an error with a code: ${attribute}`, async () => {
    const { page, told, close } = await open(list(attribute));
    const detail = await told("error");
    assert.equal(detail.code, code);
    assert.equal(await page.locator("aftershow-list .code code").textContent(), code);
    assert.equal(await page.locator("aftershow-list .retry").count(), 0);
    await close();
  });
}

test("more titles than the pack lists come from the whole engine", async () => {
  const { told, close } = await open(list('n="40"'));
  const { answer, route } = await told("answer");
  assert.deepEqual([answer.items.length, route], [40, "scan"]);
  await close();
});

for (const [what, spoil] of [
  ["can't be had", (path) => !path.startsWith("/pack/shard.")],
  ["is damaged", (path) => (path.startsWith("/pack/shard.") ? new Uint8Array(5000).fill(7) : true)],
]) {
  test(`a shard that ${what} gives the popular list, which says so, and trying again mends it`, async () => {
    const popular = await recommender.popular({ limit: 60 });
    const { page, told, ids, close } = await open(list('n="12"'), { answer: spoil });
    const { code } = await told("fallback");
    assert.match(code, /^pack_/);
    const { recommendations } = await told("recommendations");
    assert.ok(recommendations.items.every(({ source }) => source === "popular"));
    assert.deepEqual(await ids(), idsOf(popular).slice(0, 12));
    assert.match(await page.locator("aftershow-list .label").textContent(), /^Popular now/);
    assert.equal(await page.locator("aftershow-list ul").getAttribute("aria-label"), "Popular now");
    site.answer = () => true;
    await page.locator("aftershow-list .retry").click();
    const { answer } = await told("answer");
    assert.deepEqual(await ids(), idsOf(answer));
    assert.equal(await page.locator("aftershow-list .label").isVisible(), false);
    await close({ expect: [/never/] });
  });
}

test("a newer pack is opened where the old one's files are gone, and nothing of both is mixed", async () => {
  const { readFile } = await import("node:fs/promises");
  const manifest = await readFile(`${site.pack}/manifest.json`, "utf8");
  let old = true;
  // The old manifest names tables that are not there any more.
  const { tables, ...others } = JSON.parse(manifest);
  const gone = JSON.stringify({ ...others, tables: { ...tables, hashes: tables.hashes.map(() => "0000000000000000") } });
  const answer = (path) => (path !== "/pack/manifest.json" ? true : old ? ((old = false), gone) : true);
  const { told, close } = await open(list(), { answer });
  const { answer: found } = await told("answer");
  assert.equal(found.items.length, 10);
  assert.equal(site.requests.filter((path) => path === "/pack/manifest.json").length, 2);
  await close({ expect: [/never/] });
});

test("lists that fail before and after another has opened the newer pack all go on with it, and look for it once", async () => {
  const { readFile } = await import("node:fs/promises");
  const { tables, ...others } = JSON.parse(await readFile(`${site.pack}/manifest.json`, "utf8"));
  const gone = JSON.stringify({ ...others, tables: { ...tables, hashes: tables.hashes.map((_, i) => String(i).padStart(16, "0")) } });
  let old = true;
  let release;
  const held = new Promise((go) => (release = go));
  const answer = async (path) => {
    if (/^\/pack\/table\.0+1\./.test(path)) await held;
    return path !== "/pack/manifest.json" ? true : old ? ((old = false), gone) : true;
  };
  const items = [SHOW, ...idsOf(await recommender.similar({ id: SHOW }))];
  const lists = items.map((id) => `<aftershow-list src="/pack/" item="${id}"></aftershow-list>`);
  const { told, count, close } = await open(lists.join(""), { answer });
  await told("answer");
  release();
  for (const id of items) await told("answer", ({ answer }) => String(answer.subject.id) === String(id));
  assert.deepEqual([await count("answer"), await count("fallback"), await count("error")], [items.length, 0, 0]);
  assert.equal(site.requests.filter((path) => path === "/pack/manifest.json").length, 2);
  await close({ expect: [/never/] });
});

test("where the whole catalogue fails after an early answer, that stays and the error is told", async () => {
  const { page, told, ids, count, close } = await open("");
  const expected = await recommender.popular({ limit: 10 });
  await page.evaluate(async (popular) => {
    const { packAt } = await import("/aftershow/element.js");
    const recommend = async (_, { early }) => {
      early({ ...popular, catalogue_share: 0.1 });
      await new Promise((go) => setTimeout(go, 200));
      throw Object.assign(new Error("a file is missing"), { code: "pack_fetch" });
    };
    const pack = packAt("/pack/");
    await pack.slim();
    pack.whole = async () => ({ recommend });
    document.body.innerHTML = '<aftershow-list src="/pack/" for-you></aftershow-list>';
  }, expected);
  const { code } = await told("error");
  assert.equal(code, "pack_fetch");
  assert.equal((await told("recommendations")).recommendations.catalogue_share, 0.1);
  assert.deepEqual([await count("recommendations"), await count("fallback")], [1, 0]);
  assert.deepEqual(await ids(), idsOf(expected));
  assert.equal(await page.locator("aftershow-list .note").isVisible(), false);
  await close();
});

test("arrow keys, Home and End go from card to card, and turn with the page's direction", async () => {
  for (const dir of ["ltr", "rtl"]) {
    const { page, told, close } = await open(list('layout="row"'), { dir });
    await told("answer");
    const place = () => page.evaluate(() => {
      const { shadowRoot } = document.querySelector("aftershow-list");
      return [...shadowRoot.querySelectorAll("li")].findIndex((item) => item.contains(shadowRoot.activeElement));
    });
    await page.locator("aftershow-list a").first().focus();
    const [on, back] = dir === "ltr" ? ["ArrowRight", "ArrowLeft"] : ["ArrowLeft", "ArrowRight"];
    const went = [];
    for (const key of [on, on, back, "End", on, "Home", back]) {
      await page.keyboard.press(key);
      went.push(await place());
    }
    assert.deepEqual(went, [1, 2, 1, 9, 9, 0, 0], dir);
    await close();
  }
  const { page, told, close } = await open(list(), { answer: (path) => (path.startsWith("/shows/") ? '<link rel="icon" href="data:,">A show' : true) });
  await told("answer");
  await page.locator("aftershow-list a").first().focus();
  const tops = [];
  for (const key of ["ArrowDown", "ArrowUp"]) {
    await page.keyboard.press(key);
    tops.push(await page.evaluate(() => {
      const { left, top } = document.querySelector("aftershow-list").shadowRoot.activeElement.closest("li").getBoundingClientRect();
      return [left, top];
    }));
  }
  assert.equal(tops[0][0], tops[1][0], "the column stays");
  assert.ok(tops[0][1] > tops[1][1], "the row below");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/shows\/\d+$/);
  await close();
});

test("an impression is told once of a card that is half visible for a second", async () => {
  const { page, told, count, close } = await open(`<div style="height: 2000px"></div>${list('layout="row" style="width: 500px"')}`);
  const { answer } = await told("answer");
  await page.waitForTimeout(1300);
  assert.equal(await count("impression"), 0);
  await page.locator("aftershow-list").scrollIntoViewIfNeeded();
  const first = await told("impression", ({ position }) => position === 1);
  assert.deepEqual([first.id, first.card.name], [answer.items[0].id, answer.items[0].name]);
  await page.waitForTimeout(300);
  const seen = await count("impression");
  assert.ok(seen >= 2 && seen <= 4, `${seen} of 500 pixels`);
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForTimeout(100);
  await page.evaluate(() => scrollTo(0, 9999));
  await page.waitForTimeout(1300);
  assert.equal(await count("impression"), seen);
  await close();
});

test("a click is told before it is followed, and the page can keep it", async () => {
  const { page, told, close } = await open(list());
  const { answer } = await told("answer");
  await page.evaluate(() => addEventListener("aftershow-click", (event) => event.preventDefault()));
  await page.locator("aftershow-list a").nth(3).click();
  const { id, position, href } = await told("click");
  assert.deepEqual([id, position, href], [answer.items[3].id, 4, `${site.url}/shows/${id}`]);
  assert.equal(page.url(), `${site.url}/page`);
  await close();
});

test("feedback is told, and can be undone where it was given", async () => {
  const { page, told, count, close } = await open(list("opinions"));
  const { answer } = await told("answer");
  const { id, name } = answer.items[1];
  await page.locator("aftershow-list .like").nth(1).click();
  assert.deepEqual((({ card, name, ...rest }) => rest)(await told("feedback")), { id, position: 2, opinion: "like", before: null });
  const undo = page.locator("aftershow-list").getByRole("button", { name: "Undo" });
  assert.match(await page.locator("aftershow-list .undo").textContent(), new RegExp(`You like ${name}`));
  assert.equal(await page.evaluate(() => document.querySelector("aftershow-list").history.length), 1);
  await undo.click();
  assert.deepEqual((({ opinion, before }) => [opinion, before])(await told("feedback", ({ opinion }) => opinion === null)), [null, "like"]);
  assert.equal(await page.evaluate(() => document.querySelector("aftershow-list").history.length), 0);
  assert.equal(await undo.count(), 0);
  assert.equal(await page.evaluate(() => document.querySelector("aftershow-list").shadowRoot.activeElement?.className), "like");
  assert.equal(await count("feedback"), 2);
  await close();
});

test("undo brings a title back to a list for the visitor", async () => {
  const { page, told, ids, close } = await open('<aftershow-list for-you n="8"></aftershow-list>');
  await told("recommendations");
  const before = await ids();
  await page.locator("aftershow-list .like").nth(2).click();
  await told("recommendations", ({ recommendations }) => !recommendations.fallback_used);
  assert.ok(!(await ids()).includes(before[2]));
  await page.locator("aftershow-list .undo-button").click();
  await page.waitForFunction((before) => String([...document.querySelector("aftershow-list").shadowRoot.querySelectorAll("li")].map((li) => li.dataset.id)) === before, String(before));
  await close();
});

const TEMPLATE = `<template slot="card"><style>.own { color: rgb(1, 2, 3) }</style><a class="own" data-field="link"><b data-field="name"></b> <i data-field="year"></i> <u data-field="score"></u> <s data-field="no such field"></s><img data-field="image" alt=""></a></template>`;

test("a template in the element makes the cards, in the page's own style", async () => {
  const head = "<style>a.own { font-weight: 900 }</style>";
  const { page, told, ids, close } = await open(list('layout="row"', TEMPLATE), { head });
  const { answer } = await told("answer");
  const own = page.locator("aftershow-list > div[slot] a.own");
  assert.equal(await own.count(), 10);
  assert.equal(await own.first().locator("b").textContent(), answer.items[0].name);
  assert.equal(await own.first().locator("u").textContent(), String(Math.round(answer.items[0].score * 100)));
  assert.equal(await own.first().getAttribute("href"), `${site.url}/shows/${answer.items[0].id}`);
  assert.equal(await own.first().evaluate((link) => getComputedStyle(link).fontWeight), "900");
  assert.equal(await own.first().locator("s").isVisible(), false);
  assert.equal(await own.first().isVisible(), true);
  await own.first().focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.evaluate(() => document.activeElement.querySelector("b").textContent), answer.items[1].name);
  await page.evaluate(() => addEventListener("aftershow-click", (event) => event.preventDefault()));
  await own.nth(2).click();
  assert.equal((await told("click")).id, answer.items[2].id);
  // What leaves the list leaves the page.
  await page.evaluate(() => (document.querySelector("aftershow-list").n = 4));
  await told("answer", ({ answer }) => answer.items.length === 4);
  assert.deepEqual([await own.count(), (await ids()).length], [4, 4]);
  await close();
});

test("a function makes the cards it wants, and names that look like code stay text", async () => {
  const { page, told, close } = await open(list());
  await told("answer");
  await page.evaluate(() => {
    document.querySelector("aftershow-list").renderCard = (card, { reason, position, href }) => {
      if (position === 2) return null;
      const node = document.createElement("p");
      node.textContent = `${position} <b>${card.name}</b> ${reason} ${href}`;
      return node;
    };
  });
  await page.locator("aftershow-list p").first().waitFor();
  assert.match(await page.locator("aftershow-list > div[slot] p").first().textContent(), /^1 <b>.+<\/b> .+ http/);
  assert.equal(await page.locator("aftershow-list > div[slot] p").count(), 9);
  assert.equal(await page.locator("aftershow-list li").nth(1).locator("a.name").isVisible(), true);
  assert.equal(await page.locator("aftershow-list li").nth(0).locator("a.name").isVisible(), false);
  await page.evaluate(() => (document.querySelector("aftershow-list").renderCard = null));
  await page.locator("aftershow-list li").nth(0).locator("a.name").waitFor();
  assert.equal(await page.locator("aftershow-list > div[slot]").count(), 0);
  await close();
});

test("the words are those of the page's language", async () => {
  const head = `<script type="module">
    import { translate } from "/aftershow/element.js";
    translate("de", { label: "Ähnliche Titel", like: "Gefällt mir", likeTitle: "{name} gefällt mir", because: { story: "Eine ähnliche Handlung", genres: "Mehr {names}", last_separator: " und " } });
  </script>`;
  const { page, told, close } = await open(`<section lang="de-AT">${list("opinions")}</section>`, { head });
  const { answer } = await told("answer");
  assert.equal(await page.locator("aftershow-list ul").getAttribute("aria-label"), "Ähnliche Titel");
  assert.equal(await page.locator("aftershow-list .like").first().getAttribute("aria-label"), `${answer.items[0].name} gefällt mir`);
  assert.match((await page.locator("aftershow-list .reason").allTextContents()).join("\n"), /^(Eine ähnliche Handlung|Mehr .+)$/m);
  // What the table lacks is English, and so is another language.
  assert.equal(await page.locator("aftershow-list .dislike").first().getAttribute("title"), "Not interested");
  await page.evaluate(() => (document.querySelector("aftershow-list").lang = "fi"));
  await page.waitForFunction(() => document.querySelector("aftershow-list").shadowRoot.querySelector("ul").ariaLabel === "Similar titles");
  await close();
});

for (const [layout, width] of [["grid", 1000], ["grid", 360], ["row", 1000], ["list", 1000]]) {
  test(`from skeleton to cards nothing of the page moves (${layout}, ${width} pixels)`, async () => {
    let release;
    const held = new Promise((go) => (release = go));
    const answer = (path) => (path.startsWith("/pack/shard.") ? held.then(() => true) : true);
    const { page, told, close } = await open(`${list(`layout="${layout}" n="6"`)}<p id="below">Below</p>`, { answer, viewport: { width, height: 1400 } });
    await page.locator("aftershow-list .skeleton").waitFor();
    const heights = () => page.locator("aftershow-list").evaluate((list) => [list.offsetHeight, ...[...list.shadowRoot.querySelectorAll("li")].map((li) => li.offsetHeight)]);
    const before = await heights();
    release();
    await told("answer");
    assert.deepEqual(await heights(), before);
    await close();
  });
}

test("from skeleton to cards nothing moves where there are no reasons either", async () => {
  for (const body of [`<aftershow-list for-you n="6"></aftershow-list>`, list('reasons="off" n="6"')]) {
    let release;
    const held = new Promise((go) => (release = go));
    const { page, told, close } = await open(body, { answer: (path) => (/^\/pack\/(shard|display)\./.test(path) ? held.then(() => true) : true), prepare: () => localStorage.clear() });
    await page.locator("aftershow-list .skeleton").waitFor();
    const heights = () => page.locator("aftershow-list li").evaluateAll((items) => items.map((item) => item.offsetHeight));
    const before = await heights();
    release();
    await told(body.includes("for-you") ? "recommendations" : "answer");
    assert.deepEqual(await heights(), before);
    await close();
  }
});

test("the README names every attribute, event, part and custom property, and no other", async () => {
  const { readFile } = await import("node:fs/promises");
  const file = async (name) => readFile(new URL(`../../wasm/npm/${name}`, import.meta.url), "utf8");
  const { modules } = JSON.parse(await file("dist/custom-elements.json"));
  const [listed, searched] = modules[0].declarations;
  const names = (of) => of.map(({ name }) => name).sort();
  const css = async (...files) => [...new Set((await Promise.all(files.map((name) => file(`src/element/${name}`)))).join("").match(/--aftershow-[\w-]+/g))].sort();
  assert.deepEqual(names(listed.cssProperties), await css("list.css", "opinions.css"));
  assert.deepEqual(new Set(await css("search-box.css")), new Set([...names(searched.cssProperties), ...["font", "ink", "muted", "track", "focus"].map((name) => `--aftershow-${name}`)]));
  const { page, told, close } = await open(`<aftershow-list for-you></aftershow-list>${list("opinions")}<aftershow-list item="none"></aftershow-list><aftershow-search></aftershow-search>`);
  await told("answer");
  await told("recommendations");
  await told("error");
  await page.locator("aftershow-list .like").nth(1).click();
  await page.locator("aftershow-list .undo-line").first().waitFor();
  await page.getByRole("combobox").pressSequentially("d");
  await told("search");
  const seen = await page.evaluate(() => {
    const partsOf = (tag) => [...document.querySelectorAll(tag)].flatMap(({ shadowRoot }) => [...shadowRoot.querySelectorAll("[part]")].flatMap((node) => [...node.part]));
    const observed = (tag) => customElements.get(tag).observedAttributes.filter((name) => name !== "lang");
    return Object.fromEntries(["aftershow-list", "aftershow-search"].map((tag) => [tag, { parts: partsOf(tag), observed: observed(tag) }]));
  });
  for (const { tagName, attributes, cssParts } of [listed, searched]) {
    const { parts, observed } = seen[tagName];
    assert.deepEqual([...observed].sort(), names(attributes), tagName);
    // What is only heard has no looks.
    assert.deepEqual(parts.filter((part) => part !== "spoken" && !names(cssParts).includes(part)), [], tagName);
  }
  await close({ expect: [/never/] });
});

// <aftershow-search> on a plain page, with the keys that the ARIA Authoring Practices give a combobox.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { TitleSearch } from "aftershow/search";
import { launch, packFolder } from "./host.mjs";
import { openPage } from "./open-page.mjs";
import { openSite } from "./site.mjs";

let site, browser, titles;

before(async () => {
  site = await openSite(packFolder());
  browser = await launch();
  titles = await TitleSearch.load(packFolder());
});
after(async () => {
  titles?.free();
  await browser?.close();
  await site?.close();
});

async function open(attributes = "", options = {}) {
  const visit = await openPage(browser, site, `<aftershow-search src="/pack/" href="/shows/{id}" ${attributes}></aftershow-search><button>After</button>`, {
    answer: (path) => (path.startsWith("/shows/") ? '<link rel="icon" href="data:,">A show' : true),
    ...options,
  });
  const box = visit.page.getByRole("combobox");
  await box.waitFor();
  const names = () => visit.page.getByRole("option").locator(".name").allTextContents();
  const active = () => box.evaluate((input) => input.getRootNode().getElementById(input.getAttribute("aria-activedescendant"))?.querySelector(".name").textContent ?? null);
  return { ...visit, box, names, active };
}

test("titles are found while somebody types, and only the engine that searches is loaded", async () => {
  const { page, box, told, names, close } = await open();
  assert.deepEqual(site.requests.filter((path) => /wasm|pack/.test(path)), []);
  assert.equal(await box.getAttribute("aria-expanded"), "false");
  await box.pressSequentially("game of thr");
  const { results } = await told("search", ({ q }) => q === "game of thr");
  const expected = await titles.search({ q: "game of thr", limit: 8 });
  assert.deepEqual(results, expected);
  assert.deepEqual(await names(), expected.items.map(({ name }) => name));
  assert.equal(await box.getAttribute("aria-expanded"), "true");
  assert.deepEqual(site.requests.filter((path) => path.endsWith(".wasm")), ["/aftershow/aftershow_search_bg.wasm"]);
  assert.equal(await page.getByRole("status").textContent(), `${expected.items.length} titles`);
  // A typo, and nothing.
  await box.fill("game of thrnes");
  await told("search", ({ q }) => q === "game of thrnes");
  assert.ok((await names()).includes("Game of Thrones"));
  await box.fill("zzzzqqqq");
  await told("search", ({ q }) => q === "zzzzqqqq");
  assert.equal(await page.getByRole("status").textContent(), "No title like that.");
  assert.equal(await box.getAttribute("aria-expanded"), "false");
  assert.ok(!site.requests.some((path) => path.includes("zzz")), "what was typed is in no request");
  await close();
});

test("keys move through the titles, take one and close the list", async () => {
  const { page, box, told, names, active, close } = await open('n="4"');
  await box.pressSequentially("the");
  await told("search", ({ q }) => q === "the");
  const found = await names();
  assert.equal(found.length, 4);
  const went = [];
  for (const key of ["ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowDown"]) {
    await page.keyboard.press(key);
    went.push(found.indexOf(await active()));
  }
  assert.deepEqual(went, [0, 1, 0, 3, 0]);
  assert.equal(await page.locator('[role="option"][aria-selected="true"]').count(), 1);
  await page.keyboard.press("Escape");
  assert.equal(await box.getAttribute("aria-expanded"), "false");
  assert.equal(await active(), null);
  assert.equal(await box.inputValue(), "the");
  await page.keyboard.press("ArrowDown");
  assert.equal(await active(), found[0]);
  await page.keyboard.press("Tab");
  assert.equal(await box.getAttribute("aria-expanded"), "false");
  await box.focus();
  await page.keyboard.press("Escape");
  assert.equal(await box.inputValue(), "");
  await box.pressSequentially("the");
  await told("search", ({ q }) => q === "the");
  await page.locator('[role="option"]').first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/shows\/\d+$/);
  await close();
});

test("a choice is told, and the page can keep it", async () => {
  const { page, box, told, names, close } = await open('label="Find a show" placeholder="Type a name"');
  assert.equal(await box.getAttribute("aria-label"), "Find a show");
  assert.equal(await box.getAttribute("placeholder"), "Type a name");
  await page.evaluate(() => addEventListener("aftershow-select", (event) => event.preventDefault()));
  await box.pressSequentially("dex");
  await told("search", ({ q }) => q === "dex");
  const [first] = await names();
  await page.getByRole("option").first().click();
  const { card, href } = await told("select");
  assert.deepEqual([card.name, href], [first, `${site.url}/shows/${card.id}`]);
  assert.equal(await box.inputValue(), first);
  assert.equal(await page.evaluate(() => document.querySelector("aftershow-search").value), first);
  assert.equal(page.url(), `${site.url}/page`);
  await close();
});

test("a search that can't be made says so", async () => {
  const { page, box, told, close } = await open("", { answer: (path) => !path.startsWith("/pack/search") });
  await box.pressSequentially("d");
  const { code } = await told("error");
  assert.equal(code, "pack_fetch");
  assert.match(await page.getByRole("status").textContent(), /could not be loaded/);
  site.answer = () => true;
  await box.pressSequentially("e");
  await told("search");
  await close({ expect: [/never/] });
});

test("a box whose code can't be had says so, and is asked for again when the visitor goes on", async () => {
  let missing = true;
  const visit = await openPage(browser, site, '<aftershow-search src="/pack/"></aftershow-search><button>After</button>', {
    answer: (path) => !(missing && path.includes("search-box")),
  });
  const { code } = await visit.told("error");
  assert.equal(code, "wasm_load");
  missing = false;
  await visit.page.getByRole("button").focus();
  const box = visit.page.getByRole("combobox");
  await box.pressSequentially("d");
  await visit.told("search");
  await visit.close({ expect: [/never/] });
});

test("Enter takes no title that was found for another text", async () => {
  let release;
  const held = new Promise((go) => (release = go));
  const { page, box, told, count, close } = await open();
  await page.evaluate(() => addEventListener("aftershow-select", (event) => event.preventDefault()));
  await box.pressSequentially("dex");
  await told("search", ({ q }) => q === "dex");
  // The next answer waits.
  await page.exposeFunction("held", () => held);
  await page.evaluate(async () => {
    const pack = (await import("/aftershow/element.js")).packAt("/pack/");
    const titles = await pack.titles();
    pack.titles = async () => (await window.held(), titles);
  });
  await box.fill("game of thrones");
  await page.keyboard.press("Enter");
  assert.equal(await count("select"), 0);
  release();
  await told("search", ({ q }) => q === "game of thrones");
  await page.keyboard.press("Enter");
  assert.equal((await told("select")).card.name, "Game of Thrones");
  await close();
});

test("a newer pack is searched where the old one's files are gone", async () => {
  const manifest = await readFile(`${site.pack}/manifest.json`, "utf8");
  const gone = manifest.replace(/"search\.[0-9a-f]+/, '"search.0000000000000000');
  assert.notEqual(gone, manifest);
  let old = true;
  const { box, told, count, close } = await open("", { answer: (path) => (path !== "/pack/manifest.json" ? true : old ? ((old = false), gone) : true) });
  await box.fill("dex");
  await told("search");
  assert.equal(await count("error"), 0);
  await close({ expect: [/never/] });
});

test("words that come later are the box's too", async () => {
  const { page, box, close } = await open('lang="de"');
  assert.equal(await box.getAttribute("aria-label"), "Search titles");
  await page.evaluate(async () => (await import("/aftershow/element.js")).translate("de", { search: "Titel suchen" }));
  assert.equal(await box.getAttribute("aria-label"), "Titel suchen");
  await close();
});

test("properties reflect, also those set before the element was upgraded", async () => {
  const { page, close } = await open();
  const got = await page.evaluate(() => {
    const early = document.implementation.createHTMLDocument().createElement("aftershow-search");
    Object.assign(early, { src: "/pack/", href: "/x/{id}", n: 3, label: "Find", placeholder: "Name", value: "dexter" });
    document.body.append(early);
    return [early.getAttributeNames().map((name) => `${name}=${early.getAttribute(name)}`), early.value];
  });
  assert.deepEqual(got, [["src=/pack/", "href=/x/{id}", "n=3", "label=Find", "placeholder=Name"], "dexter"]);
  await close();
});

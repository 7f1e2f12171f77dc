// A list that a server made, in a declarative shadow root: what the README of the package promises of it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { Recommender } from "aftershow";
import { launch, packFolder } from "./host.mjs";
import { idsOf, openPage } from "./open-page.mjs";
import { openSite } from "./site.mjs";

const SHOW = 82;
const program = process.env.AFTERSHOW_BIN;
const skip = program ? false : "AFTERSHOW_BIN names no program to render with";
let site, browser, answer, rendered;

before(async () => {
  if (skip) return;
  site = await openSite(packFolder());
  browser = await launch();
  const recommender = await Recommender.load(packFolder());
  answer = await recommender.similar({ id: SHOW, reasons: true });
  recommender.free();
  rendered = execFileSync(program, ["render", packFolder(), String(SHOW), "--href", "/shows/{id}"], { encoding: "utf8" });
});
after(async () => {
  await browser?.close();
  await site?.close();
});

/** The list that the command line writes, or one of other items: an item is a line. */
function served(items = answer.items) {
  const lines = rendered.split("\n");
  const first = lines.findIndex((line) => line.startsWith("<li"));
  const of = new Map(lines.filter((line) => line.startsWith("<li")).map((line) => [/ data-id="([^"]*)"/.exec(line)[1], line]));
  assert.equal(of.size, answer.items.length);
  const shown = items.map(({ id, instead }) => of.get(String(instead ?? id)).replace(/ data-id="[^"]*"/, ` data-id="${id}"`));
  return [...lines.slice(0, first), ...shown, ...lines.slice(first + of.size)].join("\n");
}

/** Where everything of the list is, in pixels. */
const places = (page) =>
  page.locator("aftershow-list").evaluate((list) =>
    [...list.shadowRoot.querySelectorAll("li, .poster, .name, .facts, .genres")].map((node) => {
      const { x, y, width, height } = node.getBoundingClientRect();
      return [node.className, x, y, width, height].join(" ");
    }),
  );

/** What the cards say, reasons included. */
const texts = (page) =>
  page.locator("aftershow-list").evaluate((list) =>
    [...list.shadowRoot.querySelectorAll(".name, .facts, .genres, .reason")].map((node) => `${node.className}: ${node.textContent}`),
  );

test("what a server made is read before there is an answer, and taken over without a jump", { skip }, async () => {
  // Two titles of the server's list are not in the answer, and one has another place.
  const items = [answer.items[0], answer.items[2], answer.items[1], ...answer.items.slice(3, 8), { ...answer.items[8], id: "gone-1", instead: answer.items[8].id }, { ...answer.items[9], id: "gone-2", instead: answer.items[9].id }];
  for (const [what, list, moved] of [["the same list", answer.items, false], ["another list", items, true]]) {
    let release;
    const held = new Promise((go) => (release = go));
    const hold = (path) => (path === "/aftershow/element.js" ? held.then(() => true) : true);
    const { page, told, ids, close } = await openPage(browser, site, served(list), { answer: hold, until: "commit" });
    await page.locator("aftershow-list li").nth(9).waitFor();
    assert.equal(await page.evaluate(() => customElements.get("aftershow-list")), undefined);
    assert.deepEqual(await ids(), idsOf({ items: list }), `${what}, as the server made it`);
    release();
    await told("answer");
    assert.deepEqual(await ids(), idsOf(answer), what);
    assert.equal(moved, String(idsOf({ items: list })) !== String(idsOf(answer)));
    await close();
  }
  // Without the element's own code, and with it.
  let go;
  const later = new Promise((done) => (go = done));
  const { page, told, close } = await openPage(browser, site, served(), { answer: (path) => (path.startsWith("/pack/shard.") ? later.then(() => true) : true) });
  await page.waitForFunction(() => customElements.get("aftershow-list"));
  const before = await places(page);
  const textsBefore = await texts(page);
  assert.equal(before.length, 50);
  assert.equal(await page.locator("aftershow-list ul").getAttribute("aria-busy"), null);
  await page.evaluate(() => {
    const { shadowRoot } = document.querySelector("aftershow-list");
    window.nodes = [...shadowRoot.querySelectorAll("li, .poster, .name")];
    window.nodes[5].focus?.();
    window.focused = shadowRoot.activeElement;
  });
  go();
  await told("answer");
  assert.deepEqual(await places(page), before);
  assert.deepEqual(await texts(page), textsBefore, "what the cards say");
  assert.ok(await page.evaluate(() => window.nodes.every((node) => node.isConnected)), "something was made anew");
  assert.ok(await page.evaluate(() => window.focused && window.focused === document.querySelector("aftershow-list").shadowRoot.activeElement), "the focus went");
  assert.ok((await page.locator("aftershow-list .score").first().getAttribute("aria-label")).startsWith("Likeness"));
  await close();
});

test("the list that a server made can be read without JavaScript, and looks like the element's", { skip }, async () => {
  const shots = [];
  for (const javaScriptEnabled of [false, true]) {
    const { page, told, close } = await openPage(browser, site, served(), { javaScriptEnabled });
    if (javaScriptEnabled) await told("answer");
    assert.equal(await page.locator("aftershow-list a.name").count(), 10);
    shots.push(await page.locator("aftershow-list li").evaluateAll((items) => items.map((item) => item.getBoundingClientRect().height)));
    await close();
  }
  assert.deepEqual(shots[0], shots[1]);
});

for (const [what, expected, options] of [
  ["there is no WebAssembly", "wasm_unavailable", { prepare: () => delete globalThis.WebAssembly }],
  ["a policy forbids WebAssembly", "wasm_unavailable", { head: `<meta http-equiv="Content-Security-Policy" content="script-src 'self'">` }],
  ["a shard is missing", "pack_fetch", { answer: (path) => !path.startsWith("/pack/shard.") }],
]) {
  test(`where ${what}, the list that a server made stays`, { skip }, async () => {
    const { page, told, ids, close } = await openPage(browser, site, served(), options);
    const { code } = await told("error");
    assert.equal(code, expected);
    assert.deepEqual(await ids(), idsOf(answer));
    assert.equal(await page.locator("aftershow-list .note").isVisible(), false);
    assert.equal(await page.locator("aftershow-list .poster > svg").count(), answer.items.filter(({ image }) => !image).length);
    await close({ expect: [/Content Security Policy/] });
  });
}

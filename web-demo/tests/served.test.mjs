// A list that a server made, in a declarative shadow root: what the README of the package promises of it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { Recommender, sentence } from "aftershow";
import { launch, packFolder } from "./host.mjs";
import { idsOf, openPage } from "./open-page.mjs";
import { openSite } from "./site.mjs";

const SHOW = 82;
let site, browser, answer, css;

before(async () => {
  site = await openSite(packFolder());
  browser = await launch();
  const recommender = await Recommender.load(packFolder());
  answer = await recommender.similar({ id: SHOW, reasons: true });
  recommender.free();
  css = await readFile(new URL("../../wasm/npm/src/element/list.css", import.meta.url), "utf8");
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const escaped = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** What a server writes, by the README. */
function served(items, attributes = "") {
  const cards = items.map((item) => {
    const picture = item.image ? `<img part="image" src="${escaped(item.image)}" alt="" width="200" height="300" loading="lazy" decoding="async" referrerpolicy="no-referrer">` : "";
    return `<li class="item" part="item" data-id="${escaped(item.id)}"><div class="card" part="card"><div class="poster" part="poster">${picture}</div><div class="body" part="body">` +
      `<a class="name" part="name" href="/shows/${encodeURIComponent(item.id)}">${escaped(item.name)}</a><p class="facts" part="facts">${escaped([item.year, item.platform].filter(Boolean).join(" · "))}</p>` +
      `<p class="genres" part="genres">${escaped(item.genres.join(", "))}</p><p class="reason" part="reason"><bdi>${escaped(sentence(item.reasons) ?? "")}</bdi></p><span class="score" part="score"></span></div></div></li>`;
  });
  return `<aftershow-list src="/pack/" item="${SHOW}" href="/shows/{id}" ${attributes}><template shadowrootmode="open"><style>${css}</style>` +
    `<ul class="list reasoned" part="list" role="list" aria-label="Similar titles">${cards.join("")}</ul></template></aftershow-list>`;
}

/** Where everything of the list is, in pixels. */
const places = (page) =>
  page.locator("aftershow-list").evaluate((list) =>
    [...list.shadowRoot.querySelectorAll("li, .poster, .name, .facts, .genres")].map((node) => {
      const { x, y, width, height } = node.getBoundingClientRect();
      return [node.className, x, y, width, height].join(" ");
    }),
  );

test("what a server made is read before there is an answer, and taken over without a jump", async () => {
  let release;
  const held = new Promise((go) => (release = go));
  const hold = (path) => (path === "/aftershow/element.js" ? held.then(() => true) : true);
  // Two titles of the server's list are not in the answer, and one has another place.
  const items = [answer.items[0], answer.items[2], answer.items[1], ...answer.items.slice(3, 8), { ...answer.items[8], id: "gone-1" }, { ...answer.items[9], id: "gone-2" }];
  for (const [what, list, moved] of [["the same list", answer.items, false], ["another list", items, true]]) {
    const visit = openPage(browser, site, served(list), { answer: hold });
    await new Promise((ready) => setTimeout(ready, 700));
    release();
    const { page, told, ids, close } = await visit;
    await told("answer");
    assert.deepEqual(await ids(), idsOf(answer), what);
    assert.equal(moved, String(idsOf({ items: list })) !== String(idsOf(answer)));
    await close();
  }
  // Without the element's own code, and with it.
  let go;
  const later = new Promise((done) => (go = done));
  const { page, told, close } = await openPage(browser, site, served(answer.items), { answer: (path) => (path.startsWith("/pack/shard.") ? later.then(() => true) : true) });
  await page.waitForFunction(() => customElements.get("aftershow-list"));
  const before = await places(page);
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
  assert.ok(await page.evaluate(() => window.nodes.every((node) => node.isConnected)), "something was made anew");
  assert.ok(await page.evaluate(() => window.focused && window.focused === document.querySelector("aftershow-list").shadowRoot.activeElement), "the focus went");
  assert.ok((await page.locator("aftershow-list .score").first().getAttribute("aria-label")).startsWith("Likeness"));
  await close();
});

test("the list that a server made can be read without JavaScript, and looks like the element's", async () => {
  const shots = [];
  for (const javaScriptEnabled of [false, true]) {
    const { page, told, close } = await openPage(browser, site, served(answer.items), { javaScriptEnabled });
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
  test(`where ${what}, the list that a server made stays`, async () => {
    const { page, told, ids, close } = await openPage(browser, site, served(answer.items), options);
    const { code } = await told("error");
    assert.equal(code, expected);
    assert.deepEqual(await ids(), idsOf(answer));
    assert.equal(await page.locator("aftershow-list .note").isVisible(), false);
    assert.equal(await page.locator("aftershow-list .poster > svg").count(), answer.items.filter(({ image }) => !image).length);
    await close({ expect: [/Content Security Policy/] });
  });
}

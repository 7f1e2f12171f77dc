// How the elements look, alone and on the built pages, and what axe-core finds in them: nothing. Pictures are taken on every run; those under screenshots/ are
// replaced only with UPDATE_SCREENSHOTS=1.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launch, packFolder, serve } from "./host.mjs";
import { openPage } from "./open-page.mjs";
import { openSite } from "./site.mjs";
import { picture, told, visitor } from "./visit.mjs";

const SHOW = 82;
let site, browser, axe;

before(async () => {
  site = await openSite(packFolder());
  browser = await launch();
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const HEAD = `<style>
  :root { color-scheme: light dark; }
  body { margin: 0; padding: 2.5rem; background: light-dark(#fbfaf7, #131417); color: light-dark(#17181c, #f1f1f3); font: 1rem/1.4 "Segoe UI", system-ui, sans-serif; }
  h1 { margin: 0 0 1.5rem; font-size: 1.625rem; letter-spacing: -0.025em; }
  @media (max-width: 40rem) { body { padding: 1.25rem; } }
</style>`;
const page = (heading, element) => `<main><h1>${heading}</h1>${element}</main>`;
const list = (attributes) => page("More like this", `<aftershow-list src="/pack/" item="${SHOW}" href="/shows/{id}" ${attributes}></aftershow-list>`);

/** What axe-core has to say, in short. */
async function faults(page) {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${JSON.stringify(target)} ${failureSummary}`));
  });
}

const LISTS = [
  { name: "list-grid", attributes: 'opinions n="12"' },
  { name: "list-row", attributes: 'layout="row" n="14"', height: 560 },
  { name: "list-list", attributes: 'layout="list" opinions n="5"' },
  { name: "list-dark", attributes: 'layout="row" opinions n="14"', height: 560, colorScheme: "dark" },
  { name: "list-rtl", attributes: 'n="10"', dir: "rtl" },
  { name: "list-narrow", attributes: 'opinions n="6"', width: 360 },
  { name: "row-narrow", attributes: 'layout="row" n="6"', width: 360, height: 480 },
];

for (const { name, attributes, width = 1000, height = 900, dir, colorScheme = "light" } of LISTS) {
  test(`${name}: nothing for axe-core to find, nothing sticks out, and a picture`, async () => {
    const visit = await openPage(browser, site, list(attributes), { head: HEAD, viewport: { width, height }, dir, colorScheme });
    await visit.told("answer");
    await visit.page.waitForTimeout(450);
    assert.deepEqual(await faults(visit.page), []);
    assert.equal(await visit.page.evaluate(() => document.documentElement.scrollWidth), width);
    if (dir) assert.ok((await visit.page.locator("aftershow-list .name").evaluateAll((names) => names.map((name) => getComputedStyle(name).textAlign))).every((side) => side === "right"));
    await picture(visit.page, name);
    await visit.close();
  });
}

test("for-you: nothing for axe-core to find, with and without a history, and a picture with the offer to undo", async () => {
  const body = page("For you", '<aftershow-list for-you src="/pack/" href="/shows/{id}" n="12"></aftershow-list>');
  const visit = await openPage(browser, site, body, { head: HEAD });
  await visit.told("recommendations");
  await visit.page.waitForTimeout(450);
  assert.deepEqual(await faults(visit.page), []);
  await visit.page.locator("aftershow-list .like").nth(2).click();
  await visit.told("recommendations", ({ recommendations }) => !recommendations.fallback_used);
  await visit.page.waitForTimeout(900);
  assert.deepEqual(await faults(visit.page), []);
  await picture(visit.page, "list-for-you");
  await visit.close();
});

for (const [name, attributes] of [["list-skeleton", 'n="12"'], ["row-skeleton", 'layout="row" n="12"']]) {
  test(`${name}: busy, and nothing for axe-core to find`, async () => {
    let release;
    const held = new Promise((go) => (release = go));
    const visit = await openPage(browser, site, list(attributes), { head: HEAD, viewport: { width: 1000, height: 640 }, answer: (path) => (path.startsWith("/pack/shard.") ? held.then(() => true) : true) });
    await visit.page.locator('aftershow-list ul.skeleton[aria-busy="true"]').waitFor();
    assert.deepEqual(await faults(visit.page), []);
    await picture(visit.page, name);
    release();
    await visit.told("answer");
    await visit.close();
  });
}

test("list-error: nothing for axe-core to find, and a picture", async () => {
  const visit = await openPage(browser, site, list(""), { head: HEAD, viewport: { width: 1000, height: 420 }, answer: (path) => path !== "/pack/manifest.json" });
  assert.equal((await visit.told("error")).code, "pack_fetch");
  assert.deepEqual(await faults(visit.page), []);
  await picture(visit.page, "list-error");
  await visit.close({ expect: [/never/] });
});

test("list-fallback: what is popular says so, nothing for axe-core to find, and a picture", async () => {
  const answer = (path) => !path.startsWith("/pack/shard.");
  const visit = await openPage(browser, site, list('layout="row" n="12"'), { head: HEAD, viewport: { width: 1000, height: 560 }, answer });
  await visit.told("fallback");
  await visit.page.waitForTimeout(450);
  assert.deepEqual(await faults(visit.page), []);
  await picture(visit.page, "list-fallback");
  await visit.close({ expect: [/never/] });
});

for (const colorScheme of ["light", "dark"]) {
  test(`search on ${colorScheme} pages: nothing for axe-core to find, and a picture`, async () => {
    const body = page("Find a show", '<aftershow-search src="/pack/" href="/shows/{id}" style="max-width: 30rem"></aftershow-search>');
    const visit = await openPage(browser, site, body, { head: HEAD, viewport: { width: 1000, height: 640 }, colorScheme });
    const box = visit.page.getByRole("combobox");
    await box.waitFor();
    assert.deepEqual(await faults(visit.page), []);
    await box.pressSequentially("the w");
    await visit.told("search", ({ q }) => q === "the w");
    await visit.page.keyboard.press("ArrowDown");
    assert.deepEqual(await faults(visit.page), []);
    await picture(visit.page, `search-${colorScheme}`);
    await visit.close();
  });
}

/** The pages of the demo: what is waited for, and what is done on it. */
const PAGES = [
  { name: "the home", query: "", ready: (page) => page.locator("#shelf-3").waitFor() },
  { name: "a show", query: `?show=${SHOW}`, ready: (page) => page.locator("#summary:not([aria-busy])").waitFor() },
  { name: "the page for an unknown show", query: "?show=999999999", ready: (page) => told(page, "recommendations") },
];

for (const { name, query, ready } of PAGES) {
  for (const [colorScheme, width] of [["light", 1200], ["dark", 1200], ["light", 360]]) {
    test(`${name}, ${colorScheme}, ${width} pixels: nothing for axe-core to find, with the panel open and titles found too`, async () => {
      const host = await serve(packFolder());
      // axe-core writes style rules of its own, which the page's policy forbids.
      const { page, close } = await visitor(browser, host, query, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
      await ready(page);
      await page.waitForTimeout(450);
      assert.deepEqual(await faults(page), []);
      await page.locator("#answers summary").click();
      await page.locator("#for-you").scrollIntoViewIfNeeded();
      await told(page, "recommendations");
      await page.locator("#for-you .like").first().click();
      await told(page, "recommendations", ({ recommendations }) => !recommendations.fallback_used);
      await page.getByRole("combobox").pressSequentially("the w");
      await page.getByRole("option").first().waitFor();
      await page.waitForTimeout(900);
      assert.deepEqual(await faults(page), []);
      await close();
      await host.close();
    });
  }
}

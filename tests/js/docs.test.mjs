// The page of the API in Chromium, as a deployment serves it: /docs of the Worker on workerd.
//
// Needs the built Worker and demo, AFTERSHOW_ASSETS (with the sample's pack) and CHROMIUM.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { start } from "../../edge-worker/tests/server.mjs";
import { launch } from "../../web-demo/tests/host.mjs";
import { paleTexts, visitor } from "../../web-demo/tests/visit.mjs";

const api = JSON.parse(readFileSync(new URL("../../edge-worker/static/openapi.json", import.meta.url), "utf8"));
let server;
let browser;
before(async () => {
  server = await start(process.env.AFTERSHOW_ASSETS);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
const visit = (options) => visitor(browser, { url: `${server.url()}/docs`, origin: server.url() }, "", options);

test("every route can be opened, filled in and tried with the keyboard alone", async () => {
  const { page, close } = await visit();
  await page.locator("details.route").first().waitFor();
  assert.equal(await page.locator("details.route").count(), Object.values(api.paths).flatMap(Object.keys).length);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the routes");

  const similar = page.locator("#getV1ItemsIdSimilar");
  await similar.locator("> summary").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "getV1ItemsIdSimilar.id");
  await page.keyboard.press("Enter");
  await similar.locator("h3", { hasText: /^200,/ }).waitFor();
  assert.match(await similar.locator('pre[aria-label="Answer"]').textContent(), /"subject": \{/);

  const history = page.locator("#postV1Recommendations");
  await history.locator("> summary").focus();
  await page.keyboard.press("Enter");
  await history.getByRole("button", { name: "Send" }).focus();
  await page.keyboard.press("Space");
  await history.locator("h3", { hasText: /^200,/ }).waitFor();
  assert.match(await history.locator('pre[aria-label="Request"]').textContent(), /^curl '.*\/v1\/recommendations'/);
  await close();
});

test("the page is readable in light and in dark, and narrow", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page, close } = await visit({ colorScheme, viewport: { width: 360, height: 800 } });
    await page.locator("details.route").first().waitFor();
    await page.locator("#getV1Popular > summary").click();
    await page.locator("#postV1Rerank > summary").click();
    await page.locator("#postV1Rerank button[type=submit]").click();
    await page.locator("#postV1Rerank h3", { hasText: /^200,/ }).waitFor();
    assert.deepEqual(await page.evaluate(paleTexts), [], colorScheme);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is wider than the screen");
    await close();
  }
});

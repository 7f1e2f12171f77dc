// The demo site as a deployment serves it: assets of the Worker on workerd, in Chromium.
//
// Needs the built Worker and demo, AFTERSHOW_ASSETS (with the sample's pack) and CHROMIUM.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { start } from "../../edge-worker/tests/server.mjs";
import { launch } from "../../web-demo/tests/host.mjs";
import { told, visitor } from "../../web-demo/tests/visit.mjs";

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
const visit = (query) => visitor(browser, { url: `${server.url()}/`, origin: server.url() }, query);

test("the Worker serves the home, a search from it leads to a show, and no route of the API is asked", async () => {
  const { page, seen, close } = await visit("");
  const { recommendations } = await told(page, "recommendations");
  assert.equal(recommendations.items.length, 14);
  await page.locator("#shelf-3").waitFor();
  await page.getByRole("combobox").pressSequentially("breaking b");
  await page.getByRole("option", { name: "Breaking Bad" }).waitFor();
  await page.keyboard.press("Enter");
  await told(page, "answers", ({ answer }) => answer.subject.id === 169);
  assert.deepEqual(seen.requests.filter((url) => new URL(url).pathname.startsWith("/v1/")), []);
  await close();
});

test("the Worker serves a show's page at once", async () => {
  const { page, close } = await visit("?show=82");
  const { answer } = await told(page, "answers");
  assert.equal(answer.items.length, 10);
  await page.locator("#summary:not([aria-busy])").waitFor();
  await close();
});

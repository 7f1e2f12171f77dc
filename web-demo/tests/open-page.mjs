// A page with elements on it, and what its tests ask of it.

import assert from "node:assert/strict";
import { pageOf } from "./site.mjs";

/** The events that are written down, in `window.told`. */
const EVENTS = ["answer", "recommendations", "fallback", "error", "impression", "click", "feedback", "search", "select"];

/** Opens a page with `body`; pictures from elsewhere are never fetched. `prepare` runs in the page before its own code; `until` says when it counts as open. */
export async function openPage(browser, site, body, { head, lang, dir, prepare, until = "load", answer = () => true, ...options } = {}) {
  site.answer = answer;
  site.requests.length = 0;
  site.pages["/page"] = pageOf(body, { head, lang, dir });
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, colorScheme: "light", ...options });
  const page = await context.newPage();
  const problems = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(`uncaught: ${error.message}`));
  await page.addInitScript((events) => {
    window.told = [];
    for (const name of events) addEventListener(`aftershow-${name}`, ({ detail }) => window.told.push({ name, ...structuredClone(detail) }));
  }, EVENTS);
  if (prepare) await page.addInitScript(prepare);
  await page.goto(`${site.url}/page`, { waitUntil: until });
  /** The latest event of a name that `accept` likes. */
  const told = async (name, accept = () => true) => {
    const end = Date.now() + 15_000;
    while (Date.now() < end) {
      const found = (await page.evaluate((name) => window.told.filter((one) => one.name === name), name)).filter(accept).at(-1);
      if (found) return found;
      await page.waitForTimeout(20);
    }
    throw new Error(`no such aftershow-${name}; told: ${JSON.stringify(await page.evaluate(() => window.told.map(({ name, code }) => [name, code])))}`);
  };
  const close = async ({ expect = [] } = {}) => {
    const missing = /Failed to load resource: the server responded with a status of 404/;
    assert.deepEqual(problems.filter((text) => !expect.some((one) => one.test(text)) && !(expect.length && missing.test(text))), []);
    await context.close();
  };
  const ids = () => page.locator("aftershow-list li").evaluateAll((items) => items.map((item) => item.dataset.id));
  const count = (name) => page.evaluate((name) => window.told.filter((one) => one.name === name).length, name);
  return { page, told, ids, count, close };
}

export const idsOf = ({ items }) => items.map(({ id }) => String(id));

// A visitor's page, and what the tests ask of it.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { english, sentence } from "aftershow";

/**
 * Opens a page whose console, requests and answers are written down. `prepare` runs in the page before its own code;
 * `within` is the context of another page, for a second tab of the same visitor.
 */
export async function visitor(browser, at, query = "", { answer = () => true, prepare, within, ...options } = {}) {
  at.answer = answer;
  const context = within ?? (await browser.newContext({ viewport: { width: 1200, height: 900 }, colorScheme: "light", ...options }));
  const page = await context.newPage();
  const seen = { console: [], requests: [], sent: [] };
  page.on("console", (message) => seen.console.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => seen.console.push(`uncaught: ${error.message}`));
  page.on("request", (request) => {
    seen.requests.push(request.url());
    seen.sent.push(request);
  });
  await page.addInitScript(() => {
    window.answers = [];
    window.recommendations = [];
    addEventListener("aftershow-answer", ({ detail }) => window.answers.push(detail));
    addEventListener("aftershow-recommendations", ({ detail }) => window.recommendations.push(detail));
  });
  if (prepare) await page.addInitScript(prepare);
  await page.goto(at.url + query);
  const close = async ({ expect = [] } = {}) => {
    assert.deepEqual(seen.console, expect, "the console is not empty");
    const outside = seen.requests.filter((url) => !url.startsWith(`${at.origin}/`) && !url.startsWith("data:"));
    assert.deepEqual(outside, [], "a request left the origin");
    await (within ? page : context).close();
  };
  return { page, seen, close, context };
}

/**
 * Waits until `accept` likes the latest detail told, of `answers` or `recommendations`. It asks from outside: the page's own
 * policy forbids code made of text.
 */
export async function told(page, what, accept = () => true) {
  const end = Date.now() + 30_000;
  while (Date.now() < end) {
    const detail = await page.evaluate((name) => window[name].at(-1), what);
    if (detail && accept(detail)) return detail;
    await page.waitForTimeout(30);
  }
  throw new Error(`no such ${what} came: ${accept}`);
}

/**
 * What a card says of why its item is there: the engine's sentence for the largest share, or for the largest that the card does not show
 * anyway if that has a fifth; with two titles at most.
 */
export function said({ reasons = [] }) {
  const telling = reasons.find(({ kind, share }) => share >= 0.2 && !["genres", "attribute", "year"].includes(kind));
  const short = (telling ? [telling] : reasons).map((reason) => ({ ...reason, names: reason.ids ? reason.names.slice(0, 2) : reason.names }));
  return sentence(short, { ...english, history: "Because you liked {names}" }) ?? "";
}

/** The kinds of the pack's files that were asked for, each with its count. */
export function filesRead(seen) {
  const names = seen.requests.map((url) => new URL(url).pathname.split("/pack/")[1]).filter(Boolean);
  const counts = {};
  for (const [kind] of names.map((name) => name.split("."))) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Takes a picture; keeps it under screenshots/ only with UPDATE_SCREENSHOTS. */
export async function picture(page, name, options = {}) {
  const bytes = await page.screenshot({ animations: "disabled", ...options });
  assert.ok(bytes.length > 5_000 && bytes.length <= 300_000, `${name}.png has ${bytes.length} bytes`);
  if (process.env.UPDATE_SCREENSHOTS) {
    await writeFile(fileURLToPath(new URL(`../screenshots/${name}.png`, import.meta.url)), bytes);
  }
}

/** In the page: the texts whose contrast with the nearest painted ground is under 4.5. */
export function paleTexts() {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = (colour) => {
    const [r, g, b] = [...rgb(colour)].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const up = (node) => node.parentElement ?? node.getRootNode().host ?? null;
  const ground = (node) => {
    for (let at = node; at; at = up(at)) {
      const colour = getComputedStyle(at).backgroundColor;
      if (rgb(colour)[3] === 255) return colour;
    }
    return "white";
  };
  const lists = [...document.querySelectorAll("aftershow-list")];
  const all = [document.body, ...lists.map((list) => list.shadowRoot)].flatMap((root) => [...root.querySelectorAll("*")]);
  return all
    .filter((node) => !node.closest("svg") && !node.disabled && node.checkVisibility({ opacityProperty: true }))
    .filter((node) => [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim()))
    .map((node) => {
      const [a, b] = [luminance(getComputedStyle(node).color), luminance(ground(node))].sort((x, y) => y - x);
      return { text: `${document.title}: ${node.textContent.trim().slice(0, 40)}`, contrast: (a + 0.05) / (b + 0.05) };
    })
    .filter(({ contrast }) => contrast < 4.5);
}

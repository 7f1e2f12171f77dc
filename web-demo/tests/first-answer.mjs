// What the first answer of a show page costs, for a sample of a pack's titles.
//
//     node tests/first-answer.mjs PACK
//
// prints the figures of `metrics.snap` as JSON.

import { Recommender } from "aftershow/slim";
import { fileURLToPath } from "node:url";
import { launch } from "./host.mjs";
import { openSite, pageOf } from "./site.mjs";
import { visit } from "./wire.mjs";

const SAMPLE = 21;
const FIRST = 82;

/** A page with a list, that is done when the list stands. */
export const listPage = (id) =>
  pageOf(`<aftershow-list src="/pack/" item="${id}" href="/shows/{id}"></aftershow-list>`, {
    head: `<script>addEventListener("aftershow-answer", ({ detail: { route, answer } }) => (window.done = { route, shown: answer.items.length, ms: performance.now() }))</script>`,
  });

/** What a visitor who was never here is sent for the page of a title. */
export async function coldVisit(browser, site, id) {
  site.pages["/show"] = listPage(id);
  const context = await browser.newContext();
  const seen = await visit(context, site, "/show");
  await context.close();
  return { id, ...seen };
}

/** Cold visits to titles all over the pack. */
export async function firstAnswers(browser, pack) {
  const site = await openSite(pack);
  const visits = [];
  for (const id of await sample(pack)) visits.push(await coldVisit(browser, site, id));
  await site.close();
  return visits;
}

/** Ids spread over those of a pack, of titles that have others like them. */
async function sample(pack) {
  const slim = await Recommender.load(pack);
  const { items } = slim.info();
  const found = [];
  for (let id = FIRST; found.length < SAMPLE && id < items; id += Math.floor(items / SAMPLE)) {
    if (await slim.similar({ id, n: 1 }).then((answer) => answer.items.length > 0, () => false)) found.push(id);
  }
  slim.free();
  return found;
}

/** The figures of some visits. */
export function summary(visits) {
  const bytes = visits.map((visit) => visit.bytes).sort((a, b) => a - b);
  return { shows: visits.length, requests: Math.max(...visits.map((visit) => visit.requests)), median_bytes: bytes[bytes.length >> 1], most_bytes: bytes.at(-1) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const browser = await launch();
  console.log(JSON.stringify(summary(await firstAnswers(browser, process.argv[2]))));
  await browser.close();
}

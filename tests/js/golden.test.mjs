// The golden cases through wasm in Node, HTTP on workerd, and wasm in Chromium. The native engine runs the same file.
//
// Needs the built npm package, Worker and demo, AFTERSHOW_PACK (the sample's pack) and AFTERSHOW_ASSETS (with that pack).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const cases = JSON.parse(readFileSync(new URL("../golden/similar.json", import.meta.url), "utf8"));
const PARTS = ["score", "genre_score", "text_score", "metadata_score", "year_score"];

/** What a case keeps of an answer: ids, scores to six decimals, or the code of the error. */
function kept({ items, error }) {
  if (error !== undefined) return { error };
  return { items: items.map((item) => Object.fromEntries([["id", item.id], ...PARTS.map((part) => [part, item[part]])])) };
}

/** Asks a Recommender, here or in a page: self-contained, so that it can be sent there. */
async function askRecommender(recommender, ask) {
  try {
    const { item: features, ...options } = ask;
    return await (features ? recommender.similarToFeatures({ features, ...options }) : recommender.similar(options));
  } catch (error) {
    return { error: error.code };
  }
}

test("the golden cases are there", () => assert.ok(cases.length >= 20));

test("wasm in Node gives the golden ids and scores", async () => {
  const { Recommender } = await import("../../wasm/npm/dist/node.js");
  const recommender = await Recommender.open(process.env.AFTERSHOW_PACK);
  for (const golden of cases) assert.deepEqual(kept(await askRecommender(recommender, golden.ask)), kept(golden), golden.name);
  recommender.free();
});

test("HTTP on workerd gives the golden ids and scores", async () => {
  const { start } = await import("../../edge-worker/tests/server.mjs");
  const server = await start(process.env.AFTERSHOW_ASSETS);
  try {
    for (const golden of cases) {
      const { id, item, ...parameters } = golden.ask;
      const query = new URLSearchParams(parameters);
      const response =
        id === undefined
          ? await server.request(`/v1/similar?${query}`, {
              method: "POST",
              headers: { "Content-Type": "application/json" },
              body: JSON.stringify(item),
            })
          : await server.request(`/v1/items/${id}/similar?${query}`);
      const body = response.json();
      const answer = response.status === 200 ? body : { error: body.code };
      assert.deepEqual(kept(answer), kept(golden), `${golden.name}: ${response.status}`);
    }
  } finally {
    await server.stop();
  }
});

test("wasm in Chromium gives the golden ids and scores", async () => {
  const { launch, serve, packFolder } = await import("../../web-demo/tests/host.mjs");
  const npm = new URL("../../wasm/npm/dist/", import.meta.url).pathname;
  const host = await serve(packFolder(), "/", npm);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(`${host.origin}/index.js`); // any page of this origin will do
    const answers = await page.evaluate(
      async ({ asks, askText }) => {
        const ask = new Function(`return ${askText}`)();
        const { Recommender } = await import("/index.js");
        const recommender = await Recommender.open("/pack/");
        const answers = [];
        for (const one of asks) answers.push(await ask(recommender, one));
        return answers;
      },
      { asks: cases.map((golden) => golden.ask), askText: askRecommender.toString() },
    );
    cases.forEach((golden, i) => assert.deepEqual(kept(answers[i]), kept(golden), golden.name));
  } finally {
    await browser.close();
    await host.close();
  }
});

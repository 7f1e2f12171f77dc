// The golden cases through wasm in Node, HTTP on workerd, and wasm in Chromium. The native engine runs the same files.
//
// `similar.json` has the answers. `recommend.json` has them too, but of a learned model, which may differ a little between
// processors: so here the command line answers first, and every other surface has to agree with it to the last digit.
//
// Needs the built npm package, Worker and demo, AFTERSHOW_BIN, AFTERSHOW_PACK (the sample's pack, with its log) and
// AFTERSHOW_ASSETS (with that pack).

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (file) => JSON.parse(readFileSync(new URL(`../golden/${file}.json`, import.meta.url), "utf8"));
const PARTS = {
  similar: ["score", "genre_score", "text_score", "metadata_score", "year_score"],
  recommend: ["score", "content_score", "collaborative_score", "popularity", "source"],
  search: ["name", "matched"],
};

/** What a case keeps of an answer: ids, scores to six decimals, or the code of the error. */
function kept(kind, { items, error }) {
  if (error !== undefined) return { error };
  return { items: items.map((item) => Object.fromEntries(["id", ...PARTS[kind]].map((part) => [part, item[part]]))) };
}

const cases = [
  ...read("similar").map(({ name, ask, ...answer }) => ({ kind: "similar", name, ask, right: () => kept("similar", answer) })),
  ...read("search").map(({ name, ask, ...answer }) => ({ kind: "search", name, ask, right: () => kept("search", answer) })),
  ...read("recommend").map(({ name, ask, error }) => ({ kind: "recommend", name, ask, right: once(() => kept("recommend", error ? { error } : native(ask))) })),
];

/** `recommend` on the command line. */
function native({ history = [], genres = [], limit, include_seen, ...numbers }) {
  const weighed = (name, { weight = 1 }) => `${name}:${weight}`;
  // Times have no place on the command line, so such cases are asked with what the times make of the weights.
  const args = ["recommend", process.env.AFTERSHOW_PACK, "--json"];
  if (history.length) args.push("--history", aged(history, numbers.half_life_days).map((event) => weighed(event.item, event)).join(","));
  if (genres.length) args.push("--genres", genres.map((one) => weighed(one.genre, one)).join(","));
  if (limit !== undefined) args.push("-n", String(limit));
  if (include_seen) args.push("--include-seen");
  for (const [name, value] of Object.entries(numbers)) args.push(`--${name.replaceAll("_", "-")}`, String(value));
  const { status, stdout, stderr } = spawnSync(process.env.AFTERSHOW_BIN, args, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

function aged(history, halfLife) {
  const newest = Math.max(...history.map(({ time }) => time ?? -Infinity));
  return history.map(({ time, ...event }) => (halfLife > 0 && time !== undefined ? { ...event, weight: (event.weight ?? 1) * 2 ** ((time - newest) / 86_400 / halfLife) } : event));
}

function once(make) {
  let made;
  return () => (made ??= make());
}

/** Asks a Recommender, here or in a page: self-contained, so that it can be sent there. */
async function askRecommender(recommender, { kind, ask }) {
  try {
    if (kind === "search") return await recommender.search(ask);
    if (kind === "recommend") {
      const history = ask.history?.map(({ item: id, ...event }) => ({ id, ...event }));
      return await recommender.recommend(history ? { ...ask, history } : ask);
    }
    const { item: features, ...options } = ask;
    return await (features ? recommender.similarToFeatures({ features, ...options }) : recommender.similar(options));
  } catch (error) {
    return { error: error.code };
  }
}

/** Asks the Worker. */
async function askWorker(server, { kind, ask: { id, item, ...parameters } }) {
  const post = (path, body) => server.request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const query = new URLSearchParams(parameters);
  const response = await (kind === "recommend"
    ? post("/v1/recommendations", parameters)
    : kind === "search"
    ? server.request(`/v1/search?${query}`)
    : id === undefined
      ? post(`/v1/similar?${query}`, item)
      : server.request(`/v1/items/${id}/similar?${query}`));
  const body = response.json();
  return response.status === 200 ? body : { error: body.code };
}

/** Every case in turn, and its name with what differs. */
async function agree(ask) {
  for (const one of cases) assert.deepEqual(kept(one.kind, await ask(one)), one.right(), one.name);
}

test("the golden cases are there", () => assert.ok(cases.length >= 40));

test("the command line finds the golden titles", () => {
  for (const { kind, name, ask: { q, limit }, right } of cases) {
    if (kind !== "search" || right().error) continue;
    const args = ["search", process.env.AFTERSHOW_PACK, "--json", ...(limit === undefined ? [] : ["-n", String(limit)]), "--", q];
    const { status, stdout, stderr } = spawnSync(process.env.AFTERSHOW_BIN, args, { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    assert.deepEqual(kept(kind, JSON.parse(stdout)), right(), name);
  }
});

test("wasm in Node gives the golden ids and scores", async () => {
  const { Recommender } = await import("../../wasm/npm/dist/index.node.js");
  const recommender = await Recommender.load(process.env.AFTERSHOW_PACK);
  await agree((one) => askRecommender(recommender, one));
  recommender.free();
});

test("HTTP on workerd gives the golden ids and scores", async () => {
  const { start } = await import("../../edge-worker/tests/server.mjs");
  const server = await start(process.env.AFTERSHOW_ASSETS);
  try {
    await agree((one) => askWorker(server, one));
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
    const asks = cases.map(({ kind, ask }) => ({ kind, ask }));
    const answers = await page.evaluate(
      async ({ asks, askText }) => {
        const ask = new Function(`return ${askText}`)();
        const { Recommender } = await import("/index.js");
        const recommender = await Recommender.load("/pack/");
        const answers = [];
        for (const one of asks) answers.push(await ask(recommender, one));
        return answers;
      },
      { asks, askText: askRecommender.toString() },
    );
    await agree((one) => answers[cases.indexOf(one)]);
  } finally {
    await browser.close();
    await host.close();
  }
});

// Every knob through every surface: the cases of `../golden/knobs.json` on the command line, through wasm in Node, over HTTP on
// workerd and through wasm in Chromium. The native engine runs the same file, and holds that no knob is left out of it.
//
// The pack lies beside the cases as it was built once, so answers are equal to the last digit, wherever they are made.
//
// Needs the built npm package and Worker, and AFTERSHOW_BIN.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const golden = new URL("../golden/", import.meta.url);
const pack = fileURLToPath(new URL("knobs/pack", golden));
const cases = JSON.parse(readFileSync(new URL("knobs.json", golden), "utf8"));
const npm = fileURLToPath(new URL("../../wasm/npm/dist/", import.meta.url));
const { sentence } = await import("../../wasm/npm/dist/index.node.js");

/** What no knob changes: of an item its card, of an answer whose card it is about and where it was found. */
const CARD = ["name", "genres", "year", "platform", "type", "language", "runtime", "rating", "image", "url", "attributes"];
const ASIDE = ["subject", "route"];

/** What a case keeps of an answer: all but that, numbers to six decimals, and for each item with reasons their sentence. */
function kept(answer) {
  if (answer.error !== undefined) return answer;
  const rest = without(answer, ASIDE);
  const items = answer.items.map((item) => {
    const said = sentence(item.reasons);
    if (item.sentence !== undefined) assert.equal(item.sentence, said);
    return { ...without(item, CARD), ...(said === null ? {} : { sentence: said }) };
  });
  return rounded({ ...rest, items });
}

const without = (object, keys) => Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

/** Without what is null. */
function rounded(value) {
  if (typeof value === "number") return Math.round(value * 1e6) / 1e6 + 0;
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).filter(([, own]) => own !== null).map(([key, own]) => [key, rounded(own)]));
}

/** Asks a Recommender that has read nothing, here or in a page: self-contained, so that it can be sent there. */
async function askRecommender(Recommender, source, { call, ask }) {
  const recommender = await Recommender.load(source);
  const calls = { similar: "similar", similar_to_new: "similarToFeatures", recommend: "recommend", popular: "popular", rerank: "rerank", predict: "predict" };
  try {
    return await recommender[calls[call]](ask);
  } catch (error) {
    return { error: error.code };
  } finally {
    recommender.free();
  }
}

/** Asks the Worker. */
async function askWorker(server, { call, ask }) {
  const post = (path, body) => server.request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const { id, features, genres = [], ...options } = ask;
  const query = new URLSearchParams(Object.entries(options).map(([key, value]) => [key, typeof value === "object" ? JSON.stringify(value) : value]));
  if (call === "popular") for (const genre of genres) query.append("genre", genre);
  const calls = {
    similar: () => server.request(`/v1/items/${id}/similar?${query}`),
    similar_to_new: () => post(`/v1/similar?${query}`, features),
    recommend: () => post("/v1/recommendations", ask),
    popular: () => server.request(`/v1/popular?${query}`),
    rerank: () => post("/v1/rerank", ask),
    predict: () => post("/v1/predict", ask),
  };
  const response = await calls[call]();
  const body = response.json();
  return response.status === 200 ? body : { error: body.code };
}

/** Every case in turn, and its name with what differs. */
async function agree(ask) {
  for (const one of cases) {
    const { name, error, answer } = one;
    assert.deepEqual(kept(await ask(one)), error === undefined ? answer : { error }, name);
  }
}

/** The flags of what is asked for; `null` if the command line has no place for some of it. */
function flags({ call, ask }) {
  const number = { history: "weight", genres: "weight", candidates: "score", ratings: "value" };
  const listed = (list, key) => {
    const one = (value) => `${value.id ?? value.item ?? value.genre}${value[number[key]] === undefined ? "" : `:${value[number[key]]}`}`;
    return list.map((value) => (typeof value === "object" ? one(value) : value)).join(",");
  };
  const command = { similar: "similar", similar_to_new: "similar", predict: "predict" }[call] ?? "recommend";
  // It has no genres of what is popular, and one person's predictions come best first.
  if ((call === "popular" && ask.genres) || (call === "predict" && !ask.ranked)) return null;
  const args = [];
  for (const [key, value] of Object.entries(ask)) {
    const flag = `--${key.replaceAll("_", "-")}`;
    if (key === "id") args.push(String(value));
    else if (key === "features") args.push("--new", JSON.stringify(value));
    else if (key === "new_items") args.push(...value.flatMap((one) => ["--new", JSON.stringify(one)]));
    else if (key === "items") args.push(...(value.length > 0 ? [flag, value.join(",")] : []));
    else if (key === "ranked") continue;
    else if (["n", "limit"].includes(key)) args.push("-n", String(value));
    else if (["include_seen", "reasons"].includes(key)) args.push(...(value ? [flag] : []));
    else if (["filter", "rerank"].includes(key)) args.push(flag, JSON.stringify(value));
    else if (key in number) {
      if (value.some(({ time }) => time !== undefined)) return null;
      args.push(flag, listed(value, key));
    } else if (["item", "summaries"].includes(key) || (command === "recommend" && /^(genre|text|metadata|year)_weight$/.test(key))) return null;
    else args.push(flag, String(value));
  }
  // Without any history the command line asks for nobody; the others ask for somebody of whom nothing is known.
  if (["recommend", "rerank"].includes(call) && !ask.history && !ask.genres) args.push("--history", "");
  return [command, pack, ...args];
}

test("the cases are there", () => assert.ok(cases.length >= 100));

test("the command line gives the golden answers of every knob that it has", () => {
  const asked = cases.map((one) => [one, flags(one)]).filter(([, args]) => args !== null);
  assert.ok(asked.length >= 100, `only ${asked.length}`);
  const run = (args) => spawnSync(process.env.AFTERSHOW_BIN, args, { encoding: "utf8" });
  for (const [{ name, answer }, args] of asked) {
    const { status, stdout, stderr } = run([...args, "--json"]);
    assert.equal(status === 0, answer !== undefined, `${name}: ${stderr}`);
    if (answer === undefined) continue;
    const found = kept(without(JSON.parse(stdout), ["id"]));
    assert.deepEqual(found, answer, name);
    // What people read has the sentences.
    const sentences = found.items.flatMap((item) => item.sentence ?? []);
    const lines = sentences.length > 0 ? run(args).stdout.split("\n").map((line) => line.trim()) : [];
    for (const said of sentences) assert.ok(lines.includes(said), `${name}: ${said}`);
  }
});

test("wasm in Node gives the golden answers of every knob", async () => {
  const { Recommender } = await import("../../wasm/npm/dist/index.node.js");
  await agree((one) => askRecommender(Recommender, pack, one));
});

test("HTTP on workerd gives the golden answers of every knob", async () => {
  const { start } = await import("../../edge-worker/tests/server.mjs");
  const assets = mkdtempSync(join(tmpdir(), "aftershow-knobs-"));
  cpSync(fileURLToPath(new URL("../../edge-worker/static", import.meta.url)), assets, { recursive: true });
  cpSync(pack, join(assets, "pack"), { recursive: true });
  const server = await start(assets);
  try {
    await agree((one) => askWorker(server, one));
  } finally {
    await server.stop();
    rmSync(assets, { recursive: true });
  }
});

test("wasm in Chromium gives the golden answers of every knob", async () => {
  const { launch, serve } = await import("../../web-demo/tests/host.mjs");
  const host = await serve(pack, "/", npm);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(`${host.origin}/index.js`); // any page of this origin will do
    const answers = await page.evaluate(
      async ({ asks, askText }) => {
        const ask = new Function(`return ${askText}`)();
        const { Recommender } = await import("/index.js");
        const answers = [];
        for (const one of asks) answers.push(await ask(Recommender, "/pack/", one));
        return answers;
      },
      { asks: cases.map(({ call, ask }) => ({ call, ask })), askText: askRecommender.toString() },
    );
    await agree((one) => answers[cases.indexOf(one)]);
  } finally {
    await browser.close();
    await host.close();
  }
});

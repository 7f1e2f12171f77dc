// Recommendations for people, through the Worker as it is deployed, on real workerd with a private bucket.
//
// The pack and the people are those of tests/fixture, which the native tests keep equal to what core writes.
//
//   AFTERSHOW_BIN     the `aftershow` binary: with it a pack and its people as the pipeline writes them too

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { crateFolder, start } from "./server.mjs";

assert.ok(existsSync(join(crateFolder, "build/index.js")), "build the Worker first");
const fixture = join(crateFolder, "tests/fixture");
const { pack_id } = JSON.parse(readFileSync(join(fixture, "pack/manifest.json"), "utf8"));
const TOKEN = "correct horse battery staple";
const PRIVATE = "private, no-store";
const mediaKeys = [
  "id", "title", "description", "release_year", "media_type", "cover_url", "genres",
  "recommendation_score", "content_score", "collaborative_score",
];

/** A folder as it is deployed: a page, the pack, and what static/ gives every deployment. */
function deployment(pack = join(fixture, "pack")) {
  const folder = mkdtempSync(join(tmpdir(), "aftershow-assets-"));
  cpSync(join(crateFolder, "static"), folder, { recursive: true });
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>A page</title>");
  cpSync(pack, join(folder, "pack"), { recursive: true });
  return folder;
}

/** What the bucket holds, by key. */
const people = () => objects(join(fixture, "bucket"), pack_id);

/** The files about a pack's people below a folder, by the keys that they have in the bucket. */
function objects(folder, pack) {
  const files = readdirSync(join(folder, pack));
  return Object.fromEntries(files.map((file) => [`${pack}/${file}`, readFileSync(join(folder, pack, file))]));
}

/** Runs `check` on a Worker over the fixture. */
async function over(known, check, assets = deployment()) {
  let worker;
  try {
    worker = await start(assets, {}, known);
    await check(worker, assets);
  } finally {
    await worker?.stop();
    rmSync(assets, { recursive: true, force: true });
  }
}

function assertPrivate(response) {
  assert.equal(response.headers["cache-control"], PRIVATE);
  assert.equal(response.headers.etag, undefined);
  assert.equal(response.headers["x-content-type-options"], "nosniff");
}

function assertProblem(response, status, code, parameter) {
  assert.equal(response.status, status, String(response.bytes));
  assertPrivate(response);
  assert.equal(response.headers["content-type"], "application/problem+json");
  const problem = response.json();
  assert.deepEqual([problem.status, problem.code, problem.parameter], [status, code, parameter]);
  return problem;
}

const json = (body) => ({
  method: "POST",
  body: typeof body === "string" ? body : JSON.stringify(body),
  headers: { "Content-Type": "application/json" },
});
const bearer = (token, options = {}) => ({ ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } });
const knownPaths = ["/v1/users/ann/recommendations", "/api/recommendations/ann", "/recommendations/ann"];
const batchPaths = ["/v1/users/recommendations", "/api/recommendations/batch"];

describe("the Worker with the bucket and the token", () => {
  let worker;
  let folder;
  const ask = async (path, options) => {
    const response = await worker.request(path, bearer(TOKEN, options));
    assertPrivate(response);
    return response;
  };
  const answer = async (path, options) => {
    const response = await ask(path, options);
    assert.equal(response.status, 200, `${path}: ${response.bytes}`);
    return response.json();
  };
  before(async () => {
    folder = deployment();
    worker = await start(folder, {}, { bucket: people, token: TOKEN });
  });
  after(async () => {
    await worker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("a known user is recommended what their history asks for, as if it had come in the body", async () => {
    const known = await answer("/v1/users/ann/recommendations?limit=4");
    assert.deepEqual([known.user_id, known.fallback_used, known.items.length], ["ann", false, 4]);
    const history = [{ id: 1, weight: 2 }, { id: 4, weight: -1 }];
    const response = await worker.request("/v1/recommendations", json({ history, limit: 4 }));
    assertPrivate(response);
    assert.deepEqual(response.json().items, known.items);
    assert.equal(known.items[0].id, 2);
    assert.equal(known.items[0].source, "collaborative");
    assert.deepEqual((await answer("/v1/users/cleo/recommendations?limit=2")).items.map((item) => item.id), [4, 5]);
    assert.equal((await answer("/v1/users/%C3%A9t%C3%A9%2F1+2/recommendations")).user_id, "été/1+2");
  });

  test("the same answer from a cold isolate, and from many first requests at once", async () => {
    const warm = await ask(knownPaths[0]);
    await worker.cold();
    assert.deepEqual((await ask(knownPaths[0])).bytes, warm.bytes);
    await worker.cold();
    const all = await Promise.all([...knownPaths, ...knownPaths, "/v1/users/bob/recommendations"].map((path) => ask(path)));
    assert.deepEqual(all.map((response) => response.status), all.map(() => 200));
  });

  test("somebody unknown gets what is popular", async () => {
    const v1 = await answer("/v1/users/nobody/recommendations");
    assert.equal(v1.fallback_used, true);
    assert.ok(v1.items.length === 7 && v1.items.every((item) => item.source === "popular"));
    const movies = await answer("/recommendations/nobody?limit=3");
    assert.deepEqual([movies.fallback_used, movies.count], [true, 3]);
    const media = await answer("/api/recommendations/nobody");
    assert.deepEqual(media.recommendations.map((item) => item.id), [1, 2, 3, 4, 5, 6, 7]);
  });

  test("the replaced services' shapes have exactly their keys", async () => {
    const media = await answer("/api/recommendations/ann?limit=3&offset=1");
    assert.deepEqual(Object.keys(media), ["user_id", "recommendations", "count", "limit", "offset"]);
    assert.deepEqual([media.user_id, media.count, media.limit, media.offset], ["ann", 3, 3, 1]);
    for (const item of media.recommendations) {
      assert.deepEqual(Object.keys(item), mediaKeys);
      assert.ok(item.description.startsWith("What ") && item.cover_url && item.media_type === "Scripted");
    }

    const batch = await answer("/api/recommendations/batch", json({ user_ids: ["bob", "nobody", "ann"], limit: 2 }));
    assert.deepEqual([Object.keys(batch), batch.total_users], [["results", "total_users"], 3]);
    assert.deepEqual(Object.keys(batch.results).sort(), ["ann", "bob", "nobody"]);
    for (const [id, result] of Object.entries(batch.results)) {
      assert.deepEqual([Object.keys(result), result.count], [["recommendations", "count"], 2]);
      const alone = await answer(`/api/recommendations/${id}?limit=2`);
      assert.deepEqual(result.recommendations, alone.recommendations);
    }

    const movies = await answer("/recommendations/bob?limit=3");
    assert.deepEqual(Object.keys(movies), ["user_id", "recommendations", "count", "limit", "fallback_used"]);
    for (const item of movies.recommendations) assert.deepEqual(Object.keys(item), [...mediaKeys, "source"]);
  });

  test("a batch under /v1 answers in order, each as alone", async () => {
    const { users } = await answer("/v1/users/recommendations", json({ user_ids: ["cleo", "ann"], limit: 2, offset: 1 }));
    assert.deepEqual(users.map((user) => user.user_id), ["cleo", "ann"]);
    for (const user of users) {
      assert.deepEqual(user, await answer(`/v1/users/${user.user_id}/recommendations?limit=2&offset=1`));
    }
    const many = Array.from({ length: 100 }, (_, i) => `user ${i}`);
    assert.equal((await answer("/api/recommendations/batch", json({ user_ids: many }))).total_users, 100);
    assertProblem(await ask(batchPaths[0], json({ user_ids: [...many, "one more"] })), 400, "invalid_parameter", "user_ids");
    assertProblem(await ask(batchPaths[1], json({ user_ids: ["ann", ""] })), 400, "invalid_user_id", "user_ids[1]");
    assertProblem(await ask(batchPaths[1], json({ user_ids: "ann" })), 400, "invalid_body");
    assertProblem(await ask(batchPaths[1], { ...json({ user_ids: [] }), headers: { "Content-Type": "text/plain" } }), 415, "unsupported_media_type");
  });

  test("pages neither repeat nor skip", async () => {
    const ids = async (query) => (await answer(`/api/recommendations/bob?${query}`)).recommendations.map((item) => item.id);
    const all = await ids("limit=100");
    assert.equal(new Set(all).size, 6, "all but the one seen");
    const pages = [];
    for (let offset = 0; offset < 8; offset += 2) pages.push(...(await ids(`limit=2&offset=${offset}`)));
    assert.deepEqual(pages, all);
  });

  test("a malformed id is a 400 of its own code, and limits are checked", async () => {
    for (const id of ["", "%00", "a%0Ab", "%zz", "%FF", "x".repeat(129)]) {
      for (const path of [`/v1/users/${id}/recommendations`, `/api/recommendations/${id}`, `/recommendations/${id}`]) {
        assertProblem(await ask(path), 400, "invalid_user_id", "user_id");
      }
    }
    for (const path of knownPaths) {
      for (const limit of ["0", "101", "x", ""]) {
        assertProblem(await ask(`${path}?limit=${limit}`), 400, "invalid_parameter", "limit");
      }
      assert.equal((await ask(`${path}?limit=100`)).status, 200);
    }
  });

  test("fixed words are no users", async () => {
    assert.equal((await worker.request("/recommendations/stats")).json().pack_id, pack_id);
    assert.equal((await worker.request("/recommendations/health")).json().status, "ok");
    assert.equal((await worker.request("/recommendations/existing", bearer(TOKEN))).json().code, "method_not_allowed");
    const batch = await worker.request("/api/recommendations/batch", bearer(TOKEN));
    assertProblem(batch, 405, "method_not_allowed");
    assert.equal(batch.headers.allow, "POST, OPTIONS");
  });

  test("without the right token nobody is answered about", async () => {
    const wrong = [{}, bearer("wrong"), bearer(`${TOKEN} `.repeat(2)), { headers: { Authorization: TOKEN } }, { headers: { Authorization: `Basic ${btoa(TOKEN)}` } }];
    for (const options of wrong) {
      for (const path of [...knownPaths, "/recommendations/"]) {
        const response = await worker.request(path, options);
        assertProblem(response, 401, "unauthorized");
        assert.match(response.headers["www-authenticate"], /^Bearer/);
      }
      for (const path of batchPaths) {
        const { method, body, headers } = json({ user_ids: ["ann"] });
        const response = await worker.request(path, { method, body, headers: { ...headers, ...options.headers } });
        assertProblem(response, 401, "unauthorized");
      }
    }
  });

  test("HEAD and a conditional request are private too", async () => {
    const full = await ask(knownPaths[0]);
    const head = await ask(knownPaths[0], { method: "HEAD" });
    assert.deepEqual([head.status, head.bytes.length], [200, 0]);
    assert.equal(head.headers["content-length"], String(full.bytes.length));
    const again = await ask(knownPaths[0], { headers: { "If-None-Match": "*" } });
    assert.deepEqual([again.status, again.bytes], [200, full.bytes]);
    const preflight = await worker.request(knownPaths[0], { method: "OPTIONS" });
    assertPrivate(preflight);
    assert.match(preflight.headers["access-control-allow-headers"], /Authorization/);
  });

  test("a history in the body needs no token, is answered and is kept nowhere", async () => {
    const body = { history: [1, { id: 4, weight: -1, time: 1700000000 }], genres: ["Crime"], limit: 2, summaries: true };
    const response = await worker.request("/v1/recommendations", json(body));
    assertPrivate(response);
    assert.equal(response.status, 200);
    const found = response.json();
    assert.deepEqual([found.items.length, found.unknown_items, found.items[0].id], [2, 0, 2]);
    assert.match(found.items[0].summary, /^What /);
    assert.equal((await worker.request("/v1/recommendations", json("{}"))).json().fallback_used, true);

    const post = (text, headers = {}) => worker.request("/v1/recommendations", { method: "POST", body: text, headers });
    const problem = assertProblem(await post('{"history": [1,\n{"id": []}]}'), 400, "invalid_body");
    assert.match(problem.detail, /line 2 column/);
    assertProblem(await post('{"history": [1, {"id": 2, "weight": 1e3}]}'), 400, "invalid_parameter", "history[1].weight");
    assertProblem(await post("{}", { "Content-Type": "application/x-www-form-urlencoded" }), 415, "unsupported_media_type");
    const padded = (length) => `{${" ".repeat(length - 2)}}`;
    assert.equal((await post(padded(256 * 1024))).status, 200, "256 KiB are taken");
    assertProblem(await post(padded(256 * 1024 + 1)), 413, "body_too_large");
    assertProblem(await worker.request("/v1/recommendations"), 405, "method_not_allowed");
  });

  test("what is popular is public", async () => {
    const response = await worker.request("/v1/popular?limit=3");
    assert.deepEqual(response.json().items.map((item) => item.id), [1, 2, 3]);
    assert.equal(response.headers["cache-control"], "public, max-age=300, stale-while-revalidate=86400");
    const { etag } = response.headers;
    const again = await worker.request("/v1/popular?limit=3", { headers: { "If-None-Match": etag } });
    assert.equal(again.status, 304);
    const food = await worker.request("/v1/popular?genre=Food&genre=Thriller&offset=1");
    assert.deepEqual(food.json().items.map((item) => item.id), [4, 5, 7]);
  });

  test("stats say that known users are on, and no secret", async () => {
    const response = await worker.request("/v1/stats");
    const { collaborative, known_users, personal } = response.json();
    assert.deepEqual([collaborative, known_users, personal.model], [true, true, "made up"]);
    assert.ok(!String(response.bytes).includes(TOKEN));
  });

  test("a log line about a person has the route's pattern and nothing of them", async () => {
    await worker.cold();
    await worker.logs();
    await ask("/v1/users/ann/recommendations?limit=3");
    await ask("/api/recommendations/batch", json({ user_ids: ["ann", "bob"] }));
    await worker.request("/recommendations/ann", bearer("a wrong one"));
    const lines = await worker.logs(3);
    assert.equal(lines.length, 3);
    for (const line of lines) {
      assert.doesNotMatch(line, /ann|bob|users\.\d|wrong one|battery/);
      assert.deepEqual(Object.keys(JSON.parse(line)), ["method", "route", "status", "ms", "pack_id"]);
    }
    const routes = lines.map((line) => JSON.parse(line).route);
    assert.deepEqual(routes, ["/v1/users/{user_id}/recommendations", "/api/recommendations/batch", "/recommendations/{user_id}"]);
  });

  test("no file about people is among the assets, and none can be fetched", async () => {
    // Not even where somebody copies them there by mistake.
    const mistaken = deployment();
    for (const place of [mistaken, join(mistaken, "pack"), join(mistaken, "pack", pack_id), join(mistaken, pack_id)]) {
      mkdirSync(place, { recursive: true });
      for (const [key, bytes] of Object.entries(people())) writeFileSync(join(place, key.split("/").at(-1)), bytes);
    }
    const tried = async (served) => {
      for (const key of Object.keys(people())) {
        const file = key.split("/").at(-1);
        for (const path of [key, file, `pack/${key}`, `pack/${file}`, `users/${key}`, `USERS/${key}`, `v1/users/${file}`, `pack/../${key}`, `pack/%2e%2e/${key}`, `pack//${file}`, `${key}.html`]) {
          for (const options of [{}, bearer(TOKEN)]) {
            const response = await served.request(`/${path}`, options);
            assert.equal(response.status, 404, `/${path}`);
            assert.ok(!response.bytes.includes("AFTR") && !response.bytes.includes('"key"'), path);
          }
        }
      }
    };
    await tried(worker);
    assert.ok(readdirSync(join(folder, "pack")).every((file) => !file.startsWith("users")));
    await over({ bucket: people, token: TOKEN }, tried, mistaken);
  });
});

describe("the Worker that is not configured for known users", () => {
  const configured = [
    ["neither bucket nor token", {}],
    ["a bucket and no token", { bucket: people }],
    ["a bucket and an empty token", { bucket: people, token: " " }],
    ["a bucket and a token that can be guessed", { bucket: people, token: "fifteen letters" }],
    ["a token and no bucket", { token: TOKEN }],
  ];
  for (const [name, known] of configured) {
    test(`${name}: 404 with a remedy, and everything else as ever`, async () => {
      await over(known, async (worker) => {
        for (const options of [{}, bearer(TOKEN), bearer("fifteen letters"), bearer("")]) {
          for (const path of [...knownPaths, "/api/recommendations/", "/recommendations/%zz"]) {
            const problem = assertProblem(await worker.request(path, options), 404, "users_not_configured");
            assert.match(problem.detail, /USERS.*USERS_TOKEN/);
          }
        }
        for (const path of batchPaths) {
          assertProblem(await worker.request(path, json({ user_ids: ["ann"] })), 404, "users_not_configured");
        }
        const lines = (await worker.logs(1)).map((line) => JSON.parse(line)).filter((line) => line.status === 404);
        const fault = known.token === "fifteen letters" ? "users_token_too_short" : undefined;
        assert.ok(lines.length > 0 && lines.every((line) => line.fault === fault), JSON.stringify(lines));
        assert.equal((await worker.request("/v1/stats")).json().known_users, false);
        assert.equal((await worker.request("/v1/recommendations", json({ history: [1] }))).json().items[0].id, 2);
        assert.equal((await worker.request("/v1/popular")).status, 200);
      });
    });
  }
});

describe("the Worker over people's files that are no good", () => {
  const manifest = `${pack_id}/users.json`;
  const change = (match, make) => () =>
    Object.fromEntries(Object.entries(people()).flatMap(([key, bytes]) => {
      const made = key.includes(match) ? make(bytes) : bytes;
      return made ? [[key, made]] : [];
    }));
  const flip = (bytes) => bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 0x10 : byte));
  const damages = [
    ["no files at all", () => ({}), "users_file_missing"],
    ["a list of another pack's people", change("users.json", (bytes) => Buffer.from(String(bytes).replace(pack_id, "0000000000000000"))), "pack_manifest"],
    ["a list that is no JSON", change("users.json", () => Buffer.from("not JSON")), "pack_manifest"],
    ["missing files", change(".bin", () => null), "users_file_missing"],
    ["one byte flipped", change(".bin", flip), "pack_checksum"],
    ["files that end too early", change(".bin", (bytes) => bytes.subarray(0, 60)), "pack_truncated"],
    ["a file that is too large to be read", change(".bin", () => Buffer.alloc((8 << 20) + 1)), "users_file_too_large"],
  ];
  for (const [name, bucket, fault] of damages) {
    test(`${name}: 503, the reason in the log and nothing of the person`, async () => {
      await over({ bucket, token: TOKEN }, async (worker) => {
        for (const path of knownPaths) {
          const response = await worker.request(path, bearer(TOKEN));
          const problem = assertProblem(response, 503, "users_unavailable");
          assert.doesNotMatch(JSON.stringify(problem), /checksum|\.bin|json|ann/);
          assert.equal(response.headers["retry-after"], "5");
        }
        for (const text of await worker.logs(3)) {
          const line = JSON.parse(text);
          assert.deepEqual(Object.keys(line), ["method", "route", "status", "ms", "pack_id", "fault"]);
          assert.deepEqual([line.status, line.fault], [503, fault]);
        }
        // The isolate lives on, and who brings their history is answered.
        assert.equal((await worker.request("/v1/recommendations", json({ history: [1] }))).status, 200);
      });
    });
  }

  test("people of the pack before are not taken for those of this one", async () => {
    const before = () => Object.fromEntries(Object.entries(people()).map(([key, bytes]) => [key.replace(pack_id, "0000000000000000"), bytes]));
    await over({ bucket: before, token: TOKEN }, async (worker) => {
      assertProblem(await worker.request(knownPaths[0], bearer(TOKEN)), 503, "users_unavailable");
    });
    assert.ok(manifest in people());
  });
});

describe("the Worker over what the pipeline writes", () => {
  const binary = process.env.AFTERSHOW_BIN;
  test("known users are answered as the command line answers them", { skip: !binary && "AFTERSHOW_BIN is not set" }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "aftershow-people-"));
    try {
      const [pack, users] = [join(folder, "pack"), join(folder, "users")];
      const run = (...args) => execFileSync(binary, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
      run("build", "--catalog", "sample", "--interactions", "sample", "--out", pack, "--users-out", users);
      const [id] = readdirSync(users);
      await over({ bucket: () => objects(users, id), token: TOKEN }, async (worker) => {
        const ids = Array.from({ length: 8 }, (_, i) => `synthetic-${String(7 + 43 * i).padStart(4, "0")}`);
        const options = json({ user_ids: [...ids, "nobody"], limit: 20 });
        const batch = (await worker.request("/v1/users/recommendations", bearer(TOKEN, options))).json();
        assert.equal(batch.users.at(-1).fallback_used, true);
        let known = 0;
        for (const [i, user] of ids.entries()) {
          const native = JSON.parse(run("recommend", pack, "--user", user, "--users", users, "-n", "20", "--json"));
          const only = (item) => [item.id, item.score, item.content_score, item.collaborative_score, item.source];
          assert.deepEqual(batch.users[i].items.map(only), native.items.map(only), user);
          const alone = await worker.request(`/v1/users/${user}/recommendations?limit=20`, bearer(TOKEN));
          assert.deepEqual(alone.json(), batch.users[i]);
          known += native.items.some((item) => item.source !== "popular");
        }
        assert.ok(known > 0, "the sample has none of these users");
      }, deployment(pack));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

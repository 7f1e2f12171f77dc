// The Worker as it is deployed, on real workerd.
//
//   AFTERSHOW_ASSETS  folder with pack/; by default ./assets
//   AFTERSHOW_IDS     ids of the pack, comma-separated; by default those of the embedded sample
//   AFTERSHOW_BIN     the `aftershow` binary, for the comparison with native answers

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";

import { crateFolder, start } from "./server.mjs";

const pack = join(resolve(process.env.AFTERSHOW_ASSETS ?? join(crateFolder, "assets")), "pack");
for (const needed of [join(pack, "manifest.json"), join(crateFolder, "build/index.js")]) {
  assert.ok(existsSync(needed), `${needed} is missing: build the Worker, and a pack into AFTERSHOW_ASSETS/pack, first`);
}
const manifest = JSON.parse(readFileSync(join(pack, "manifest.json"), "utf8"));
const ids = process.env.AFTERSHOW_IDS?.split(",") ?? sampleIds();
const similar = (id, query = "") => `/v1/items/${encodeURIComponent(id)}/similar${query && `?${query}`}`;
const old = (id, query = "") => `/shows/${encodeURIComponent(id)}/recommendations${query && `?${query}`}`;
const first = similar(ids[0]);
const keep = "public, max-age=300, stale-while-revalidate=86400";

/** A folder as it is deployed: a page, the pack under a name, and what static/ gives every deployment. */
function deployment(packName) {
  const folder = mkdtempSync(join(tmpdir(), "aftershow-assets-"));
  cpSync(join(crateFolder, "static"), folder, { recursive: true });
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>A page</title>");
  cpSync(pack, join(folder, packName), { recursive: true });
  return folder;
}

function sampleIds() {
  const sample = join(crateFolder, "../build-pipeline/sample/shows.json");
  return JSON.parse(readFileSync(sample, "utf8")).map((show) => String(show.id));
}

function assertProblem(response, status, code, parameter) {
  assert.equal(response.status, status);
  assert.equal(response.headers["content-type"], "application/problem+json");
  assert.equal(response.headers["access-control-allow-origin"], "*");
  const problem = response.json();
  assert.deepEqual([problem.status, problem.code, problem.parameter], [status, code, parameter]);
  assert.equal(problem.type, `urn:aftershow:problem:${code}`);
  assert.ok(problem.title && problem.detail);
  return problem;
}

describe("the Worker over a good pack", () => {
  let worker;
  let folder;
  before(async () => {
    folder = deployment("pack");
    // What the pipeline leaves beside a pack.
    cpSync(pack, join(folder, "pack.work"), { recursive: true });
    worker = await start(folder);
  });
  after(async () => {
    await worker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("a cold isolate answers item-to-item after the manifest, one table and one shard", async () => {
    await worker.cold();
    const response = await worker.request(first);
    assert.equal(response.status, 200);
    assert.equal(response.json().route, "shard");
    const [line] = (await worker.logs(1)).map((text) => JSON.parse(text));
    assert.equal(line.parts_loaded, 2);
    const sizes = (kind) => readdirSync(pack).filter((file) => file.startsWith(kind)).map((file) => statSync(join(pack, file)).size);
    const rest = line.bytes_loaded - sizes("manifest")[0];
    const shards = new Set(sizes("shard."));
    assert.ok(sizes("table.").some((table) => shards.has(rest - table)), `${rest} bytes are no table and shard`);
    console.log(`  a cold answer read ${line.bytes_loaded} bytes, ${rest} of them table and shard`);

    assert.deepEqual((await worker.request(first)).bytes, response.bytes);
    const [warm] = (await worker.logs(1)).map((text) => JSON.parse(text));
    assert.deepEqual([warm.parts_loaded, warm.bytes_loaded], [0, 0]);
  });

  test("many first requests at once are all answered", async () => {
    await worker.cold();
    const paths = ids.slice(0, 12).flatMap((id) => [similar(id), old(id, "summaries=true"), similar(id, "year_weight=1")]);
    const responses = await Promise.all(["/health", "/v1/stats", ...paths].map((path) => worker.request(path)));
    assert.deepEqual(responses.map((response) => response.status), responses.map(() => 200));
  });

  test("what a shard answers is the beginning of what a scan of everything answers", async () => {
    for (const id of ids.slice(0, 20)) {
      const shard = (await worker.request(similar(id, "n=20"))).json();
      const scan = (await worker.request(similar(id, "n=100"))).json();
      assert.deepEqual([shard.route, scan.route], ["shard", "scan"]);
      assert.deepEqual(shard.subject, scan.subject);
      assert.deepEqual(shard.items, scan.items.slice(0, shard.items.length));
    }
  });

  test("answers equal those of the native command line", async (t) => {
    const binary = process.env.AFTERSHOW_BIN;
    if (!binary) return t.skip("AFTERSHOW_BIN is not set");
    for (const id of ids.slice(0, 20)) {
      const native = JSON.parse(execFileSync(binary, ["similar", pack, id, "-n", "10", "--json"], { encoding: "utf8" }));
      const { items } = (await worker.request(similar(id, "n=10"))).json();
      const fields = ["id", "name", "score", "genre_score", "text_score", "metadata_score"];
      const only = (item) => fields.map((field) => item[field]);
      assert.deepEqual(items.map(only), native.items.map(only), `item ${id}`);
    }
  });

  test("a list as HTML is the one that the command line renders, and may do nothing as a page of its own", async (t) => {
    const binary = process.env.AFTERSHOW_BIN;
    if (!binary) return t.skip("AFTERSHOW_BIN is not set");
    const html = (id, query = "") => worker.request(`/v1/items/${id}/similar.html${query ? `?${query}` : ""}`);
    for (const id of ids.slice(0, 5)) {
      const native = execFileSync(binary, ["render", pack, id, "-n", "5", "--href", "/shows/{id}", "--layout", "row"], { encoding: "utf8" });
      const reply = await html(id, `n=5&href=${encodeURIComponent("/shows/{id}")}&layout=row`);
      assert.equal(reply.status, 200);
      assert.equal(reply.headers["content-type"], "text/html; charset=utf-8");
      assert.match(reply.headers["content-security-policy"], /default-src 'none'/);
      assert.ok(reply.headers.etag);
      assert.equal(String(reply.bytes), native);
    }
    const plain = String((await html(ids[0], "reasons=false")).bytes);
    assert.ok(plain.includes(' reasons="off"') && !plain.includes("list reasoned"));
    for (const [query, parameter] of [["href=javascript:alert(1)", "href"], ["src=data:x", "src"], ["layout=column", "layout"], ["n=0", "n"]]) {
      const { status, code, parameter: named } = (await html(ids[0], query)).json();
      assert.deepEqual([status, code, named], [400, "invalid_parameter", parameter]);
    }
    assert.equal((await html("no-such-title")).json().code, "unknown_item");
  });

  test("other weights score the whole catalogue, and leave the answers by default as they were", async () => {
    const before = await worker.request(first);
    const answer = (await worker.request(similar(ids[0], "genre_weight=1&text_weight=0&metadata_weight=0&year_weight=0"))).json();
    assert.equal(answer.route, "scan");
    assert.deepEqual(answer.weights, { genre: 1, text: 0, metadata: 0, year: 0 });
    for (const item of answer.items) assert.equal(item.score, item.genre_score);
    assert.deepEqual((await worker.request(first)).bytes, before.bytes);
  });

  test("summaries come only when they are asked for", async () => {
    assert.ok((await worker.request(first)).json().items.every((item) => item.summary === null));
    const { subject, items } = (await worker.request(similar(ids[0], "summaries=true"))).json();
    assert.ok([subject, ...items].some((item) => item.summary?.length > 10));
  });

  test("the old route gives the same answer under the old names", async () => {
    const now = (await worker.request(similar(ids[0], "n=5&min_similarity=0.01"))).json();
    const then = (await worker.request(old(ids[0], "n=5&min_similarity=0.01"))).json();
    assert.deepEqual([then.show_id, then.name, then.count], [now.subject.id, now.subject.name, now.items.length]);
    assert.deepEqual(
      then.recommendations.map((r) => [r.show_id, r.similar_show_id, r.similarity_score, r.genre_score, r.text_score, r.metadata_score, r.name]),
      now.items.map((i) => [now.subject.id, i.id, i.score, i.genre_score, i.text_score, i.metadata_score, i.name]),
    );
  });

  test("a title that the pack has never seen finds its likes", async () => {
    const { subject } = (await worker.request(similar(ids[0], "summaries=true"))).json();
    const { genres, platform, type, language, summary } = subject;
    const body = JSON.stringify({ name: "New", genres, platform, type, language, summary: summary ?? "" });
    const response = await worker.request("/v1/similar?n=1", { method: "POST", body });
    assert.equal(response.status, 200);
    assert.equal(response.headers["cache-control"], "no-store");
    const answer = response.json();
    assert.equal(answer.subject, null);
    assert.equal(answer.items[0].genre_score, genres.length ? 1 : 0);
  });

  test("a body that is no title is refused, however it is sent", async () => {
    const post = (body, chunked) => worker.request("/v1/similar", { method: "POST", body, chunked });
    assertProblem(await post("{"), 400, "invalid_body");
    assertProblem(await post('{"genre":[]}'), 400, "invalid_body");
    assertProblem(await worker.request("/v1/similar", { method: "POST" }), 400, "invalid_body");
    assert.equal((await post(`{"summary":"${"x".repeat(65536 - 14)}"}`)).status, 200, "64 KiB are taken");
    assertProblem(await post(`{"summary":"${"x".repeat(65536 - 13)}"}`), 413, "body_too_large");
    assertProblem(await post(" ".repeat(1 << 20), true), 413, "body_too_large");
  });

  test("stats and health answer under every one of their names", async () => {
    for (const path of ["/v1/stats", "/recommendations/stats"]) {
      const response = await worker.request(path);
      const stats = response.json();
      assert.deepEqual([stats.pack_id, stats.items, stats.attribution], [manifest.pack_id, manifest.items, manifest.attribution ?? ""]);
      assert.equal(response.headers["cache-control"], keep);
    }
    for (const path of ["/v1/health", "/recommendations/health", "/health"]) {
      const response = await worker.request(path);
      const { status, service, version, pack_id } = response.json();
      assert.deepEqual([status, service, pack_id], ["ok", "aftershow-edge", manifest.pack_id]);
      assert.match(version, /^\d+\.\d+\.\d+/);
      assert.equal(response.headers["cache-control"], "no-store");
    }
  });

  test("HEAD has the status and the headers of GET, and no body", async () => {
    for (const path of [first, "/v1/stats", "/health", "/no/such/path", similar("no such item")]) {
      const [get, head] = [await worker.request(path), await worker.request(path, { method: "HEAD" })];
      const steady = ({ date, connection, "keep-alive": _, ...rest }) => rest;
      assert.equal(head.status, get.status);
      assert.deepEqual(steady(head.headers), steady(get.headers), path);
      assert.equal(head.headers["content-length"], String(get.bytes.length));
      assert.equal(head.bytes.length, 0);
    }
  });

  test("an answer that the client has is a 304 with the same caching headers", async () => {
    const full = await worker.request(first);
    const { etag } = full.headers;
    assert.match(etag, /^"[0-9a-f]{32}"$/);
    for (const [header, status] of [[etag, 304], [`W/${etag}`, 304], [`"other", ${etag}`, 304], ["*", 304], ['"other"', 200]]) {
      const response = await worker.request(first, { headers: { "If-None-Match": header } });
      assert.equal(response.status, status, header);
      assert.deepEqual([response.headers.etag, response.headers["cache-control"]], [etag, keep]);
      assert.equal(response.bytes.length, status === 304 ? 0 : full.bytes.length);
    }
  });

  test("a preflight is allowed for every route", async () => {
    const headers = { Origin: "https://a.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type" };
    for (const [path, methods] of [[first, "GET, HEAD, OPTIONS"], ["/v1/similar", "POST, OPTIONS"], ["/health", "GET, HEAD, OPTIONS"]]) {
      const response = await worker.request(path, { method: "OPTIONS", headers });
      assert.equal(response.status, 204);
      assert.equal(response.headers["access-control-allow-methods"], methods);
      assert.equal(response.headers["access-control-allow-origin"], "*");
      assert.match(response.headers["access-control-allow-headers"], /Content-Type/);
      assert.equal(response.headers["access-control-max-age"], "86400");
    }
  });

  test("a wrong method is a 405 that lists the right ones", async () => {
    for (const [method, path, allow] of [
      ["POST", first, "GET, HEAD, OPTIONS"],
      ["DELETE", "/v1/stats", "GET, HEAD, OPTIONS"],
      ["PROPFIND", "/health", "GET, HEAD, OPTIONS"],
      ["GET", "/v1/similar", "POST, OPTIONS"],
      ["PUT", "/v1/similar", "POST, OPTIONS"],
    ]) {
      const response = await worker.request(path, { method });
      assertProblem(response, 405, "method_not_allowed");
      assert.equal(response.headers.allow, allow, `${method} ${path}`);
    }
  });

  test("unknown items, bad parameters and unknown paths are problems with a code", async () => {
    assertProblem(await worker.request(similar("no such item")), 404, "unknown_item");
    assertProblem(await worker.request(old("999999999999")), 404, "unknown_item");
    for (const [query, name] of [["n=0", "n"], ["n=101", "n"], ["n=x", "n"], ["n=1&n=1", "n"], ["min_similarity=1.5", "min_similarity"], ["text_weight=-1", "text_weight"]]) {
      assertProblem(await worker.request(`${first}?${query}`), 400, "invalid_parameter", name);
    }
    assertProblem(await worker.request("/v1/items/%zz/similar"), 400, "invalid_parameter", "id");
    for (const path of ["/no/such/path", "/v1", "/v1/items/1", "/recommendations/batch", "/pack/nothing.bin"]) {
      assertProblem(await worker.request(path), 404, "not_found");
    }
  });

  test("pages and the pack are served as files, the hashed ones for ever", async () => {
    await worker.logs();
    const page = await worker.request("/");
    assert.deepEqual([page.status, page.headers["content-type"]], [200, "text/html; charset=utf-8"]);
    const names = await worker.request("/pack/manifest.json");
    assert.equal(names.json().pack_id, manifest.pack_id);
    assert.equal(names.headers["cache-control"], "public, max-age=0, must-revalidate");
    assert.equal(names.headers["access-control-allow-origin"], "*");
    const shard = readdirSync(pack).find((file) => file.startsWith("shard."));
    const part = await worker.request(`/pack/${shard}`);
    assert.deepEqual(part.bytes, readFileSync(join(pack, shard)));
    assert.equal(part.headers["cache-control"], "public, max-age=31536000, immutable");
    assert.deepEqual(await worker.logs(), [], "files are served without the Worker");
    assertProblem(await worker.request("/pack.work/manifest.json"), 404, "not_found");
  });

  test("a log line names the route and neither the item, nor a parameter, nor the client", async () => {
    await worker.logs();
    const secret = "somebody-s-secret";
    await worker.request(similar(secret, `n=7&who=${secret}`), { headers: { "User-Agent": secret, Cookie: secret } });
    await worker.request(`/${secret}?${secret}`);
    const lines = await worker.logs(2);
    assert.equal(lines.length, 2);
    for (const line of lines) assert.ok(!line.includes(secret), line);
    const parsed = lines.map((line) => JSON.parse(line));
    for (const line of parsed) {
      assert.deepEqual(Object.keys(line), ["method", "route", "status", "ms", "pack_id", "parts_loaded", "bytes_loaded"]);
      assert.deepEqual([line.method, line.status, line.pack_id], ["GET", 404, manifest.pack_id]);
    }
    assert.deepEqual(parsed.map((line) => line.route), ["/v1/items/{id}/similar", "none"]);
  });
});

describe("the Worker over a damaged pack", () => {
  /** Runs `check` on a Worker over a copy of the pack, after `damage` has been at the copy. */
  async function over(damage, vars, check) {
    const folder = deployment("elsewhere");
    let worker;
    try {
      damage(join(folder, "elsewhere"));
      worker = await start(folder, { PACK_PATH: "elsewhere", ...vars });
      await check(worker);
    } finally {
      await worker?.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }

  const flip = (bytes) => bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 0x10 : byte));
  const each = (kind, change) => (copy) => {
    const files = readdirSync(copy).filter((file) => file.startsWith(kind));
    assert.ok(files.length > 0, `the pack has no ${kind}`);
    for (const file of files) {
      const bytes = change(readFileSync(join(copy, file)));
      if (bytes) writeFileSync(join(copy, file), bytes);
      else rmSync(join(copy, file));
    }
  };
  const newer = (bytes) => JSON.stringify({ ...JSON.parse(bytes), format: 999 });
  const damages = [
    ["no pack at all", (copy) => rmSync(copy, { recursive: true }), "/health", "pack_file_missing"],
    ["a manifest that is no JSON", each("manifest", () => "not JSON"), "/v1/stats", "pack_manifest"],
    ["a manifest of a newer format", each("manifest", newer), first, "pack_version"],
    ["shards that are missing", each("shard.", () => null), first, "pack_file_missing"],
    ["shards that are cut off", each("shard.", (bytes) => bytes.subarray(0, bytes.length - 9)), first, "pack_inflate"],
    ["tables that are something else", each("table.", () => Buffer.from([3, 0])), first, "pack_truncated"],
    ["features with one byte flipped", each("features.", flip), `${first}?year_weight=1`, "pack_checksum"],
  ];
  for (const [name, damage, path, fault] of damages) {
    test(`${name}: 503, the reason in the log and nowhere else`, async () => {
      await over(damage, {}, async (worker) => {
        const response = await worker.request(path);
        const problem = assertProblem(response, 503, "pack_unavailable");
        assert.doesNotMatch(JSON.stringify(problem), /shard|table|features|manifest|checksum|elsewhere|\.bin/);
        assert.deepEqual([response.headers["cache-control"], response.headers["retry-after"]], ["no-store", "5"]);
        const [line] = (await worker.logs(1)).map((text) => JSON.parse(text));
        assert.deepEqual([line.status, line.fault], [503, fault]);
        // The isolate lives on, and what needs no pack still has its answer.
        assertProblem(await worker.request("/no/such/path"), 404, "not_found");
        assertProblem(await worker.request(path), 503, "pack_unavailable");
      });
    });
  }

  test("an undamaged pack in that folder, under another service name, is answered from", async () => {
    await over(() => {}, { SERVICE_NAME: "my-shows" }, async (worker) => {
      assert.equal((await worker.request(first)).status, 200);
      assert.equal((await worker.request("/health")).json().service, "my-shows");
    });
  });
});

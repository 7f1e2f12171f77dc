// The document of the API against the Worker on real workerd: each documented example is sent, and each reply is what the
// document says.
//
//   AFTERSHOW_BIN     the `aftershow` binary: it builds the sample that the examples are about

import assert from "node:assert/strict";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv2020 from "ajv/dist/2020.js";

import { TOKEN, buildSample, change, startSample } from "./sample.mjs";
import { crateFolder } from "./server.mjs";

const file = readFileSync(join(crateFolder, "static/openapi.json"));
const api = JSON.parse(file);
const operations = Object.entries(api.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);
const binary = process.env.AFTERSHOW_BIN;

/** The document's schemas, read by the letter: an answer has no field that the document doesn't name. */
function validator() {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true, formats: { float: true, double: true, int64: true } });
  for (const keyword of ["example", "components", "paths", "info", "openapi", "servers", "tags", "x-problems"]) ajv.addKeyword(keyword);
  const closed = structuredClone(api);
  for (const schema of Object.values(closed.components.schemas)) {
    if (schema.properties && schema.additionalProperties === undefined) schema.unevaluatedProperties = false;
  }
  ajv.addSchema({ $id: "api", ...closed });
  const compiled = new Map();
  return (pointer, value) => {
    if (!compiled.has(pointer)) compiled.set(pointer, ajv.compile({ $ref: `api#${pointer}` }));
    const check = compiled.get(pointer);
    return check(value) ? [] : check.errors.map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
  };
}
const errors = validator();
const pointer = (...names) => names.map((name) => `/${encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"))}`).join("");

/** A reply of a route is one that the document knows: status, type, headers and body. */
function assertDocumented({ path, method, operation }, response, about = "") {
  const where = `${method} ${path} ${about}: ${response.status} ${String(response.bytes).slice(0, 400)}`;
  const documented = operation.responses[response.status];
  assert.ok(documented, `the status is not documented: ${where}`);
  // What no cache may keep, as an answer to a named visitor, has no tag.
  const kept = !response.headers["cache-control"]?.includes("no-store");
  for (const name of Object.keys(documented.headers ?? {})) {
    assert.equal(name.toLowerCase() in response.headers, kept || name !== "ETag", `${name}: ${where}`);
  }
  const types = Object.keys(documented.content ?? {});
  if (types.length === 0) return assert.equal(response.bytes.length, 0, where);
  assert.equal(response.headers["content-type"].replace("; charset=utf-8", ""), types[0], where);
  const schema = pointer("paths", path, method.toLowerCase(), "responses", String(response.status), "content", types[0], "schema");
  assert.deepEqual(errors(schema, types[0] === "text/html" ? String(response.bytes) : response.json()), [], where);
}

/** The requests that the document gives as examples: without any parameter, with each of them, with all, and with each body. */
function examples({ path, operation }) {
  const { parameters, requestBody } = operation;
  const exampleOf = (parameter) => parameter.example ?? parameter.content["application/json"].example;
  const address = parameters.filter((parameter) => parameter.in === "path")
    .reduce((address, parameter) => address.replace(`{${parameter.name}}`, encodeURIComponent(exampleOf(parameter))), path);
  const pairs = parameters.filter((parameter) => parameter.in === "query").map((parameter) => {
    const example = exampleOf(parameter);
    const values = Array.isArray(example) ? example : [typeof example === "object" ? JSON.stringify(example) : example];
    return values.map((value) => `${parameter.name}=${encodeURIComponent(value)}`).join("&");
  });
  const queries = ["", ...pairs, pairs.join("&")];
  const bodies = Object.values(requestBody?.content["application/json"].examples ?? { none: {} }).map(({ value }) => value);
  return bodies.flatMap((body) => queries.map((query) => ({ address: query ? `${address}?${query}` : address, body })));
}

const bearer = { Authorization: `Bearer ${TOKEN}` };
const send = (worker, method, address, body, headers = bearer) =>
  worker.request(address, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });

test("the document is OpenAPI 3.1 by its own schema", async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(api));
  assert.ok(valid, JSON.stringify(errors));
  const ids = operations.map(({ operation }) => operation.operationId);
  assert.equal(new Set(ids).size, ids.length);
});

test("every body that the document shows is one by its own schema", () => {
  let count = 0;
  for (const { path, method, operation } of operations) {
    const content = operation.requestBody?.content["application/json"];
    for (const [name, { value }] of Object.entries(content?.examples ?? {})) {
      const schema = pointer("paths", path, method.toLowerCase(), "requestBody", "content", "application/json", "schema");
      assert.deepEqual(errors(schema, value), [], `${path}, ${name}`);
      assert.notDeepEqual(errors(schema, { ...value, no_such_field: 1 }), [], path);
      count += 1;
    }
  }
  assert.ok(count >= 12, `${count} examples`);
});

describe("the document and the sample", { skip: !binary && "AFTERSHOW_BIN is not set" }, () => {
  let sample;
  let worker;
  before(async () => {
    sample = buildSample(binary);
    worker = await startSample(sample);
  });
  after(async () => {
    await worker?.stop();
    sample?.remove();
  });

  test("each documented example is answered, and as the document says", async () => {
    let count = 0;
    for (const route of operations) {
      for (const { address, body } of examples(route)) {
        const response = await send(worker, route.method, address, body);
        assertDocumented(route, response, `${address} ${JSON.stringify(body)}`);
        assert.equal(response.status, 200, `${address} ${JSON.stringify(body)} ${response.bytes}`);
        count += 1;
      }
    }
    console.log(`  ${count} examples`);
    assert.ok(count > 150, `${count} examples`);
  });

  test("an answer that the caller has is the documented 304", async () => {
    const kept = operations.filter(({ operation }) => operation.responses[304]);
    assert.ok(kept.length >= 4);
    for (const route of kept) {
      const [{ address }] = examples(route);
      const { etag } = (await send(worker, "GET", address)).headers;
      const response = await send(worker, "GET", address, undefined, { "If-None-Match": etag });
      assert.equal(response.status, 304);
      assertDocumented(route, response);
    }
  });

  test("every problem that a caller can bring about is as the document says", async () => {
    const seen = new Set(["internal"]); // nobody can bring it about
    const padding = { history: [], visitor: "x".repeat(300_000) };
    const wrong = [
      [200, undefined, {}],
      [400, "invalid_parameter", { query: "n=0&limit=0" }],
      [400, "invalid_parameter", { body: { limit: 0, ratings: Array(10_001).fill({ item: 1, value: 1 }) } }],
      [400, "invalid_body", { body: [] }],
      [400, "unknown_name", { query: `filter=${encodeURIComponent('{"genre":"Drma"}')}` }],
      [400, "unknown_name", { with: { filter: { genre: "Drma" } } }],
      [400, "invalid_user_id", { id: "%00" }],
      [400, "invalid_user_id", { with: { user_id: "", user_ids: [""] } }],
      [401, "unauthorized", { headers: {} }],
      [404, "unknown_item", { id: "999999" }],
      [404, "unknown_item", { body: { candidates: [1], item: 999_999 } }],
      [413, "body_too_large", { body: padding }],
      [415, "unsupported_media_type", { headers: { ...bearer, "Content-Type": "text/plain" } }],
    ];
    for (const route of operations) {
      const [{ address, body }] = examples(route);
      for (const [status, code, change] of wrong) {
        let asked = address;
        if (change.query) asked += `?${change.query}`;
        if (change.id && !route.path.includes("{")) continue;
        if (change.id) asked = route.path.replace(/\{\w+\}/, change.id);
        const given = body && (change.body ?? (change.with ? { ...body, ...change.with } : body));
        const response = await worker.request(asked, {
          method: route.method,
          headers: { "Content-Type": "application/json", ...(change.headers ?? bearer) },
          body: given && JSON.stringify(given),
        });
        assertDocumented(route, response, `${asked} ${JSON.stringify(change).slice(0, 200)}`);
        if (response.status === status && code && response.json().code === code) seen.add(code);
      }
    }
    const elsewhere = async (method, path, status, code) => {
      const response = await worker.request(path, { method });
      assert.deepEqual([response.status, response.json().code], [status, code]);
      assert.deepEqual(errors("/components/schemas/Problem", response.json()), []);
      seen.add(code);
    };
    await elsewhere("GET", "/no/such/path", 404, "not_found");
    await elsewhere("DELETE", "/v1/stats", 405, "method_not_allowed");
    const other = ["no_ratings", "no_search", "pack_unavailable", "users_unavailable", "users_not_configured"];
    assert.deepEqual(api["x-problems"].map(({ code }) => code).filter((code) => !seen.has(code)).sort(), other.sort());
  });

  test("the page and the document are served as files, and the page asks nobody else", async () => {
    await worker.logs();
    const served = await worker.request("/openapi.json");
    assert.deepEqual([served.status, served.headers["content-type"].split(";")[0]], [200, "application/json"]);
    assert.equal(served.headers["access-control-allow-origin"], "*");
    assert.deepEqual(served.bytes, file);
    const page = await worker.request("/docs");
    assert.deepEqual([page.status, page.headers["content-type"]], [200, "text/html; charset=utf-8"]);
    assert.match(page.headers["content-security-policy"], /default-src 'none'.*connect-src 'self'/);
    const links = [...String(page.bytes).matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, path]) => path).filter((path) => path !== "data:,");
    assert.ok(links.length >= 3);
    for (const path of links) {
      assert.ok(path.startsWith("/") && !path.startsWith("//"), path);
      assert.equal((await worker.request(path)).status, 200, path);
    }
    assert.deepEqual(await worker.logs(), [], "files are served without the Worker");
  });

  const without = (kind) => (pack) => change(pack, (manifest) => ({ ...manifest, parts: manifest.parts.filter((part) => part.kind !== kind) }));
  const deleted = (pack) => readdirSync(pack).filter((file) => file.endsWith(".bin")).forEach((file) => rmSync(join(pack, file)));
  const lacking = [
    ["known users", "users_not_configured", { known: {} }],
    ["the users' files", "users_unavailable", { known: { bucket: () => ({}), token: TOKEN } }],
    ["ratings", "no_ratings", { damage: without("ratings") }],
    ["an index of its titles", "no_search", { damage: without("search") }],
    ["the pack's files", "pack_unavailable", { damage: deleted }],
  ];
  for (const [what, code, options] of lacking) {
    test(`a deployment that lacks ${what} says so on every route as the document does`, async () => {
      const lame = await startSample(sample, options);
      try {
        const codes = new Set();
        for (const route of operations) {
          const [{ address, body }] = examples(route);
          const response = await send(lame, route.method, address, body);
          assertDocumented(route, response, address);
          if (response.headers["content-type"].includes("json")) codes.add(response.json().code);
        }
        assert.ok(codes.has(code), [...codes].join());
      } finally {
        await lame.stop();
      }
    });
  }
});

// A site of plain pages: the package's files under /aftershow/, a pack under /pack/, sent as a plain static server with gzip sends them.
//
// gzip is pako's, a port of zlib: the zlib in Node packs a few per cent worse or better from one version to the next, and some of these bytes are
// committed in `metrics.snap`.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzip } from "pako";
import { TYPES } from "./host.mjs";

const dist = fileURLToPath(new URL("../../wasm/npm/dist", import.meta.url));
/** What such a server packs; the parts of a pack are packed already. */
const PACKED = new Set([".css", ".html", ".js", ".json", ".wasm"]);

/** A page with something in its body, and the elements registered. */
export const pageOf = (body, { head = "", lang = "en", dir = "ltr" } = {}) =>
  `<!doctype html><html lang="${lang}" dir="${dir}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">` +
  `<link rel="icon" href="data:,"><title>A page</title><script type="module" src="/aftershow/element.js"></script>${head}</head><body>${body}</body></html>`;

/**
 * `answer(path, query)` may refuse a file (`false`), or give other bytes for it; `site.pages` are the pages by their paths, `site.pack` is the pack's folder.
 * `site.requests` are the paths that were asked for, `site.sent` what went out for each: `bytes` has the headers too.
 * `folders` are more of them, by their names; for `maxAge` seconds a browser may keep all files, and asks by their ETags after that.
 */
export async function openSite(pack, pages = {}, { folders = {}, maxAge } = {}) {
  if (!existsSync(join(dist, "element.js"))) throw new Error("wasm/npm/dist is missing: run `npm run build` in wasm/npm first");
  // A static host packs a file once, not for every visitor.
  const made = new Map();
  const once = (key, make) => made.get(key) ?? made.set(key, make()).get(key);
  const site = { pack, pages, answer: () => true, requests: [], sent: [] };
  const server = createServer(async (request, response) => {
    const { pathname: path, search } = new URL(request.url, "http://site");
    const { socket } = response;
    const before = socket.bytesWritten;
    response.on("close", () => site.sent.push({ file: path, bytes: socket.bytesWritten - before }));
    const [, folder, ...rest] = path.split("/");
    const root = { pack: site.pack, aftershow: dist, ...folders }[folder];
    const file = root && join(root, normalize(rest.join("/")));
    const wanted = await site.answer(path, search);
    const found = wanted instanceof Uint8Array || typeof wanted === "string" ? wanted : !wanted ? null : file?.startsWith(root + sep) ? await readFile(file).catch(() => null) : site.pages[path];
    site.requests.push(path);
    if (found === null || found === undefined) return response.writeHead(404).end();
    const type = file || extname(path) ? extname(path) : ".html";
    const packed = PACKED.has(type);
    const bytes = Buffer.from(found);
    const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 16)}"`;
    const kept = maxAge !== undefined && file && { "cache-control": `max-age=${maxAge}`, etag };
    if (kept && request.headers["if-none-match"] === etag) return response.writeHead(304, kept).end();
    const headers = { "content-type": TYPES[type] ?? "application/octet-stream", ...(packed && { "content-encoding": "gzip" }), ...kept };
    const body = packed ? once(etag, () => Buffer.from(gzip(bytes, { level: 9 }))) : bytes;
    response.writeHead(200, { ...headers, "content-length": body.length }).end(body);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  site.url = `http://127.0.0.1:${server.address().port}`;
  site.close = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return site;
}

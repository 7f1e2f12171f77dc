// What the browser tests stand on: a plain file server and a Chromium of their own.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const demo = fileURLToPath(new URL("../dist", import.meta.url));

export const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

/** The pack to test with. */
export function packFolder() {
  const folder = process.env.AFTERSHOW_PACK;
  if (!folder || !existsSync(join(folder, "manifest.json"))) {
    throw new Error("AFTERSHOW_PACK must name the folder of a pack: make one with `aftershow build --catalog sample --out DIR`");
  }
  return folder;
}

/**
 * Serves a folder (the built demo, if no other is named) under `base` and the pack under `base`pack/, from files and with no other help. `answer(file)` may delay a
 * file of the pack (a promise) or refuse it (`false`).
 */
export async function serve(pack, base = "/", folder = demo) {
  if (folder === demo && !existsSync(join(demo, "index.html"))) throw new Error("dist/ is missing: run `npm run build` first");
  const host = { answer: () => true, requests: [] };
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://host").pathname));
    host.requests.push(path);
    const inside = path.startsWith(base) ? path.slice(base.length) : null;
    const file = inside?.startsWith("pack/") ? join(pack, inside.slice(5)) : join(folder, inside || "index.html");
    const allowed = inside?.startsWith("pack/") ? await host.answer(inside.slice(5)) : true;
    const within = file.startsWith(pack + sep) || file.startsWith(join(folder, sep));
    if (inside === null || !allowed || !within || !(await stat(file).catch(() => null))?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    response.end(await readFile(file));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  host.origin = `http://127.0.0.1:${server.address().port}`;
  host.url = host.origin + base;
  host.close = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return host;
}

/** A Chromium with a new, empty profile. */
export function launch() {
  const executablePath = process.env.CHROMIUM ?? which();
  const quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic", ...quiet] });
}

function which() {
  try {
    return execFileSync("which", ["chromium"], { encoding: "utf8" }).trim();
  } catch {
    throw new Error("no chromium on PATH: install it with the system's package manager, or set CHROMIUM to its path");
  }
}

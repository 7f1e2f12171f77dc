// The service-worker helper: offline after the first visit, and a new pack without a mix of old and new.

import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, packFolder } from "./host.mjs";
import { openPage } from "./open-page.mjs";
import { openSite } from "./site.mjs";

const WORKER = `
  import { PackKeeper } from "/aftershow/service-worker.js";
  const keeper = new PackKeeper({ pack: "/pack/", files: ["/aftershow/", "/page"] });
  addEventListener("install", () => skipWaiting());
  addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  addEventListener("fetch", (event) => keeper.fetch(event));
  addEventListener("message", (event) => keeper.message(event));
`;
const HEAD = `<script type="module">
  import { visited } from "/aftershow/service-worker.js";
  navigator.serviceWorker.register("/worker.js", { type: "module" });
  visited();
</script>`;
const list = (id) => `<aftershow-list src="/pack/" item="${id}" href="/shows/{id}"></aftershow-list>`;

let site, browser, folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "aftershow-offline-"));
  site = await openSite(packFolder(), { "/worker.js": WORKER, "/full.js": FULL });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.close();
  await rm(folder, { recursive: true, force: true });
});

const editions = (page) => page.evaluate(async () => (await caches.keys()).filter((name) => /pack .+ \w+$/.test(name)).map((name) => name.split(" ").pop()));
const keptFiles = (page) => page.evaluate(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat());
const until = async (what, ask) => {
  for (let i = 0; i < 200; i++) {
    if (await ask()) return;
    await new Promise((go) => setTimeout(go, 50));
  }
  throw new Error(`never: ${what}`);
};
/** As {@link WORKER} where there is no room for anything. */
const FULL = `Cache.prototype.put = () => Promise.reject(new DOMException("", "QuotaExceededError"));${WORKER}`;
/** The first visit, until what it read is kept. */
async function first() {
  const visit = await openPage(browser, site, list(82), { head: HEAD });
  await visit.told("answer");
  await until("the shard and the page are kept", async () => {
    const kept = await keptFiles(visit.page);
    return ["/pack/shard.", "/pack/table.", "/page", "/aftershow/aftershow_slim_bg.wasm", "/aftershow/element.js", "/aftershow/slim.js"].every((name) => kept.some((file) => file.startsWith(name)));
  });
  return visit;
}

/** The pack under other names: as if a catalogue had changed a little. */
async function otherPack() {
  const out = join(folder, "other");
  await cp(site.pack, out, { recursive: true });
  const manifest = JSON.parse(await readFile(join(out, "manifest.json"), "utf8"));
  return { out, manifest };
}

test("after the first visit the page answers offline", async () => {
  const { page, told, ids, close } = await first();
  const before = await ids();
  site.answer = () => false;
  await page.context().setOffline(true);
  await page.reload();
  const { answer } = await told("answer");
  assert.deepEqual(await ids(), before);
  assert.equal(answer.items.length, 10);
  await close({ expect: [/Failed to load|ERR_INTERNET/] });
});

test("where nothing can be kept, pages have what the network has", async () => {
  const { page, told, ids, count, close } = await openPage(browser, site, list(82), { head: HEAD.replace("/worker.js", "/full.js") });
  await told("answer");
  const before = await ids();
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  await page.reload();
  await told("answer");
  assert.deepEqual(await ids(), before);
  assert.deepEqual([await count("error"), await count("fallback")], [0, 0]);
  assert.deepEqual(await keptFiles(page), []);
  await close();
});

test("a new pack is picked up, an open page goes on with the old one, and nothing of both is mixed", async () => {
  const { page, told, close } = await first();
  const old = await editions(page);
  assert.equal(old.length, 1);
  const { out, manifest } = await otherPack();
  const id = [...manifest.pack_id].reverse().join("");
  await writeFile(join(out, "manifest.json"), JSON.stringify({ ...manifest, pack_id: id }));
  const before = site.pack;
  site.pack = out;
  // The new page is of the new edition; the open one still is of the old.
  const other = await page.context().newPage();
  await other.goto(`${site.url}/page`);
  await other.waitForFunction(() => document.querySelector("aftershow-list").shadowRoot.querySelector("li[data-id]"));
  assert.deepEqual(await editions(other), [...old, id]);
  assert.deepEqual(await page.evaluate(async () => (await (await import("/aftershow/element.js")).packAt("/pack/").slim()).info().pack_id), old[0]);
  const count = (edition) => other.evaluate(async (edition) => (await (await caches.open((await caches.keys()).find((name) => name.endsWith(` ${edition}`)))).keys()).length, edition);
  // What both name was copied, not fetched again.
  assert.equal(await count(id), await count(old[0]));
  // When nobody is of the old one any more, it goes.
  await page.close();
  await other.reload();
  await until("the old edition is dropped", async () => String(await editions(other)) === id);
  site.pack = before;
  await other.close();
  await close();
});

test("a new manifest alone does not take the old pack's place offline", async () => {
  const { page, told, ids, close } = await first();
  const [old] = await editions(page);
  const shown = await ids();
  const manifest = JSON.parse(await readFile(join(site.pack, "manifest.json"), "utf8"));
  // The connection breaks when the manifest has come.
  const broken = JSON.stringify({ ...manifest, pack_id: "ffff000011112222" });
  await page.evaluate(async () => void (await fetch("/pack/manifest.json")));
  site.answer = (path) => (path === "/pack/manifest.json" ? broken : false);
  assert.equal(await page.evaluate(async () => (await (await fetch("/pack/manifest.json")).json()).pack_id), "ffff000011112222");
  site.answer = () => false;
  await page.context().setOffline(true);
  await page.reload();
  await told("answer");
  assert.deepEqual(await ids(), shown);
  assert.equal(await page.evaluate(async () => (await (await import("/aftershow/element.js")).packAt("/pack/").slim()).info().pack_id), old);
  await close({ expect: [/Failed to load|ERR_INTERNET/] });
});

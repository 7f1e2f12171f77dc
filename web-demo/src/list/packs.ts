// One recommender for each pack of a page, however many lists show it, and a count of what was read for it.

import { Recommender } from "aftershow";

/** What has been read of a pack since the page was opened. */
export interface Traffic {
  /** Bytes of the pack's files, without what a server's own compression may have saved. */
  bytes: number;
  files: number;
}

interface Entry {
  readonly folder: string;
  readonly traffic: Traffic;
  pack: Promise<Recommender> | null;
}

const entries = new Map<string, Entry>();

function entryOf(src: string): Entry {
  const folder = new URL(src.endsWith("/") ? src : `${src}/`, document.baseURI).href;
  let entry = entries.get(folder);
  if (!entry) {
    entry = { folder, traffic: { bytes: 0, files: 0 }, pack: null };
    entries.set(folder, entry);
  }
  return entry;
}

/** The pack in the folder `src`, opened once. */
export function packAt(src: string): Promise<Recommender> {
  const entry = entryOf(src);
  if (!entry.pack) {
    entry.pack = open(entry.folder, entry.traffic);
    // After a failure the next caller tries again.
    entry.pack.catch(() => (entry.pack = null));
  }
  return entry.pack;
}

/** What has been read of the pack in the folder `src`. The object is live. */
export function trafficOf(src: string): Readonly<Traffic> {
  return entryOf(src).traffic;
}

function open(folder: string, traffic: Traffic): Promise<Recommender> {
  const asked = new Set<string>();
  return Recommender.load(async (file: string) => {
    const response = await fetch(new URL(file, folder), { cache: cacheFor(file, asked.has(file)) });
    asked.add(file);
    // The recommender turns this into an error with a code.
    if (!response.ok) return response;
    const bytes = new Uint8Array(await response.arrayBuffer());
    traffic.bytes += bytes.byteLength;
    traffic.files += 1;
    return bytes;
  });
}

/** The manifest keeps its name when its bytes change. Any other file is asked for twice only if it came damaged. */
function cacheFor(file: string, again: boolean): RequestCache {
  if (file === "manifest.json") return "no-cache";
  return again ? "reload" : "default";
}

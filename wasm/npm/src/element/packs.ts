// One pack for each folder, however many elements of the page show it, and a count of what was read for it. The slim engine
// answers for plain lists; the whole one and the one that searches come when somebody needs them.

import { coded, said } from '../errors.js';
import type { Recommender } from '../index.js';
import type { TitleSearch } from '../search.js';
import { Recommender as Slim } from '../slim.js';
import { faultOf } from './events.js';

/** What has been read of a pack since the page was opened. */
export interface Traffic {
  /** Bytes of the pack's files, without what a server's own compression may have saved. */
  bytes: number;
  /** How many files. */
  files: number;
}

/** A pack as all elements of a page share it. */
export class SharedPack {
  /** What was read of it. The object is live. */
  readonly traffic: Readonly<Traffic> = { bytes: 0, files: 0 };
  readonly #folder: string;
  readonly #engines = new Map<string, Promise<unknown>>();
  /** All engines read one manifest: the files it names belong together. */
  #manifest: Promise<Uint8Array | Response> | undefined;
  /** The manifest of engines that could not be opened. */
  #dropped: Promise<Uint8Array | Response> | undefined;
  /** How often another pack has come in the place of this one. */
  #generation = 0;
  #renewing: Promise<void> | undefined;

  /** @internal */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The engine of `aftershow/slim`. */
  slim(): Promise<Slim> {
    return this.#once('slim', () => Slim.load(this.#source()));
  }

  /** The engine of `aftershow`. */
  whole(): Promise<Recommender> {
    return this.#once('whole', async () => (await loaded(import('../index.js'))).Recommender.load(this.#source()));
  }

  /** The engine of `aftershow/search`. */
  titles(): Promise<TitleSearch> {
    return this.#once('titles', async () => (await loaded(import('../search.js'))).TitleSearch.load(this.#source()));
  }

  /**
   * Asks, and once more if a file could not be had because another pack has come in the place of this one: that one is opened then.
   * What of an engine's files came damaged is asked for past all caches anyway.
   * @internal
   */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    const generation = this.#generation;
    try {
      return await question();
    } catch (error) {
      if (!isOfPack(error)) throw error;
      // Questions that fail together look once; one that fails after another has brought the newer pack goes on with that.
      if (generation === this.#generation) await (this.#renewing ??= this.#renew());
      if (generation === this.#generation) throw error;
      return question();
    }
  }

  async #renew(): Promise<void> {
    const before = await (this.#manifest ?? this.#dropped)?.catch(() => undefined);
    const now = await this.#fetch('manifest.json', 'no-cache').catch(() => undefined);
    this.#renewing = undefined;
    if (!(now instanceof Uint8Array) || String(now) === String(before)) return;
    this.#engines.clear();
    this.#manifest = Promise.resolve(now);
    this.#generation++;
  }

  /** After a failure the next caller tries again. */
  #once<T>(engine: string, open: () => Promise<T>): Promise<T> {
    const known = this.#engines.get(engine) as Promise<T> | undefined;
    if (known) return known;
    const opening = open();
    this.#engines.set(engine, opening);
    opening.catch(() => {
      if (this.#engines.get(engine) !== opening) return;
      this.#engines.clear();
      this.#dropped = this.#manifest;
      this.#manifest = undefined;
    });
    return opening;
  }

  #source(): (file: string) => Promise<Uint8Array | Response> {
    const asked = new Set<string>();
    return (file) => {
      // The manifest keeps its name when its bytes change. Any other file is asked for twice only if it came damaged.
      if (file === 'manifest.json') return (this.#manifest ??= this.#fetch(file, 'no-cache'));
      const cache = asked.has(file) ? 'reload' : 'default';
      asked.add(file);
      return this.#fetch(file, cache);
    };
  }

  async #fetch(file: string, cache: RequestCache): Promise<Uint8Array | Response> {
    const response = await fetch(new URL(file, this.#folder), { cache });
    // The engine turns this into an error with a code.
    if (!response.ok) return response;
    const bytes = new Uint8Array(await response.arrayBuffer());
    const traffic: Traffic = this.traffic;
    traffic.bytes += bytes.byteLength;
    traffic.files += 1;
    return bytes;
  }
}

const packs = new Map<string, SharedPack>();

/** The pack in the folder `src`, the same for the whole page. Nothing is read before an engine of it is asked for. */
export function packAt(src: string): SharedPack {
  const folder = new URL(src.endsWith('/') ? src : `${src}/`, document.baseURI).href;
  let pack = packs.get(folder);
  if (!pack) packs.set(folder, (pack = new SharedPack(folder)));
  return pack;
}

/** Whether a file of the pack could not be had, or is damaged. */
export const isOfPack = (error: unknown): boolean => faultOf(error).code.startsWith('pack_');

/** A module of this package that may not be there. */
export async function loaded<T>(module: Promise<T>): Promise<T> {
  try {
    return await module;
  } catch (error) {
    throw coded('wasm_load', `code can't be loaded (${said(error)}): serve all files of the package`, error);
  }
}

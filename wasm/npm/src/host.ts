// What every recommender does: open a pack, bring the files that an answer needs, ask again.

import { Engine, start, type Outcome, type PartFile } from './engine.js';
import { coded, said } from './errors.js';
import { inflate } from './inflate.js';
import { reader, type ReadFile } from './source.js';
import type { CallOptions, Info, OpenOptions, Progress, Source } from './types.js';

/** An answer needs a table, then a shard, then summaries; more rounds than this mean a pack that never gives enough. */
const MAX_ROUNDS = 8;

/** An open pack. Files are fetched when an answer first needs them, and kept. */
export class Host {
  #engine: Engine | undefined;
  readonly #read: ReadFile;
  readonly #report: OpenOptions['progress'];
  /** Sizes of the parts that the manifest knows. */
  readonly #sizes = new Map<unknown, unknown>();
  /** Of the files asked for since none was on its way. */
  #progress: Omit<Progress, 'file'> = NOTHING;
  /** Files on their way, so that calls at the same time share them. */
  readonly #flights = new Map<string, Promise<void>>();
  /** Files that came damaged: the next time past all caches. */
  readonly #damaged = new Set<string>();
  /** Packs of the best-known titles alone, the smallest first. */
  readonly heads: readonly Head[];

  private constructor(manifest: Manifest, read: ReadFile, report: OpenOptions['progress']) {
    this.#engine = new Engine(manifest);
    this.heads = headsOf(manifest).map(({ file, items }) => ({
      share: items / manifest.items,
      open: async () => new Host(parse(await read(file, false)), read, report),
    }));
    this.#read = read;
    this.#report = report;
    for (const { file, bytes } of manifest.parts) this.#sizes.set(file, bytes);
  }

  static async open(source: Source, { wasm, signal, progress }: OpenOptions): Promise<Host> {
    signal?.throwIfAborted();
    const read = reader(source);
    const opening = Promise.all([read('manifest.json', false), start(wasm)]);
    const [manifest] = await unlessAborted(opening, signal);
    return new Host(parse(manifest), read, progress);
  }

  async answer<T extends object>(ask: (engine: Engine) => unknown, { signal }: CallOptions): Promise<T> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      signal?.throwIfAborted();
      const outcome = ask(this.alive()) as Outcome<T>;
      if (!('need_parts' in outcome)) return outcome;
      await this.attach(outcome.need_parts, signal);
    }
    throw coded('pack_inconsistent', 'the pack asks for the same parts again and again: rebuild it');
  }

  attach(files: PartFile[], signal: AbortSignal | undefined): Promise<unknown> {
    return unlessAborted(Promise.all(files.map((file) => this.#attach(file))), signal);
  }

  info(): Info {
    return this.alive().info() as Info;
  }

  free(): void {
    this.#engine?.free();
    this.#engine = undefined;
  }

  alive(): Engine {
    if (!this.#engine) throw coded('freed', 'this recommender was freed: open the pack again');
    return this.#engine;
  }

  #attach(part: PartFile): Promise<void> {
    const underway = this.#flights.get(part.file);
    if (underway) return underway;
    const flight = this.#bring(part).finally(() => this.#flights.delete(part.file));
    this.#flights.set(part.file, flight);
    return flight;
  }

  async #bring({ file, deflated }: PartFile): Promise<void> {
    if (!this.#flights.size) this.#progress = NOTHING;
    const size = this.#sizes.get(file);
    const { of_files, of_bytes } = this.#progress;
    const known = of_bytes !== null && typeof size === 'number';
    this.#count(file, { of_files: of_files + 1, of_bytes: known ? of_bytes + size : null });
    const bytes = await this.#read(file, this.#damaged.has(file));
    try {
      const part = deflated ? await inflate(file, bytes) : bytes;
      this.alive().attach(file, part);
      this.#damaged.delete(file);
    } catch (error) {
      this.#damaged.add(file);
      throw error;
    }
    this.#count(file, { files: this.#progress.files + 1, bytes: this.#progress.bytes + bytes.length });
  }

  #count(file: string, change: Partial<Progress>): void {
    this.#progress = { ...this.#progress, ...change };
    this.#report?.({ file, ...this.#progress });
  }
}

const NOTHING = { files: 0, of_files: 0, bytes: 0, of_bytes: 0 };

interface Manifest {
  items: number;
  parts: { file?: unknown; bytes?: unknown }[];
  heads?: unknown;
}

/** A pack of the best-known titles alone. */
export interface Head {
  /** Which part of all titles it has. */
  readonly share: number;
  readonly open: () => Promise<Host>;
}

/** Of what the manifest says only what can be one; a name must not lead out of the folder. */
function headsOf({ heads, items: all }: Manifest): { file: string; items: number }[] {
  if (!Array.isArray(heads)) return [];
  return heads.slice(0, 4).filter((head) => typeof head?.file === 'string' && /^\w[\w.-]*$/.test(head.file) && head.items > 0 && head.items < all);
}

/** The engine checks the manifest; here it only has to be JSON. */
function parse(json: Uint8Array): Manifest {
  try {
    return JSON.parse(new TextDecoder().decode(json));
  } catch (error) {
    throw coded('pack_manifest', `manifest.json is not JSON (${said(error)}): check the pack's address`, error);
  }
}

/** The promise's value, unless the signal aborts first. The work itself goes on: others may wait for it. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

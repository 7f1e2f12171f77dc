/** Packs that work offline: a few lines for a site's own service worker, and one for its pages. */

/** What is kept. Addresses are relative to the service worker, and of its own origin. */
export interface KeepOptions {
  /** The pack's folder. */
  pack: string;
  /** Beginnings of the addresses of other files that its pages need: the package's, the pages themselves. Default: none. */
  files?: readonly string[];
}

/** The events of a service worker, as far as they are needed here. */
interface Fetching {
  readonly request: Request;
  readonly clientId: string;
  respondWith(response: Promise<Response>): void;
  waitUntil(work: Promise<unknown>): void;
}
interface Telling {
  readonly data: unknown;
  readonly source: unknown;
  waitUntil(work: Promise<unknown>): void;
}

/**
 * Keeps a pack in caches of its own, one for each edition of it, so that files of two are never mixed.
 *
 * The manifest comes from the network, and without one from the newest edition of which files were read. All other files of a pack
 * are named by their content: what is kept under a name is right for ever. A page goes on with the edition whose manifest it was given; older
 * ones are dropped when no open page is of them.
 */
export class PackKeeper {
  readonly #pack: string;
  readonly #files: readonly string[];
  /** The edition of each open page, as far as this run of the worker knows; `null` where there is none. */
  readonly #editions = new Map<string, Promise<string | null>>();

  constructor({ pack, files = [] }: KeepOptions) {
    const absolute = (address: string): string => new URL(address, location.href).href;
    this.#pack = absolute(pack.endsWith('/') ? pack : `${pack}/`);
    this.#files = files.map(absolute);
  }

  /** Answers a request for what is kept; `false` if it is none. */
  fetch(event: Fetching): boolean {
    const { request, clientId } = event;
    if (request.method !== 'GET' || !this.#ours(request.url)) return false;
    event.respondWith(this.#answer(request, clientId, (work) => event.waitUntil(work)));
    return true;
  }

  /** Takes what a page read before the worker was there, told by {@link visited}; `false` if the message is another. */
  message(event: Telling): boolean {
    const urls = (event.data as { aftershow_visited?: unknown } | null)?.aftershow_visited;
    if (!Array.isArray(urls)) return false;
    const ours = urls.filter((url) => typeof url === 'string' && this.#ours(url)) as string[];
    const manifestFirst = ours.sort((one, other) => Number(this.#isManifest(other)) - Number(this.#isManifest(one)));
    const clientId = (event.source as { id?: string } | null)?.id ?? '';
    const take = async (): Promise<void> => {
      for (const url of manifestFirst) {
        const known = this.#isManifest(url) ? this.#editions.has(clientId) : await caches.match(url);
        if (!known) await this.#answer(new Request(url, { cache: 'force-cache' }), clientId, () => {}).catch(() => {});
      }
    };
    event.waitUntil(take());
    return true;
  }

  #ours(url: string): boolean {
    return url.startsWith(this.#pack) || this.#files.some((beginning) => url.startsWith(beginning));
  }

  #isManifest(url: string): boolean {
    return url.split(/[?#]/)[0] === `${this.#pack}manifest.json`;
  }

  #answer(request: Request, clientId: string, wait: (work: Promise<unknown>) => void): Promise<Response> {
    if (this.#isManifest(request.url)) return this.#manifest(request, clientId, wait);
    return request.url.startsWith(this.#pack) ? this.#part(request, clientId) : this.#file(request);
  }

  async #manifest(request: Request, clientId: string, wait: (work: Promise<unknown>) => void): Promise<Response> {
    const fresh = fetch(request.url, { cache: 'no-cache' }).catch(() => null);
    const edition = this.#editionOf(request.url, fresh);
    // Whoever asks for a part meanwhile waits for it.
    this.#editions.set(clientId, edition);
    const name = await edition;
    wait(this.#sweep());
    const kept = name === null ? undefined : await (await caches.open(name)).match(request.url);
    return kept ?? (await fresh) ?? Response.error();
  }

  /** The edition of a manifest that has come, which is kept then, or else the best one that was kept. */
  async #editionOf(url: string, coming: Promise<Response | null>): Promise<string | null> {
    const fresh = await coming;
    const id = fresh?.ok ? await idOf(fresh) : null;
    if (!fresh || id === null) return this.#bestKept();
    const edition = this.#nameOf(id);
    // Of what can't be kept there is no edition: its page lives from the network.
    if (!(await keep(edition, url, fresh))) return null;
    await keep(this.#nameOf(''), `${this.#pack}newest`, new Response(edition));
    return edition;
  }

  /** A part of a pack: whatever edition kept it, its name says what is in it. */
  async #part(request: Request, clientId: string): Promise<Response> {
    const known = this.#editions.get(clientId);
    const edition = await (known ?? this.#newest());
    const own = edition === null ? null : await caches.open(edition);
    // What came damaged is asked for past all caches.
    const kept = request.cache === 'reload' ? undefined : ((await own?.match(request.url)) ?? (await this.#elsewhere(request.url)));
    const response = kept ?? (await fetch(request));
    if (edition !== null) await keep(edition, request.url, response);
    return response;
  }

  async #elsewhere(url: string): Promise<Response | undefined> {
    for (const edition of await this.#all()) {
      const found = await (await caches.open(edition)).match(url);
      if (found) return found;
    }
    return undefined;
  }

  /** Any other file: its name stays when its bytes change, so the network comes first. */
  async #file(request: Request): Promise<Response> {
    const cache = this.#nameOf('').replace('pack', 'files');
    const fresh = await fetch(request).catch(() => null);
    if (fresh?.ok) {
      await keep(cache, request.url, fresh);
      return fresh;
    }
    return (await (await caches.open(cache)).match(request.url)) ?? fresh ?? Response.error();
  }

  #nameOf(id: string): string {
    return `aftershow pack ${this.#pack} ${id}`;
  }

  /** The editions, the oldest first. */
  async #all(): Promise<string[]> {
    const own = this.#nameOf('');
    return (await caches.keys()).filter((name) => name.startsWith(own) && name !== own);
  }

  async #newest(): Promise<string | null> {
    const record = await (await caches.open(this.#nameOf(''))).match(`${this.#pack}newest`);
    return record ? record.text() : null;
  }

  /** Without a network: the newest edition, or the one before it if of that nothing but the manifest was read. */
  async #bestKept(): Promise<string | null> {
    const newest = await this.#newest();
    if (newest === null || (await this.#isRead(newest))) return newest;
    for (const edition of (await this.#all()).reverse()) if (await this.#isRead(edition)) return edition;
    return newest;
  }

  async #isRead(edition: string): Promise<boolean> {
    return (await (await caches.open(edition)).keys()).length > 1;
  }

  /** Drops editions that nobody needs any more. */
  async #sweep(): Promise<void> {
    const { clients } = globalThis as unknown as { clients: { matchAll(options: object): Promise<readonly { id: string }[]> } };
    const open = await clients.matchAll({ includeUncontrolled: true, type: 'all' });
    // A page of which an earlier run of this worker knew: nobody can say what it needs.
    if (open.some(({ id }) => !this.#editions.has(id))) return;
    const needed = new Set([await this.#newest(), await this.#bestKept(), ...(await Promise.all(open.map(({ id }) => this.#editions.get(id))))]);
    for (const edition of await this.#all()) if (!needed.has(edition)) await caches.delete(edition);
  }
}

/** Keeps a whole file, if its server lets it and there is room; the answer to the page never hangs on that. Whether it is kept. */
async function keep(cache: string, url: string, response: Response): Promise<boolean> {
  if (response.status !== 200 || /\bno-store\b/i.test(response.headers.get('cache-control') ?? '')) return false;
  try {
    await (await caches.open(cache)).put(url, response.clone());
    return true;
  } catch {
    return false;
  }
}

async function idOf(manifest: Response): Promise<string | null> {
  const { pack_id } = (await manifest.clone().json().catch(() => ({}))) as { pack_id?: unknown };
  return typeof pack_id === 'string' ? pack_id : null;
}

/** For a page: tells its service worker what was read before that was there, so that the first visit is enough. */
export function visited(): void {
  const container = navigator.serviceWorker;
  const tell = (urls: readonly string[]): void => container.controller?.postMessage({ aftershow_visited: urls });
  const watch = (): void => {
    tell([location.href]);
    const watcher = new PerformanceObserver((entries) => tell(entries.getEntries().map(({ name }) => name)));
    watcher.observe({ type: 'resource', buffered: true });
  };
  if (container.controller) watch();
  else container.addEventListener('controllerchange', watch, { once: true });
}

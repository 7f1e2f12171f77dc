import { ownWasm } from '#entry';
import { Engine, initSync } from '#engine';

import { coded, said } from './errors.js';
import type { AftershowError, OpenOptions } from './types.js';

export { Engine };

/** A file that the engine asks for. */
export interface PartFile {
  file: string;
  deflated: boolean;
}

/** What the engine says to a query. */
export type Outcome<T> = T | { need_parts: PartFile[] };

let started: Promise<void> | undefined;

/** Starts the WebAssembly, once for all recommenders; a failed start is tried again by the next call. */
export function start(wasm: OpenOptions['wasm']): Promise<void> {
  started ??= instantiate(wasm).catch((error) => {
    started = undefined;
    throw error;
  });
  return started;
}

async function instantiate(wasm: OpenOptions['wasm']): Promise<void> {
  try {
    const module = await compiled(wasm ?? (await ownWasm()));
    checkVersion(module);
    initSync({ module });
  } catch (error) {
    if ((error as AftershowError)?.code) throw error;
    const refused = refusal();
    if (refused) throw coded('wasm_unavailable', refused, error);
    throw coded('wasm_load', `the WebAssembly can't be loaded (${said(error)}): serve ${WASM_FILE.slice(2)}, or pass its address as \`wasm\``, error);
  }
}

async function compiled(wasm: OpenOptions['wasm']): Promise<WebAssembly.Module> {
  if (wasm instanceof WebAssembly.Module) return wasm;
  if (typeof wasm === 'string' || wasm instanceof URL) wasm = await fetch(wasm);
  if (!(wasm instanceof Response)) return WebAssembly.compile(wasm as BufferSource);
  if (!wasm.ok) throw new Error(`HTTP status ${wasm.status} for ${wasm.url}`);
  // Compiled as it arrives, which takes the right content type; else when it is here.
  return wasm.headers.get('content-type')?.startsWith('application/wasm')
    ? WebAssembly.compileStreaming(wasm)
    : WebAssembly.compile(await wasm.arrayBuffer());
}

/** The build writes the version into a section of its own: it is known before anything runs. */
function checkVersion(module: WebAssembly.Module): void {
  const [section] = WebAssembly.Module.customSections(module, 'aftershow');
  const found = section ? new TextDecoder().decode(section) : 'another version';
  const own = `${VERSION} ${WASM_FILE.slice(2)}`;
  if (found !== own) {
    throw coded('wasm_version', `the WebAssembly is ${found}, this package needs ${own}: serve the file that came with it`);
  }
}

/** Why no engine could run here; `null` if one could. */
function refusal(): string | null {
  if (typeof WebAssembly !== 'object') return 'there is no WebAssembly here: use another browser, or a list made on the server';
  // A function that makes a vector: nothing but a policy, or WebAssembly without SIMD, refuses it.
  const smallest = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
  try {
    new WebAssembly.Module(Uint8Array.from(smallest));
    return null;
  } catch (error) {
    return `WebAssembly may not run here, or has no SIMD (${said(error)}): allow 'wasm-unsafe-eval' in the Content-Security-Policy's script-src, or use a list made on the server`;
  }
}

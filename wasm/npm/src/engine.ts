import { loadWasm } from '#entry';
import init, { Engine } from '../../pkg/aftershow.js';

import { coded, said } from './errors.js';
import type { OpenOptions } from './types.js';

export { Engine };

/** A file that the engine asks for. */
export interface PartFile {
  file: string;
  deflated: boolean;
}

/** What the engine says to a query. */
export type Outcome<T> = T | { need_parts: PartFile[] };

let started: Promise<unknown> | undefined;

/** Starts the WebAssembly, once for all recommenders; a failed start is tried again by the next call. */
export function start(wasm: OpenOptions['wasm']): Promise<unknown> {
  started ??= instantiate(wasm).catch((error) => {
    started = undefined;
    throw coded('wasm_load', `the WebAssembly can't be loaded (${said(error)}): serve aftershow_bg.wasm, or pass its address as \`wasm\``, error);
  });
  return started;
}

async function instantiate(wasm: OpenOptions['wasm']): Promise<unknown> {
  return init({ module_or_path: (wasm ?? (await loadWasm())) as Exclude<OpenOptions['wasm'], undefined> });
}

// Browsers, and whatever else fetches by address.

import type { FetchFile, OpenOptions } from '../types.js';

/** The WebAssembly beside this file. */
export function loadWasm(): OpenOptions['wasm'] | Promise<Uint8Array> {
  return new URL('./aftershow_bg.wasm', import.meta.url);
}

/** A folder that is not an address: there is none here. */
export function readFolder(_folder: string): FetchFile | undefined {
  return undefined;
}

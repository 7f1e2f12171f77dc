// Browsers, and whatever else fetches by address.

import type { FetchFile, OpenOptions } from '../types.js';

/** The WebAssembly beside this file. Bundlers know exactly this form of an address. */
export function ownWasm(): OpenOptions['wasm'] {
  return new URL(WASM_FILE, import.meta.url);
}

/** A folder that is not an address: there is none here. */
export function readFolder(_folder: string): FetchFile | undefined {
  return undefined;
}

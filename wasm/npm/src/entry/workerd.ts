// Cloudflare's workerd and other edge runtimes: no file lies beside the module, and WebAssembly comes compiled, by an import.

import wasm from '#wasm-file';

import type { OpenOptions } from '../types.js';

export { readFolder } from './browser.js';

/** The WebAssembly, compiled when the Worker was uploaded. */
export function ownWasm(): OpenOptions['wasm'] {
  return wasm;
}

// Cloudflare's workerd and other edge runtimes: no file lies beside the module, and WebAssembly comes compiled, by an import.

import wasm from '#wasm-file';

import type { FetchFile, OpenOptions } from '../types.js';

/** The WebAssembly, compiled when the Worker was uploaded. */
export function ownWasm(): OpenOptions['wasm'] {
  return wasm;
}

/** Not every edge runtime knows how to go past a cache, and some refuse to be asked. */
export function readFolder(folder: string): FetchFile | undefined {
  const base = folder.endsWith('/') ? folder : `${folder}/`;
  return (file) => fetch(base + file);
}

// Node, Deno and Bun: the WebAssembly and a pack's folder are on disk.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { FetchFile, OpenOptions } from '../types.js';

/** The WebAssembly beside this file. */
export function ownWasm(): OpenOptions['wasm'] | Promise<OpenOptions['wasm']> {
  return readFile(new URL(WASM_FILE, import.meta.url));
}

/** A folder that is not an address: a directory. */
export function readFolder(folder: string): FetchFile | undefined {
  if (/^(https?|data|blob):/i.test(folder)) return undefined;
  const directory = /^file:/i.test(folder) ? fileURLToPath(folder) : folder;
  return (file) => readFile(join(directory, file));
}

import { readFolder } from '#entry';

import { coded, said } from './errors.js';
import type { FetchFile, Source } from './types.js';

/** Brings a file's bytes; `fresh` goes past caches, for a file that came damaged before. */
export type ReadFile = (file: string, fresh: boolean) => Promise<Uint8Array>;

/** A source of any form as one function, whose failures all have the code `pack_fetch`. */
export function reader(source: Source): ReadFile {
  const read = fromAny(source);
  return async (file, fresh) => {
    try {
      return await bytesOf(await read(file, fresh));
    } catch (error) {
      throw coded('pack_fetch', `${file} can't be had (${said(error)}): check the pack's address and try again`, error);
    }
  };
}

function fromAny(source: Source): (file: string, fresh: boolean) => ReturnType<FetchFile> {
  if (typeof source === 'function') return (file) => source(file);
  if (typeof source === 'string' || source instanceof URL) return fromFolder(String(source));
  if (typeof source !== 'object' || source === null) {
    throw coded('invalid_parameter', 'the source must be an address, a function, or the bytes of files by their names', undefined, 'source');
  }
  const files = source instanceof Map ? source : new Map(Object.entries(source));
  return (file) => {
    const bytes = files.get(file);
    if (!bytes) throw new Error('the bytes given have no such file');
    return bytes;
  };
}

function fromFolder(folder: string): (file: string, fresh: boolean) => ReturnType<FetchFile> {
  const read = readFolder(folder);
  if (read) return read;
  const base = folder.endsWith('/') ? folder : `${folder}/`;
  return (file, fresh) => {
    // The manifest is the one file whose name stays when its bytes change.
    const cache = fresh ? 'reload' : file === 'manifest.json' ? 'no-cache' : 'default';
    return fetch(base + file, { cache });
  };
}

async function bytesOf(got: Uint8Array | ArrayBuffer | Response): Promise<Uint8Array> {
  if (got instanceof Uint8Array) return got;
  if (got instanceof ArrayBuffer) return new Uint8Array(got);
  if (typeof got?.arrayBuffer !== 'function') throw new Error('the source gave neither bytes nor a Response');
  if (!got.ok) throw new Error(`HTTP status ${got.status}`);
  return new Uint8Array(await got.arrayBuffer());
}

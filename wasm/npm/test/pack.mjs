// Where the tests' packs are, and sources that watch or spoil what is read.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The sample pack, made by `aftershow build --catalog sample`. */
export const samplePack = process.env.AFTERSHOW_PACK;

/** Whether to skip, and why: printed by the runner beside the test's name. */
export const skip = found(samplePack) ? false : 'AFTERSHOW_PACK names no pack: build one with `aftershow build --catalog sample --out DIR`';

/** Whether the directory holds a pack. */
export function found(directory) {
  return directory !== undefined && existsSync(join(directory, 'manifest.json'));
}

/** The pack's manifest. */
export async function manifestOf(directory) {
  return JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8'));
}

/** A source that keeps the list of what was read, and lets `change(file, bytes)` answer in the file's place. */
export function watched(directory, change = (_file, bytes) => bytes) {
  const read = [];
  const source = async (file) => {
    read.push(file);
    return change(file, new Uint8Array(await readFile(join(directory, file))));
  };
  return { source, read };
}

/** The kinds of the files read, without the manifest: `table`, `shard`, `features` … */
export function kinds(files) {
  return files.filter((file) => file !== 'manifest.json').map((file) => file.split('.')[0]);
}

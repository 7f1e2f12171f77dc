// Sources, progress, the end of a recommender, and the slim engine beside the whole one.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { Recommender } from 'aftershow';
import { TitleSearch } from 'aftershow/search';
import { Recommender as Slim } from 'aftershow/slim';

import { kinds, manifestOf, samplePack, skip, watched } from './pack.mjs';

const code = (promise) => promise.then(() => 'no error', (error) => error.code);

describe('Recommender.load', { skip }, () => {
  it('takes the bytes of files, in an object or a Map', async () => {
    const names = await readdir(samplePack);
    const files = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(samplePack, name))])));
    for (const source of [files, new Map(Object.entries(files))]) {
      const recommender = await Recommender.load(source);
      assert.equal((await recommender.similar({ id: 82, n: 5 })).items.length, 5);
      recommender.free();
    }
    assert.equal(await code(Recommender.load({})), 'pack_fetch');
    const { 'manifest.json': manifest } = files;
    const lacking = await Recommender.load({ 'manifest.json': manifest });
    assert.equal(await code(lacking.similar({ id: 82 })), 'pack_fetch');
  });

  it('refuses what is no source', async () => {
    for (const source of [undefined, null, 7, true]) {
      const error = await Recommender.load(source).catch((error) => error);
      assert.deepEqual([error.code, error.parameter], ['invalid_parameter', 'source']);
    }
  });

  it('says of a pack of another format whether the package or the pack is to be renewed', async () => {
    const manifest = await manifestOf(samplePack);
    for (const [format, remedy] of [[manifest.format + 1, /use a newer aftershow/], [manifest.format - 1, /rebuild the pack/]]) {
      const json = Buffer.from(JSON.stringify({ ...manifest, format }));
      for (const { load } of [{ load: () => Recommender.load({ 'manifest.json': json }) }, { load: () => Slim.load({ 'manifest.json': json }) }]) {
        await assert.rejects(load, (error) => error.code === 'pack_version' && remedy.test(error.message));
      }
    }
  });

  it('tells how much has arrived of a known total', async () => {
    const seen = [];
    const recommender = await Recommender.load(samplePack, { progress: (progress) => seen.push(progress) });
    assert.deepEqual(seen, []);
    await recommender.preload();
    // All but the index of the titles, which the first search reads, and the short list, which is for the slim engine.
    const parts = (await manifestOf(samplePack)).parts.filter(({ kind }) => !['search', 'popular'].includes(kind));
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    assert.equal(seen.length, 2 * parts.length);
    const { file, ...last } = seen.at(-1);
    assert.deepEqual(last, { files: parts.length, of_files: parts.length, bytes, of_bytes: bytes });
    assert.ok(parts.some((part) => part.file === file));
    seen.length = 0;
    await recommender.similar({ id: 82, summaries: true });
    assert.deepEqual([seen[0].files, seen[0].bytes, seen[0].of_bytes], [0, 0, null]);
    recommender.free();
  });

  it('frees at the end of a `using` block', async () => {
    const recommender = await Recommender.load(samplePack);
    const slim = await Slim.load(samplePack);
    for (const one of [recommender, slim]) {
      one[Symbol.dispose]();
      assert.equal(await code(one.similar({ id: 82 })), 'freed');
    }
  });
});

describe('aftershow/search', { skip }, () => {
  it('finds titles with the index and the shards of what it finds', async () => {
    const { source, read } = watched(samplePack);
    const titles = await TitleSearch.load(source);
    const { items } = await titles.search({ q: 'gmae of thrones', limit: 5 });
    assert.deepEqual([items[0].name, items[0].matched], ['Game of Thrones', 'typo']);
    assert.deepEqual([...new Set(kinds(read))].sort(), ['search', 'shard']);
    const soFar = read.length;
    await titles.search({ q: 'game of', limit: 5 });
    assert.equal(read.length, soFar);
    for (const [options, parameter] of [[{ q: 5 }, 'q'], [{ q: 'x'.repeat(201) }, 'q'], [{ q: 'x', limit: 0 }, 'limit'], [{ q: 'x', offset: 1 }, 'offset']]) {
      await assert.rejects(titles.search(options), { code: 'invalid_parameter', parameter });
    }
    assert.deepEqual(await titles.search({ q: '' }), { items: [] });
    titles.free();
    assert.equal(await code(titles.search({ q: 'a' })), 'freed');
  });

  it('is what searches for the whole package', async () => {
    const [titles, recommender] = [await TitleSearch.load(samplePack), await Recommender.load(samplePack)];
    for (const q of ['the', 'game', 'thrones', 'Élite', 'no such thing at all', '']) {
      assert.deepEqual(await recommender.search({ q, limit: 100 }), await titles.search({ q, limit: 100 }), q);
    }
    const manifest = await manifestOf(samplePack);
    const parts = manifest.parts.filter(({ kind }) => kind !== 'search');
    const without = Buffer.from(JSON.stringify({ ...manifest, parts }));
    const other = await Recommender.load((file) => (file === 'manifest.json' ? without : readFile(join(samplePack, file))));
    assert.equal(await code(other.search({ q: 'a' })), 'no_search');
    recommender.free();
    assert.equal(await code(recommender.search({ q: 'a' })), 'freed');
  });
});

describe('aftershow/slim', { skip }, () => {
  it('answers for every item as the whole engine does, from a table and a shard', async () => {
    const { source, read } = watched(samplePack);
    const [slim, recommender] = [await Slim.load(source), await Recommender.load(samplePack)];
    await slim.similar({ id: 82 });
    assert.deepEqual(kinds(read), ['table', 'shard']);
    // Another, since what `popular` attaches would let the whole engine answer from other parts, whose reasons say more.
    const { items: all } = await (await Recommender.load(samplePack)).popular({ limit: 100 });
    for (const { id } of all) {
      const ask = { id, n: 20, min_similarity: 0.2, reasons: true, summaries: true };
      const [own, { items, subject, weights }] = [await slim.similar(ask), await recommender.similar(ask)];
      assert.deepEqual([own.items, own.subject, own.weights, own.route], [items, subject, weights, 'shard']);
    }
    assert.deepEqual(slim.info().pack_id, recommender.info().pack_id);
    slim.free();
    recommender.free();
  });

  it('names what it can not answer', async () => {
    const slim = await Slim.load(samplePack);
    const { top_n } = slim.info();
    if (top_n < 100) assert.equal(await code(slim.similar({ id: 82, n: top_n + 1 })), 'not_listed');
    assert.equal(await code(slim.similar({ id: 'nobody' })), 'unknown_item');
    for (const [parameter, value] of [['n', 0], ['n', 101], ['min_similarity', 2], ['reasons', 'yes'], ['genre_weight', 1], ['filter', {}], ['id', {}]]) {
      const error = await slim.similar({ id: 82, [parameter]: value }).catch((error) => error);
      assert.deepEqual([error.code, error.parameter], ['invalid_parameter', parameter]);
    }
    const manifest = await manifestOf(samplePack);
    const ordered = Buffer.from(JSON.stringify({ ...manifest, content: { ...manifest.content, rerank: { diversity: 0.5 } } }));
    const other = await Slim.load((file) => (file === 'manifest.json' ? ordered : readFile(join(samplePack, file))));
    assert.equal(await code(other.similar({ id: 82 })), 'not_listed');
  });
});

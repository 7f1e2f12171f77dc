// The built package, in Node, on the sample pack.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';

import { Recommender } from 'aftershow';

import { kinds, manifestOf, samplePack, skip, watched } from './pack.mjs';

/** Weights that are surely not the pack's own. */
const OTHER_WEIGHTS = { genre_weight: 7, text_weight: 1, metadata_weight: 2, year_weight: 1 };

describe('Recommender', { skip }, () => {
  /** An item of the pack, and one that is similar to it. */
  let id, similarId;

  before(async () => {
    const recommender = await Recommender.load(samplePack);
    // Features in: the way to an item without knowing an id.
    const found = await recommender.similarToFeatures({ features: { genres: ['Drama'], type: 'Scripted', language: 'English' }, n: 1 });
    id = found.items[0].id;
    similarId = (await recommender.similar({ id })).items[0].id;
    recommender.free();
  });

  it('answers with items, best first, whose scores are the weighted sums of their parts', async () => {
    const recommender = await Recommender.load(samplePack);
    const answer = await recommender.similar({ id, n: 7 });
    assert.equal(answer.items.length, 7);
    assert.equal(answer.subject.id, id);
    const { weights } = answer;
    for (const [i, item] of answer.items.entries()) {
      const parts = [item.genre_score, item.text_score, item.metadata_score, item.year_score];
      const sum = item.genre_score * weights.genre + item.text_score * weights.text + item.metadata_score * weights.metadata + item.year_score * weights.year;
      assert.ok(Math.abs(item.score - sum) < 3e-6, `score ${item.score} is not ${sum}`);
      assert.ok([item.score, ...parts].every((score) => score >= 0 && score <= 1));
      assert.ok(i === 0 || answer.items[i - 1].score >= item.score);
      assert.notEqual(item.id, id);
      assert.equal(typeof item.name, 'string');
      assert.ok(item.shared_genres.every((genre) => item.genres.includes(genre) && answer.subject.genres.includes(genre)));
    }
    recommender.free();
  });

  it('says the weights of the manifest, and not their nearest float64', async () => {
    const recommender = await Recommender.load(samplePack);
    const { content } = await manifestOf(samplePack);
    assert.deepEqual(recommender.info().weights, content.weights);
    recommender.free();
  });

  it('tells what the pack is', async () => {
    const recommender = await Recommender.load(samplePack);
    const manifest = await manifestOf(samplePack);
    const info = recommender.info();
    assert.equal(info.pack_id, manifest.pack_id);
    assert.equal(info.items, manifest.items);
    assert.equal(info.id_kind, manifest.id_kind);
    assert.equal(info.attached_bytes, 0);
    await recommender.similar({ id });
    assert.ok(recommender.info().attached_bytes > 0);
    recommender.free();
  });

  it('reads a table and a shard, and nothing else, for an answer by default; and keeps them', async () => {
    const { source, read } = watched(samplePack);
    const recommender = await Recommender.load(source);
    assert.deepEqual(read, ['manifest.json']);
    assert.equal((await recommender.similar({ id })).route, 'shard');
    assert.equal(kinds(read)[0], 'table');
    assert.ok(kinds(read).slice(1).every((kind) => kind === 'shard') && kinds(read).length >= 2, kinds(read).join());
    const soFar = read.length;
    await recommender.similar({ id, n: 3 });
    assert.equal(read.length, soFar);
    recommender.free();
  });

  it('reads features and display once for other weights, and gives another order', async () => {
    const { source, read } = watched(samplePack);
    const recommender = await Recommender.load(source);
    const answer = await recommender.similar({ id, ...OTHER_WEIGHTS });
    assert.equal(answer.route, 'scan');
    assert.deepEqual(kinds(read).sort(), ['display', 'features']);
    await recommender.similar({ id, ...OTHER_WEIGHTS, genre_weight: 3 });
    assert.equal(kinds(read).length, 2);
    const byDefault = await recommender.similar({ id });
    assert.notDeepEqual(answer.items.map((item) => item.score), byDefault.items.map((item) => item.score));
    recommender.free();
  });

  it('gives the same ids and scores by the stored lists, by a shard and by a scan', async () => {
    const lazy = await Recommender.load(samplePack);
    const resident = await Recommender.load(samplePack);
    const scanning = await Recommender.load(samplePack);
    await resident.preload();
    await scanning.similar({ id, ...OTHER_WEIGHTS });
    for (const item of [id, similarId]) {
      const answers = await Promise.all([lazy, resident, scanning].map((each) => each.similar({ id: item })));
      assert.deepEqual(answers.map((answer) => answer.route), ['shard', 'stored', 'scan']);
      const [shard, stored, scan] = answers.map((answer) => answer.items);
      assert.deepEqual(stored, scan);
      assert.deepEqual(shard, scan);
    }
    for (const each of [lazy, resident, scanning]) each.free();
  });

  it('needs no file for any answer without summaries after preload', async () => {
    const { source, read } = watched(samplePack);
    const recommender = await Recommender.load(source);
    await recommender.preload();
    const soFar = read.length;
    await recommender.similar({ id });
    await recommender.similar({ id, n: 100 });
    await recommender.similar({ id, ...OTHER_WEIGHTS });
    await recommender.similarToFeatures({ features: { genres: ['Comedy'] } });
    assert.equal(read.length, soFar);
    recommender.free();
  });

  it('brings summaries only if asked', async () => {
    const { source, read } = watched(samplePack);
    const recommender = await Recommender.load(source);
    assert.ok((await recommender.similar({ id })).items.every((item) => item.summary === null));
    assert.ok(!kinds(read).includes('summaries'));
    const withThem = await recommender.similar({ id, summaries: true });
    assert.ok(kinds(read).includes('summaries'));
    assert.ok(withThem.items.some((item) => item.summary?.length > 20));
    recommender.free();
  });

  it('finds an item by its own card, as one that the pack has never seen', async () => {
    const recommender = await Recommender.load(samplePack);
    const { subject } = await recommender.similar({ id, summaries: true });
    const { name, genres, summary, platform, type, language, year } = subject;
    const answer = await recommender.similarToFeatures({ features: { name, genres, summary, platform, type, language, year }, n: 3 });
    assert.equal(answer.subject, null);
    assert.equal(answer.items[0].id, id);
    assert.ok(answer.items[0].score > 0.98, `score ${answer.items[0].score}`);
    recommender.free();
  });

  it('takes an id as a number and as its canonical text, and no other text', async () => {
    const recommender = await Recommender.load(samplePack);
    const expected = await recommender.similar({ id });
    assert.deepEqual(await recommender.similar({ id: String(id) }), expected);
    for (const wrong of [`0${id}`, `${id}.0`, ` ${id}`, `+${id}`, `${id}e0`, '']) {
      await assert.rejects(recommender.similar({ id: wrong }), { code: 'unknown_item' }, JSON.stringify(wrong));
    }
    recommender.free();
  });

  it('takes null and undefined as left out', async () => {
    const recommender = await Recommender.load(samplePack);
    const answer = await recommender.similar({ id, n: undefined, min_similarity: null, year_weight: undefined, summaries: null });
    assert.deepEqual(answer, await recommender.similar({ id }));
    recommender.free();
  });

  it('cuts off at min_similarity', async () => {
    const recommender = await Recommender.load(samplePack);
    const all = await recommender.similar({ id, n: 10 });
    const least = all.items[4].score - 1e-6;
    const some = await recommender.similar({ id, n: 10, min_similarity: least });
    assert.deepEqual(some.items, all.items.filter((item) => item.score >= least));
    recommender.free();
  });

  it('refuses what can\'t be asked, naming the option', async () => {
    const recommender = await Recommender.load(samplePack);
    const cases = [
      [{ id, n: 0 }, 'n'],
      [{ id, n: 101 }, 'n'],
      [{ id, n: 2.5 }, 'n'],
      [{ id, n: -1 }, 'n'],
      [{ id, n: NaN }, 'n'],
      [{ id, n: 2 ** 32 + 10 }, 'n'],
      [{ id, n: '5' }, 'n'],
      [{ id, n: 10n }, 'n'],
      [{ id, min_similarity: 1.5 }, 'min_similarity'],
      [{ id, min_similarity: -0.1 }, 'min_similarity'],
      [{ id, min_similarity: NaN }, 'min_similarity'],
      [{ id, genre_weight: -1 }, 'genre_weight'],
      [{ id, text_weight: Infinity }, 'text_weight'],
      [{ id, metadata_weight: 'a lot' }, 'metadata_weight'],
      [{ id, year_weight: 1e300 }, 'year_weight'],
      [{ id, genre_weight: 0, text_weight: 0, metadata_weight: 0, year_weight: 0 }, 'weights'],
      [{ id, summaries: 1 }, 'summaries'],
      [{ id, limit: 5 }, 'limit'],
      [{ id, minSimilarity: 0.5 }, 'minSimilarity'],
      [{ id, features: {} }, 'features'],
      [{}, 'id'],
      [{ id: null }, 'id'],
      [{ id: 1.5 }, 'id'],
      [{ id: -1 }, 'id'],
      [{ id: 2 ** 53 }, 'id'],
      [{ id: {} }, 'id'],
      [{ id: 82n }, 'id'],
      [undefined, 'options'],
      [82, 'options'],
      [[82], 'options'],
    ];
    for (const [options, parameter] of cases) {
      const described = () => recommender.similar(options);
      await assert.rejects(described, { name: 'Error', code: 'invalid_parameter', parameter }, String(Object.entries(options ?? {})));
    }
    recommender.free();
  });

  it('refuses features that are none, naming the key', async () => {
    const recommender = await Recommender.load(samplePack);
    const cases = [
      [{}, 'features'],
      [{ features: 'Drama' }, 'features'],
      [{ features: { genre: ['Drama'] } }, 'features.genre'],
      [{ features: { genres: 'Drama' } }, 'features.genres'],
      [{ features: { genres: [1] } }, 'features.genres'],
      [{ features: { genres: new Array(2 ** 32 - 1) } }, 'features.genres'],
      [{ features: { year: 1999.5 } }, 'features.year'],
      [{ features: { year: 70000 } }, 'features.year'],
      [{ features: { summary: 1 } }, 'features.summary'],
      [{ features: {}, id }, 'id'],
    ];
    for (const [options, parameter] of cases) {
      await assert.rejects(recommender.similarToFeatures(options), { code: 'invalid_parameter', parameter }, parameter);
    }
    recommender.free();
  });

  it('says which item is unknown', async () => {
    const recommender = await Recommender.load(samplePack);
    const unknown = Number.MAX_SAFE_INTEGER;
    await assert.rejects(recommender.similar({ id: unknown }), (error) => error.code === 'unknown_item' && error.message.includes(String(unknown)));
    await assert.rejects(recommender.similar({ id: unknown, ...OTHER_WEIGHTS }), { code: 'unknown_item' });
    await assert.rejects(recommender.similar({ id: 'x'.repeat(200) }), { code: 'unknown_item' });
    recommender.free();
  });

  it('refuses a damaged part, and answers once a good one comes', async () => {
    for (const kind of ['table', 'shard']) {
      let damage = true;
      const { source, read } = watched(samplePack, (file, bytes) => {
        if (damage && file.startsWith(kind)) bytes[bytes.length >> 1] ^= 0x10;
        return bytes;
      });
      const recommender = await Recommender.load(source);
      await assert.rejects(recommender.similar({ id }), (error) => error.code.startsWith('pack_') && error.code !== 'pack_fetch', kind);
      damage = false;
      assert.equal((await recommender.similar({ id })).route, 'shard');
      assert.ok(kinds(read).filter((each) => each === kind).length >= 2);
      recommender.free();
    }
  });

  it('refuses a truncated deflated part', async () => {
    const { source } = watched(samplePack, (file, bytes) => (file.startsWith('shard') ? bytes.subarray(0, bytes.length / 2) : bytes));
    const recommender = await Recommender.load(source);
    await assert.rejects(recommender.similar({ id }), { code: 'pack_checksum' });
    recommender.free();
  });

  it('stops inflating at 8 MiB', async () => {
    const bomb = deflateRawSync(new Uint8Array(512 << 20));
    const { source } = watched(samplePack, (file, bytes) => (file.startsWith('table') ? bomb : bytes));
    const recommender = await Recommender.load(source);
    const before = process.memoryUsage().arrayBuffers;
    await assert.rejects(recommender.similar({ id }), { code: 'pack_value' });
    assert.ok(process.memoryUsage().arrayBuffers - before < 64 << 20);
    recommender.free();
  });

  it('tries again what could not be fetched', async () => {
    let offline = true;
    const { source } = watched(samplePack, (file, bytes) => {
      if (offline && file !== 'manifest.json') throw new Error('offline');
      return bytes;
    });
    const recommender = await Recommender.load(source);
    await assert.rejects(recommender.similar({ id }), (error) => error.code === 'pack_fetch' && error.cause.message === 'offline');
    offline = false;
    assert.ok((await recommender.similar({ id })).items.length > 0);
    recommender.free();
  });

  it('shares files that are on their way between calls at the same time', async () => {
    const { source, read } = watched(samplePack);
    const recommender = await Recommender.load(source);
    const [a, b] = await Promise.all([recommender.similar({ id }), recommender.similar({ id })]);
    assert.deepEqual(a, b);
    assert.equal(new Set(read).size, read.length, read.join());
    recommender.free();
  });

  it('gives up waiting when the signal aborts, and the next call goes on', async () => {
    let release;
    const held = new Promise((resolve) => (release = resolve));
    const { source } = watched(samplePack, async (file, bytes) => {
      if (file.startsWith('table')) await held;
      return bytes;
    });
    const recommender = await Recommender.load(source);
    const controller = new AbortController();
    const call = recommender.similar({ id }, { signal: controller.signal });
    controller.abort();
    await assert.rejects(call, { name: 'AbortError' });
    await assert.rejects(recommender.similar({ id }, { signal: controller.signal }), { name: 'AbortError' });
    release();
    assert.ok((await recommender.similar({ id })).items.length > 0);
    recommender.free();
  });

  it('refuses a manifest of a future format before it looks at the rest', async () => {
    const future = { format: 99, layout: 'nothing that is known today' };
    const { source } = watched(samplePack, () => new TextEncoder().encode(JSON.stringify(future)));
    await assert.rejects(Recommender.load(source), (error) => error.code === 'pack_version' && error.message.includes('99'));
  });

  it('refuses a manifest that is none, naming the key', async () => {
    const manifest = await manifestOf(samplePack);
    const spoilt = [
      ['items', 'six'],
      ['items', -1],
      ['items', 2 ** 33],
      ['id_kind', 'float'],
      ['content', null],
      ['content', { ...manifest.content, weights: { genre: 1 } }],
      ['content', { ...manifest.content, genre_similarity: 'dice' }],
      ['content', { ...manifest.content, rerank: { diversty: 0.1 } }],
      ['content', { ...manifest.content, rerank: { pins: [82] } }],
      ['experiments', [{ name: 'e', variants: [{ name: 'a', share: 1, blend: { collab: 1 } }] }]],
      ['parts', {}],
      ['parts', [null]],
      ['parts', [{ kind: 'features', file: '../../etc/passwd', bytes: 1 }]],
      ['tables', { hashes: [1] }],
      ['pack_id', undefined],
    ];
    for (const [key, value] of spoilt) {
      const { source } = watched(samplePack, () => new TextEncoder().encode(JSON.stringify({ ...manifest, [key]: value })));
      await assert.rejects(Recommender.load(source), { code: 'pack_manifest' }, `${key}: ${JSON.stringify(value)}`);
    }
    for (const text of ['', '<!doctype html>', '[]', 'null', '"manifest"', '7']) {
      await assert.rejects(Recommender.load(async () => new TextEncoder().encode(text)), { code: 'pack_manifest' }, text);
    }
    const unknownPart = { ...manifest, parts: [...manifest.parts, { kind: 'hologram', file: 'hologram.bin', bytes: 1 }] };
    const { source } = watched(samplePack, () => new TextEncoder().encode(JSON.stringify(unknownPart)));
    await assert.rejects(Recommender.load(source), { code: 'pack_unknown_part' });
  });

  it('skips a part that it doesn\'t know but may go without', async () => {
    const manifest = await manifestOf(samplePack);
    const later = { ...manifest, parts: [...manifest.parts, { kind: 'hologram', file: 'hologram.bin', bytes: 1, optional: true }] };
    const { source } = watched(samplePack, (file, bytes) => (file === 'manifest.json' ? new TextEncoder().encode(JSON.stringify(later)) : bytes));
    const recommender = await Recommender.load(source);
    assert.ok((await recommender.similar({ id })).items.length > 0);
    recommender.free();
  });

  it('says that it was freed, and can be freed twice', async () => {
    const recommender = await Recommender.load(samplePack);
    await recommender.similar({ id });
    recommender.free();
    recommender.free();
    await assert.rejects(recommender.similar({ id }), { code: 'freed' });
    await assert.rejects(recommender.preload(), { code: 'freed' });
    assert.throws(() => recommender.info(), { code: 'freed' });
  });

  it('says that it was freed to a call that was waiting', async () => {
    const recommender = await Recommender.load(samplePack);
    const call = recommender.similar({ id });
    recommender.free();
    await assert.rejects(call, { code: 'freed' });
  });

  it('opens a pack twice, and one goes on when the other is freed', async () => {
    const [a, b] = await Promise.all([Recommender.load(samplePack), Recommender.load(samplePack)]);
    await a.similar({ id });
    a.free();
    assert.ok((await b.similar({ id })).items.length > 0);
    b.free();
  });

  it('opens by a directory with or without a slash, by a file: URL and over HTTP', async () => {
    const server = createServer(async (request, response) => {
      try {
        response.end(await readFile(join(samplePack, request.url.replace('/pack/', ''))));
      } catch {
        response.writeHead(404).end();
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `http://127.0.0.1:${server.address().port}`;
    const sources = [samplePack, `${samplePack}/`, pathToFileURL(samplePack), `${address}/pack/`, new URL(`${address}/pack`), (file) => fetch(`${address}/pack/${file}`)];
    try {
      for (const source of sources) {
        const recommender = await Recommender.load(source);
        assert.ok((await recommender.similar({ id })).items.length > 0, String(source));
        recommender.free();
      }
      await assert.rejects(Recommender.load(`${address}/nowhere/`), (error) => error.code === 'pack_fetch' && error.message.includes('404'));
    } finally {
      server.closeAllConnections();
      server.close();
    }
    await assert.rejects(Recommender.load('/no/such/folder'), { code: 'pack_fetch' });
    await assert.rejects(Recommender.load(async () => 'text'), { code: 'pack_fetch' });
  });
});

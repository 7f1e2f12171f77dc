// Early answers: those of a pack's heads, while the whole catalogue is on its way.
//
// AFTERSHOW_BIN builds a pack of the sample with heads; a pack as small as the sample's has none by itself.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Recommender } from 'aftershow';

import { kinds, manifestOf, watched } from './pack.mjs';

const program = process.env.AFTERSHOW_BIN;
const HEADS = [16, 48];

describe('recommend with early answers', { skip: program ? false : 'AFTERSHOW_BIN names no program' }, () => {
  let folder, pack, manifest, ids;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'aftershow-heads-'));
    pack = join(folder, 'pack');
    writeFileSync(join(folder, 'config.yaml'), `personal: {heads: [${HEADS}]}\n`);
    const from = ['--catalog', 'sample', '--interactions', 'sample', '--config', join(folder, 'config.yaml'), '--quiet'];
    execFileSync(program, ['build', ...from, '--out', pack]);
    manifest = await manifestOf(pack);
    const recommender = await Recommender.load(pack);
    ids = (await recommender.popular({ limit: 100 })).items.map(({ id }) => id);
    recommender.free();
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  /** Asks with `early`; what was read is noted at each answer. */
  async function ask(options, change, call = {}) {
    const { source, read } = watched(pack, change);
    const recommender = await Recommender.load(source);
    const early = [];
    const answer = await recommender.recommend(options, { ...call, early: (found) => early.push({ found, read: [...read] }) });
    return { recommender, answer, early, read };
  }

  it('comes from more and more of the best-known titles, and last from all', async () => {
    const options = { history: [ids[1], { id: ids[5], weight: 2 }], limit: 8, reasons: true, summaries: true };
    const { recommender, answer, early } = await ask(options);
    assert.deepEqual(early.map(({ found }) => found.catalogue_share), HEADS.map((items) => items / manifest.items));
    for (const [at, { found, read }] of early.entries()) {
      const known = new Set(ids.slice(0, HEADS[at]));
      assert.equal(found.items.length, 8);
      assert.ok(found.items.every(({ id }) => known.has(id)), `head ${at}`);
      assert.ok(found.items.every(({ reasons }) => reasons.length > 0));
      assert.ok(found.items.some(({ summary }) => summary));
      assert.deepEqual(kinds(read).filter((kind) => kind === 'features').length, at + 1, 'nothing of the whole catalogue yet');
    }
    assert.equal('catalogue_share' in answer, false);
    assert.deepEqual(answer, await recommender.recommend(options), 'the exact answer');
    // From now on the whole catalogue is here.
    let again = 0;
    assert.deepEqual(await recommender.recommend(options, { early: () => again++ }), answer);
    assert.equal(again, 0);
    recommender.free();
    // So it is where another call has brought it.
    const { source, read } = watched(pack);
    const other = await Recommender.load(source);
    await other.rerank({ candidates: ids.slice(0, 3), history: options.history });
    await other.recommend({ ...options, summaries: false }, { early: () => again++ });
    assert.equal(again, 0);
    assert.ok(!read.some((file) => file.startsWith('head.')), String(read));
    other.free();
  });

  it('passes over what a head can not answer: damaged, missing, or asked for by a name that is not in it', async () => {
    const missing = (file, bytes) => (file === manifest.heads[0].file ? Promise.reject(new Error('gone')) : bytes);
    const torn = (file, bytes) => (file === manifest.heads[0].file ? bytes.slice(0, 40) : bytes);
    const other = (file, bytes) => (file === manifest.heads[0].file ? new TextEncoder().encode('{"format": 99}') : bytes);
    for (const change of [missing, torn, other]) {
      const { answer, early, recommender } = await ask({ history: [ids[1]] }, change);
      assert.deepEqual(early.map(({ found }) => found.catalogue_share), [HEADS[1] / manifest.items]);
      assert.ok(answer.items.length > 0);
      recommender.free();
    }
    const { answer, early, recommender } = await ask({ history: [ids[1]], filter: { ids: [ids[60]] } });
    assert.equal(early.length, 0, 'nothing of it is worth showing');
    assert.deepEqual(answer.items.map(({ id }) => id), [ids[60]]);
    recommender.free();
  });

  it('says what is wrong with a question once, by the whole pack', async () => {
    const { source } = watched(pack);
    const recommender = await Recommender.load(source);
    const early = () => assert.fail('no answer can be right');
    await assert.rejects(recommender.recommend({ history: [ids[1]], limit: 1000 }, { early }), { code: 'invalid_parameter', parameter: 'limit' });
    await assert.rejects(recommender.recommend({ filter: { genre: 'Drma' } }, { early }), { code: 'unknown_name' });
    recommender.free();
    await assert.rejects(recommender.recommend({ history: [ids[1]] }, { early }), { code: 'freed' });
  });

  it('gives up when the signal aborts, and lets what `early` throws through', async () => {
    const { source } = watched(pack);
    const recommender = await Recommender.load(source);
    const abort = new AbortController();
    const aborted = recommender.recommend({ history: [ids[1]] }, { signal: abort.signal, early: () => abort.abort(new Error('enough')) });
    await assert.rejects(aborted, { message: 'enough' });
    const early = () => {
      throw new Error('own fault');
    };
    await assert.rejects(recommender.recommend({ history: [ids[1]] }, { early }), { message: 'own fault' });
    assert.ok((await recommender.recommend({ history: [ids[1]] })).items.length > 0);
    recommender.free();
  });

  it('does not trust what a manifest says of heads', async () => {
    for (const heads of [7, {}, [null, 3, 'x'], [{ items: 16, file: '../x.json' }], [{ items: -1, file: 'x.json' }], [{ items: 1e9, file: 'x.json' }]]) {
      const change = (file, bytes) => (file === 'manifest.json' ? new TextEncoder().encode(JSON.stringify({ ...manifest, heads })) : bytes);
      const { early, answer, recommender, read } = await ask({ history: [ids[1]] }, change);
      assert.equal(early.length, 0);
      assert.ok(answer.items.length > 0);
      assert.ok(read.every((file) => !file.includes('x.json')), String(read));
      recommender.free();
    }
  });
});

// Hostile packs through the WebAssembly build: every truncation and every single-bit flip of a small
// pack's parts, and seeded mutations whose checksums are repaired, so that they get past it. Each is
// refused with a code or answers within bounds; nothing traps; memory stays bounded; and the same
// process then opens the good pack and answers as before.
//
//     AFTERSHOW_TINY_PACK          a pack of a few items
//     AFTERSHOW_HOSTILE_MUTATIONS  how many mutations with repaired checksums (100000)

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { inflateRawSync } from 'node:zlib';

import { createXXHash3 } from 'hash-wasm';

import { Recommender } from 'aftershow';
import init, { Engine } from '../../pkg/aftershow.js';
import initTitles, { Engine as Titles } from '../../pkg-search/aftershow_search.js';

import { found, kinds, manifestOf, samplePack, watched } from './pack.mjs';

const tiny = found(process.env.AFTERSHOW_TINY_PACK);
const pack = tiny ? process.env.AFTERSHOW_TINY_PACK : samplePack;
const skip = found(pack) ? false : 'neither AFTERSHOW_TINY_PACK nor AFTERSHOW_PACK names a pack';
// A larger pack is sampled: it is there for want of a small one.
const MUTATIONS = Number(process.env.AFTERSHOW_HOSTILE_MUTATIONS ?? (tiny ? 100_000 : 10_000));
const PLACES = tiny ? Infinity : 500;
/** What the engine's memory may grow by over all of this, once it has done each kind of thing. */
const GROWTH = 8 << 20;

// The header of a part; see core/FORMAT.md.
const CHECKSUM_AT = 8;
const CHECKED_FROM = 16;
const HEADER_BYTES = 32;

const LAZY = ['table', 'shard'];
const OTHER_WEIGHTS = { genre_weight: 1, text_weight: 0.2, year_weight: 1 };
const FEATURES = { genres: ['Drama', 'Comedy', 'Crime', 'Fantasy'], summary: 'A detective in a harbour', type: 'Scripted', language: 'English', year: 2010 };

const QUERIES = ['a', 'the harbour', 'lihgthouse', 'книга', 'war kitchen nothing'];

/** Somebody with likes, a dislike and preferred genres. */
const PERSON = (ids) => ({ history: [{ id: ids[0], weight: 3 }, ids[1], { id: ids.at(-1), weight: -1 }], genres: FEATURES.genres, year_weight: 0.3 });

describe('hostile packs', { skip }, () => {
  let manifest, memory, hasher, resident, lazy, titles, ids, expected;
  /** The parts under attack: `{file, kind, bytes}`, inflated. */
  let parts;

  before(async () => {
    manifest = await manifestOf(pack);
    hasher = await createXXHash3();
    const wasm = await readFile(new URL('../dist/aftershow_bg.wasm', import.meta.url));
    ({ memory } = await init({ module_or_path: wasm }));
    parts = new Map();
    resident = new Engine(manifest);
    for (const file of resident.resident()) await attach(resident, file);
    ids = resident.similar_to_features({ features: FEATURES, n: 6 }).items.map((item) => item.id);
    lazy = new Engine(manifest);
    await initTitles({ module_or_path: await readFile(new URL('../dist/aftershow_search_bg.wasm', import.meta.url)) });
    titles = new Titles(manifest);
    for (const q of QUERIES) await answered(titles, (each) => each.search({ q, limit: 100 }));
    for (const engine of [resident, lazy]) await answered(engine, (each) => each.similar({ id: ids[0], n: 5, summaries: true }));
    expected = await answers();
  });

  /** Everything that the good pack says, the undamaged pack's answers among it. */
  async function answers() {
    const recommender = await Recommender.load(pack);
    const said = [];
    for (const id of ids) said.push(await recommender.similar({ id, summaries: true }), await recommender.similar({ id, ...OTHER_WEIGHTS }));
    said.push(await recommender.similarToFeatures({ features: FEATURES }), await recommender.search({ q: 'a' }));
    said.push(await recommender.recommend(PERSON(ids)), await recommender.popular({ genres: FEATURES.genres }));
    recommender.free();
    assert.ok(said.every((answer) => answer.items.length > 0), 'the undamaged pack answers');
    return said;
  }

  async function attach(engine, { file, deflated }) {
    const stored = await readFile(join(pack, file));
    const bytes = new Uint8Array(deflated ? inflateRawSync(stored) : stored);
    engine.attach(file, bytes);
    parts.set(file, { file, kind: kinds([file])[0], bytes });
  }

  async function answered(engine, ask) {
    for (;;) {
      const outcome = ask(engine);
      if (!outcome.need_parts) return outcome;
      for (const file of outcome.need_parts) await attach(engine, file);
    }
  }

  /** Asks all that the engine can be asked; a refusal must have a code, an answer must be within bounds. */
  function askEverything(engine) {
    const questions = [() => engine.similar_to_features({ features: FEATURES, n: 100 })];
    for (const id of ids.slice(0, 2)) {
      questions.push(() => engine.similar({ id, n: 5, summaries: true }));
      questions.push(() => engine.similar({ id, n: 100, ...OTHER_WEIGHTS }));
    }
    questions.push(() => engine.recommend({ ...PERSON(ids), limit: 100, content_weight: 1, collaborative_weight: 1 }));
    questions.push(() => engine.recommend({ history: [ids[1]], offset: 1, limit: 2 }), () => engine.popular({ offset: 1 }));
    for (const question of questions) {
      const outcome = refusedOr(question);
      if (outcome === undefined || outcome.need_parts) continue;
      assert.ok(outcome.items.length <= 100);
      for (const item of outcome.items) {
        const scores = Object.keys(item).filter((key) => key.endsWith('score') || key === 'popularity');
        assert.ok(scores.length >= 4);
        for (const key of scores) assert.ok(item[key] >= 0 && item[key] <= 1, `${key} is ${item[key]}`);
      }
    }
  }

  /** What the function returns, or nothing if it throws an error with a code. A trap has none. */
  function refusedOr(run) {
    try {
      return run();
    } catch (error) {
      assert.equal(typeof error.code, 'string', `not a refusal: ${error.stack}`);
      return undefined;
    }
  }

  /** Attaches the bytes in place of a part, asks if they were taken, and puts the good part back. */
  function attack({ file, kind, bytes: good }, bytes) {
    const engine = kind === 'search' ? titles : LAZY.includes(kind) ? lazy : resident;
    const taken = refusedOr(() => (engine.attach(file, bytes), true)) ?? false;
    if (taken) {
      if (engine === titles) search();
      else askEverything(engine);
      engine.attach(file, good);
    }
    return taken;
  }

  function search() {
    for (const q of QUERIES) {
      const found = refusedOr(() => titles.search({ q, limit: 100 }));
      assert.ok(found === undefined || found.need_parts || found.items.length <= 100);
    }
  }

  function repair(bytes) {
    if (bytes.length < CHECKED_FROM) return;
    hasher.init();
    hasher.update(bytes.subarray(CHECKED_FROM));
    // The digest is big-endian, the header little-endian.
    bytes.set(hasher.digest('binary').reverse(), CHECKSUM_AT);
  }

  function* places(length) {
    const step = Math.max(1, length / PLACES);
    for (let at = 0; at < length; at += step) yield Math.floor(at);
  }

  /** Runs the attack, and checks afterwards that the process is as good as before. */
  async function campaign(t, run) {
    const before = memory.buffer.byteLength;
    const counts = run();
    const grown = memory.buffer.byteLength - before;
    assert.ok(grown <= GROWTH, `the engine's memory grew by ${grown} bytes`);
    assert.deepEqual(await answers(), expected);
    t.diagnostic(`${counts.tried} tried, ${counts.taken} taken; memory ${memory.buffer.byteLength >> 10} KiB, grown by ${grown >> 10} KiB`);
    return counts;
  }

  it('attacks every kind of part', () => {
    const model = manifest.personal ? ['collaborative'] : [];
    assert.deepEqual([...new Set([...parts.values()].map((part) => part.kind))].sort(), [...model, 'display', 'features', 'neighbours', 'search', 'shard', 'summaries', 'table']);
  });

  it('refuses every truncation', async (t) => {
    const { tried, taken } = await campaign(t, () => {
      let [tried, taken] = [0, 0];
      for (const part of parts.values()) {
        for (const length of places(part.bytes.length)) {
          tried++;
          taken += attack(part, part.bytes.slice(0, length));
        }
      }
      return { tried, taken };
    });
    assert.ok(tried > 0);
    assert.equal(taken, 0);
  });

  it('refuses every single-bit flip', async (t) => {
    const { tried, taken } = await campaign(t, () => {
      let [tried, taken] = [0, 0];
      for (const part of parts.values()) {
        const bytes = part.bytes.slice();
        for (const at of places(bytes.length)) {
          for (let bit = 0; bit < 8; bit++) {
            bytes[at] ^= 1 << bit;
            tried++;
            taken += attack(part, bytes);
            bytes[at] ^= 1 << bit;
          }
        }
      }
      return { tried, taken };
    });
    assert.ok(tried > 0);
    assert.equal(taken, 0);
  });

  it('survives mutations whose checksums are repaired', async (t) => {
    for (const part of parts.values()) {
      const bytes = part.bytes.slice();
      repair(bytes);
      assert.deepEqual(bytes, part.bytes, 'the repair makes the checksum that the writer made');
    }
    const { tried, taken } = await campaign(t, () => {
      const random = seeded(20_240_229);
      const all = [...parts.values()];
      let [tried, taken] = [0, 0];
      while (tried < MUTATIONS) {
        const part = all[tried % all.length];
        const bytes = mutate(part.bytes, random);
        repair(bytes);
        tried++;
        taken += attack(part, bytes);
      }
      return { tried, taken };
    });
    assert.equal(tried, MUTATIONS);
    // Without any, the mutations would not have got past the checksum.
    assert.ok(taken > tried / 1000, `${taken} of ${tried} mutations were taken`);
    assert.ok(taken < tried);
  });

  it('survives every single-bit flip of the model with a repaired checksum', async (t) => {
    const model = [...parts.values()].find((part) => part.kind === 'collaborative');
    if (!model) return t.skip('the pack has no collaborative part: build it with --interactions');
    const { tried, taken } = await campaign(t, () => {
      let [tried, taken] = [0, 0];
      for (const at of places(model.bytes.length)) {
        for (let bit = 0; bit < 8; bit++) {
          const bytes = model.bytes.slice();
          bytes[at] ^= 1 << bit;
          repair(bytes);
          tried++;
          taken += attack(model, bytes);
        }
      }
      return { tried, taken };
    });
    // A flipped code of a factor is another model; a flipped length is none.
    assert.ok(taken > 0 && taken < tried, `${taken} of ${tried}`);
  });

  it('survives manifests with values of other types and sizes', async (t) => {
    await campaign(t, () => {
      const random = seeded(7);
      const values = [null, true, 0, 1, -1, 0.5, 65_535, 2 ** 28, 2 ** 32 - 1, 2 ** 53, NaN, '', 'features', '../x', 'a/b', 'integer', 'x'.repeat(5000), [], [null], {}, { hashes: ['0'] }, undefined];
      let [tried, taken] = [0, 0];
      for (; tried < 3000; tried++) {
        const spoilt = structuredClone(manifest);
        for (let k = random(3); k >= 0; k--) spoil(spoilt, values, random);
        const engine = refusedOr(() => new Engine(spoilt));
        if (!engine) continue;
        taken++;
        for (const file of [...engine.resident(), ...askForParts(engine)]) assert.match(file.file, /^[\w-][\w.-]*$/, 'a file name stays in its folder');
        for (const part of parts.values()) refusedOr(() => engine.attach(part.file, part.bytes));
        askEverything(engine);
        engine.info();
        engine.free();
      }
      return { tried, taken };
    });
  });

  function askForParts(engine) {
    const outcomes = ids.map((id) => refusedOr(() => engine.similar({ id, summaries: true })));
    return outcomes.flatMap((outcome) => outcome?.need_parts ?? []);
  }

  it('refuses deflated files that are damaged before they are inflated', async () => {
    const random = seeded(99);
    let refused = 0;
    for (let i = 0; i < 200; i++) {
      const { source } = watched(pack, (file, bytes) => (LAZY.includes(kinds([file])[0]) ? mutate(bytes, random) : bytes));
      const recommender = await Recommender.load(source);
      try {
        assert.ok((await recommender.similar({ id: ids[0] })).items.length > 0);
      } catch (error) {
        assert.match(String(error.code), /^(pack_|unknown_item)/, error.stack);
        refused++;
      }
      recommender.free();
    }
    assert.ok(refused > 100, `${refused} refused`);
    assert.deepEqual(await answers(), expected);
  });
});

/** Whole numbers from 0 up to a limit, the same in every run (splitmix32). */
function seeded(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) % limit;
  };
}

const TELLING = [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff];

/** One to four changes: bytes, numbers of 32 bits, entries of the section table, runs moved, the end cut or drawn out. */
function mutate(good, random) {
  let bytes = good.slice();
  for (let left = 1 + random(4); left > 0 && bytes.length > HEADER_BYTES + 4; left--) {
    const view = new DataView(bytes.buffer);
    // Half of the changes go to the header and the tables at the start, which say how to read the rest.
    const at = random(2) ? random(bytes.length) : random(Math.min(bytes.length, 512));
    switch (random(7)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes[at] = TELLING[random(TELLING.length)];
        break;
      case 2:
        bytes[at] ^= 1 << random(8);
        break;
      case 3: {
        const word = Math.min(at & ~3, (bytes.length & ~3) - 4);
        view.setUint32(word, view.getUint32(word, true) + random(9) - 4, true);
        break;
      }
      case 4: {
        const word = Math.min(at & ~3, (bytes.length & ~3) - 4);
        view.setUint32(word, [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, bytes.length, bytes.length + 8][random(7)], true);
        break;
      }
      case 5:
        bytes.copyWithin(at, random(bytes.length), random(bytes.length));
        break;
      default: {
        const length = random(2) ? random(bytes.length + 1) : bytes.length + 1 + random(64);
        const changed = new Uint8Array(length);
        changed.set(bytes.subarray(0, length));
        bytes = changed;
        // The header's length, so that the cut gets as far as the sections.
        if (length > HEADER_BYTES) new DataView(bytes.buffer).setUint32(16, length, true);
      }
    }
  }
  return bytes;
}

/** Puts another value somewhere into the object. */
function spoil(object, values, random) {
  let holder = object;
  for (;;) {
    const keys = Object.keys(holder);
    if (keys.length === 0) return;
    const key = keys[random(keys.length)];
    const value = holder[key];
    if (value === null || typeof value !== 'object' || random(3) === 0) {
      holder[key] = values[random(values.length)];
      return;
    }
    holder = value;
  }
}

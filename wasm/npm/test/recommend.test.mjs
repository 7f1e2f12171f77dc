// Recommendations for a person, by the built package in Node on the sample pack.
//
// Tests of the collaborative side are skipped if the pack was made without `--interactions`.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, describe, it } from 'node:test';

import { Recommender } from 'aftershow';

import { kinds, manifestOf, samplePack, skip, watched } from './pack.mjs';

const manifest = skip ? undefined : await manifestOf(samplePack);
const modelled = manifest?.parts.some((part) => part.kind === 'collaborative') ?? false;
const withoutModel = modelled ? false : 'the pack has no collaborative part: build it with --interactions';
const DAY = 86_400;

describe('Recommender.recommend', { skip }, () => {
  /** Ids of the pack, the most popular first. */
  let ids;

  before(async () => {
    await using((recommender) => everyPage((page) => recommender.popular(page)).then((items) => (ids = items.map((item) => item.id))));
  });

  it('reads the resident parts that it needs once, and nothing that is for lists', async () => {
    const { source, read } = watched(samplePack);
    const recommender = await Recommender.load(source);
    await recommender.recommend({ history: [ids[3]] });
    const expected = ['display', 'features', ...(modelled ? ['collaborative'] : [])];
    assert.deepEqual(kinds(read).sort(), expected.sort());
    const soFar = read.length;
    await recommender.recommend({ history: [ids[4]], genres: ['Drama'], content_weight: 1 });
    await recommender.popular();
    assert.equal(read.length, soFar);
    recommender.free();
  });

  it('needs no file after preload', async () => {
    const { source, read } = watched(samplePack);
    const recommender = await Recommender.load(source);
    await recommender.preload();
    const soFar = read.length;
    await recommender.recommend({ history: [ids[3]] });
    assert.equal(read.length, soFar);
    recommender.free();
  });

  it('gives items, best first, whose scores are the weighted sums of their two parts', () =>
    using(async (recommender) => {
      const history = [ids[2], { id: ids[9], weight: 3 }];
      const page = await recommender.recommend({ history, limit: 100, rerank: { diversity: 0 } });
      assert.equal(page.items.length, 100);
      assert.equal(page.offset, 0);
      assert.equal(page.total, ids.length - 2);
      assert.equal(page.unknown_items, 0);
      const { content, collaborative } = page.weights;
      assert.ok(Math.abs(content + collaborative - 1) < 1e-6);
      for (const [i, item] of page.items.entries()) {
        const parts = [item.score, item.content_score, item.collaborative_score, item.popularity];
        assert.ok(parts.every((score) => score >= 0 && score <= 1), parts.join());
        assert.ok(i === 0 || page.items[i - 1].score >= item.score);
        assert.ok(item.id !== ids[2] && item.id !== ids[9], 'a seen item');
        assert.equal(typeof item.name, 'string');
        if (item.source === 'popular') continue;
        const sum = content * item.content_score + collaborative * item.collaborative_score;
        assert.ok(Math.abs(item.score - sum) < 3e-6, `score ${item.score} is not ${sum}`);
        const stronger = content * item.content_score > collaborative * item.collaborative_score ? 'content' : 'collaborative';
        assert.equal(item.source, stronger);
      }
    }));

  it('pages through the whole catalogue without a repetition or a gap', () =>
    using(async (recommender) => {
      const history = [ids[0], { id: ids[7], weight: -2 }, ids[20]];
      for (const limit of [7, 100]) {
        const items = await everyPage((page) => recommender.recommend({ history, rerank: { diversity: 0 }, ...page }), limit);
        const expected = new Set(ids.filter((id) => ![ids[0], ids[7], ids[20]].includes(id)));
        assert.equal(items.length, expected.size);
        assert.deepEqual(new Set(items.map((item) => item.id)), expected);
        for (let i = 1; i < items.length; i++) assert.ok(items[i - 1].score >= items[i].score, `scores rise at ${i}`);
      }
      const beyond = await recommender.recommend({ history, offset: 4_000_000_000 });
      assert.deepEqual(beyond.items, []);
      assert.equal(beyond.total, ids.length - 3);
    }));

  it('answers somebody of whom nothing is known with what is popular, and says so', () =>
    using(async (recommender) => {
      for (const options of [undefined, {}, { history: [] }, { history: [ids[3]].slice(1), genres: [] }, { history: [{ id: ids[5], weight: 0 }] }]) {
        const page = await recommender.recommend(options);
        assert.equal(page.fallback_used, true);
        assert.ok(page.items.every((item) => item.source === 'popular'));
        const expected = ids.filter((id) => options?.history?.[0]?.id !== id).slice(0, 10);
        assert.deepEqual(page.items.map((item) => item.id), expected);
      }
      const { fallback_used } = await recommender.recommend({ history: [ids[3]] });
      assert.equal(fallback_used, false);
    }));

  it('counts ids that the pack lacks, of whatever kind', () =>
    using(async (recommender) => {
      const strange = [Number.MAX_SAFE_INTEGER, 'no such id', '082', '', 'x'.repeat(5000), { id: 'é', weight: 2 }];
      const page = await recommender.recommend({ history: [ids[3], ...strange] });
      assert.equal(page.unknown_items, strange.length);
      assert.deepEqual(page.items, (await recommender.recommend({ history: [ids[3]] })).items);
      assert.equal((await recommender.recommend({ history: strange })).fallback_used, true);
    }));

  it('takes an id as a number, as its text and as an event, and adds up what is repeated', () =>
    using(async (recommender) => {
      const expected = await recommender.recommend({ history: [{ id: ids[3], weight: 2 }, ids[5]] });
      for (const history of [
        [{ id: String(ids[3]), weight: 2 }, String(ids[5])],
        [ids[5], ids[3], ids[3]],
        [ids[3], { id: ids[5], weight: null, time: undefined }, { id: ids[3], time: null }],
        [{ id: ids[3], weight: 5 }, { id: ids[5] }, { id: ids[3], weight: -3 }],
      ]) {
        assert.deepEqual(await recommender.recommend({ history }), expected);
      }
    }));

  it('never raises an item by a dislike', () =>
    using(async (recommender) => {
      const liked = [ids[1], ids[6]];
      const before = new Map((await everyPage((page) => recommender.recommend({ history: liked, ...page }))).map((item) => [item.id, item]));
      const disliked = { id: ids[12], weight: -2 };
      const after = await everyPage((page) => recommender.recommend({ history: [...liked, disliked], include_seen: true, ...page }));
      let lowered = 0;
      for (const item of after) {
        const was = before.get(item.id);
        if (!was || item.source === 'popular') continue;
        assert.ok(item.content_score <= was.content_score && item.collaborative_score <= was.collaborative_score, item.name);
        if (item.score < was.score) lowered++;
      }
      assert.ok(lowered > 10, `${lowered} were lowered`);
    }));

  it('leaves seen items out unless asked', () =>
    using(async (recommender) => {
      const history = [ids[2]];
      const page = await recommender.recommend({ history, include_seen: true });
      assert.equal(page.total, ids.length);
      assert.equal(page.items[0].content_score, Math.max(...page.items.map((item) => item.content_score)));
      assert.ok((await everyPage((at) => recommender.recommend({ history, include_seen: true, ...at }))).some((item) => item.id === ids[2]));
    }));

  it('prefers genres that are stated, by their weights', () =>
    using(async (recommender) => {
      const one = await recommender.recommend({ genres: ['Comedy'], limit: 20 });
      assert.ok(one.items.every((item) => item.genres.includes('Comedy')));
      assert.deepEqual(one.weights, { content: 1, collaborative: 0 });
      const two = await recommender.recommend({ genres: ['Comedy', { genre: 'Crime', weight: 5 }], limit: 100 });
      const only = (genre, other) => two.items.find((item) => item.genres.includes(genre) && !item.genres.includes(other));
      assert.ok(only('Crime', 'Comedy').score > (only('Comedy', 'Crime')?.score ?? 0));
      assert.equal((await recommender.recommend({ genres: ['No Such Genre'] })).fallback_used, true);
    }));

  it('lets old events count less, by Date or by seconds', () =>
    using(async (recommender) => {
      const now = new Date('2025-06-01T12:00:00Z');
      const seconds = now.getTime() / 1000;
      const [a, b] = [ids[2], ids[30]];
      const weighed = await recommender.recommend({ history: [{ id: a, weight: 0.25 }, b] });
      for (const time of [new Date(now.getTime() - 20 * DAY * 1000), seconds - 20 * DAY]) {
        const newest = typeof time === 'number' ? seconds + 0.9 : now;
        const aged = await recommender.recommend({ history: [{ id: a, time }, { id: b, time: newest }], half_life_days: 10 });
        assert.deepEqual(aged.items, weighed.items);
      }
    }));

  it('takes other content weights', () =>
    using(async (recommender) => {
      const history = [ids[2], ids[11]];
      const own = await recommender.recommend({ history, content_weight: 1, collaborative_weight: 0 });
      const years = await recommender.recommend({ history, content_weight: 1, collaborative_weight: 0, genre_weight: 0, text_weight: 0, metadata_weight: 0, year_weight: 1 });
      assert.notDeepEqual(years.items.map((item) => item.id), own.items.map((item) => item.id));
    }));

  it('brings summaries only if asked', async () => {
    const { source, read } = watched(samplePack);
    const recommender = await Recommender.load(source);
    assert.ok((await recommender.recommend({ history: [ids[2]] })).items.every((item) => item.summary === null));
    assert.ok(!kinds(read).includes('summaries'));
    assert.ok((await recommender.recommend({ history: [ids[2]], summaries: true })).items.some((item) => item.summary?.length > 20));
    recommender.free();
  });

  it('tells what is popular, also of some genres', () =>
    using(async (recommender) => {
      const page = await recommender.popular({ limit: 5 });
      assert.deepEqual([page.fallback_used, page.total, page.offset, page.items[0].popularity], [false, ids.length, 0, 1]);
      assert.deepEqual(page.items.map((item) => item.source), Array(5).fill('popular'));
      const some = await everyPage((at) => recommender.popular({ genres: ['Comedy', 'Crime'], ...at }));
      assert.ok(some.length > 0 && some.every((item) => item.genres.includes('Comedy') || item.genres.includes('Crime')));
      assert.deepEqual(some.map((item) => item.id), ids.filter((id) => some.some((item) => item.id === id)));
      assert.deepEqual((await recommender.popular({ genres: ['No Such Genre'] })).items, []);
    }));

  it('refuses what can\'t be asked, naming the option', () =>
    using(async (recommender) => {
      const id = ids[0];
      const cases = [
        [{ limit: 0 }, 'limit'],
        [{ limit: 101 }, 'limit'],
        [{ limit: '5' }, 'limit'],
        [{ limit: 2 ** 32 + 10 }, 'limit'],
        [{ offset: -1 }, 'offset'],
        [{ offset: 0.5 }, 'offset'],
        [{ offset: 2 ** 32 }, 'offset'],
        [{ offset: 2 ** 32 - 1 }, 'offset'],
        [{ history: id }, 'history'],
        [{ history: { 0: id } }, 'history'],
        [{ history: Array(10_001).fill(id) }, 'history'],
        [{ history: new Array(4e9) }, 'history'],
        [{ history: [id, undefined] }, 'history[1]'],
        [{ history: [null] }, 'history[0]'],
        [{ history: [1.5] }, 'history[0]'],
        [{ history: [-1] }, 'history[0]'],
        [{ history: [[id]] }, 'history[0]'],
        [{ history: [{}] }, 'history[0]'],
        [{ history: [{ id: null }] }, 'history[0]'],
        [{ history: [{ item: id }] }, 'history[0].item'],
        [{ history: [{ id, weight: 101 }] }, 'history[0].weight'],
        [{ history: [{ id, weight: NaN }] }, 'history[0].weight'],
        [{ history: [{ id, weight: '3' }] }, 'history[0].weight'],
        [{ history: [id, { id, time: Date.now() }] }, 'history[1].time'],
        [{ history: [{ id, time: new Date(NaN) }] }, 'history[0].time'],
        [{ history: [{ id, time: '2025-01-01' }] }, 'history[0].time'],
        [{ genres: 'Drama' }, 'genres'],
        [{ genres: Array(101).fill('Drama') }, 'genres'],
        [{ genres: [1] }, 'genres[0]'],
        [{ genres: [{}] }, 'genres[0]'],
        [{ genres: [{ genre: 'Drama', weight: -1 }] }, 'genres[0].weight'],
        [{ genres: [{ name: 'Drama' }] }, 'genres[0].name'],
        [{ content_weight: -1 }, 'content_weight'],
        [{ collaborative_weight: 'much' }, 'collaborative_weight'],
        [{ half_life_days: 0 }, 'half_life_days'],
        [{ half_life_days: 100_001 }, 'half_life_days'],
        [{ include_seen: 1 }, 'include_seen'],
        [{ text_weight: Infinity }, 'text_weight'],
        [{ summaries: 'yes' }, 'summaries'],
        [{ n: 5 }, 'n'],
        [{ min_similarity: 0.5 }, 'min_similarity'],
        [{ halfLifeDays: 5 }, 'halfLifeDays'],
        [null, 'options'],
        [[], 'options'],
      ];
      for (const [options, parameter] of cases) {
        const asked = () => recommender.recommend(options);
        await assert.rejects(asked, { name: 'Error', code: 'invalid_parameter', parameter }, `${parameter} of ${Object.keys(options ?? {})}`);
      }
      for (const [options, parameter] of [[{ history: [id] }, 'history'], [{ genres: [1] }, 'genres'], [{ genres: Array(101).fill('Drama') }, 'genres'], [{ genres: new Array(2 ** 32 - 1) }, 'genres'], [{ limit: 0 }, 'limit']]) {
        await assert.rejects(() => recommender.popular(options), { code: 'invalid_parameter', parameter }, Object.keys(options).join());
      }
      // An array that grows while it is read is read as long as it was.
      await recommender.preload();
      const growing = [id, { get id() { growing.push(...Array(20_000).fill(id)); return id; } }];
      assert.equal((await recommender.recommend({ history: growing })).items.length, 10);
    }));

  it('says that it was freed', async () => {
    const recommender = await Recommender.load(samplePack);
    recommender.free();
    await assert.rejects(recommender.recommend(), { code: 'freed' });
    await assert.rejects(recommender.popular(), { code: 'freed' });
  });

  describe('with a model of what people did', { skip: withoutModel }, () => {
    it('blends the two sides by the pack\'s weights, and by others', () =>
      using(async (recommender) => {
        const { personal } = recommender.info();
        assert.deepEqual(personal, { content_weight: manifest.personal.content_weight, collaborative_weight: manifest.personal.collaborative_weight, model: manifest.personal.model, user_ids: manifest.personal.user_ids });
        const history = [ids[2], ids[5], ids[40]];
        const own = await recommender.recommend({ history });
        assert.deepEqual(own.weights, { content: personal.content_weight, collaborative: personal.collaborative_weight });
        assert.ok(own.items.some((item) => item.collaborative_score > 0) && own.items.some((item) => item.content_score > 0));
        const others = await recommender.recommend({ history, content_weight: 0, collaborative_weight: 7 });
        assert.deepEqual(others.weights, { content: 0, collaborative: 1 });
        assert.ok(others.items.every((item) => item.source === 'collaborative' && item.score === item.collaborative_score));
        const content = await recommender.recommend({ history, content_weight: 1, collaborative_weight: 0 });
        assert.ok(content.items.every((item) => item.source === 'content' && item.score === item.content_score));
      }));

    it('refuses a damaged model, and answers once a good one comes', async () => {
      let damage = true;
      const { source } = watched(samplePack, (file, bytes) => {
        if (damage && file.startsWith('collaborative')) bytes[bytes.length >> 1] ^= 0x10;
        return bytes;
      });
      const recommender = await Recommender.load(source);
      await assert.rejects(recommender.recommend({ history: [ids[2]] }), { code: 'pack_checksum' });
      // What needs no model goes on.
      assert.ok((await recommender.similar({ id: ids[2] })).items.length > 0);
      damage = false;
      assert.ok((await recommender.recommend({ history: [ids[2]] })).items.length > 0);
      recommender.free();
    });
  });

  const program = process.env.AFTERSHOW_BIN;
  it('says what the command line says', { skip: program ? false : 'AFTERSHOW_BIN names no program' }, () =>
    using(async (recommender) => {
      const cases = [
        [[`${ids[2]}:3,${ids[17]},${ids[4]}:-2`], { history: [{ id: ids[2], weight: 3 }, ids[17], { id: ids[4], weight: -2 }] }],
        [[String(ids[60])], { history: [ids[60]] }],
      ];
      for (const [history, options] of cases) {
        const native = JSON.parse(execFileSync(program, ['recommend', samplePack, '--history', history, '-n', '30', '--json'], { encoding: 'utf8' }));
        const { items } = await recommender.recommend({ ...options, limit: 30 });
        const shown = ({ id, score, content_score, collaborative_score, source }) => ({ id, score, content_score, collaborative_score, source });
        assert.deepEqual(items.map(shown), native.items.map(shown));
      }
    }));
});

/** Calls `use` with an open pack, and frees it. */
async function using(use) {
  const recommender = await Recommender.load(samplePack);
  try {
    return await use(recommender);
  } finally {
    recommender.free();
  }
}

/** The items of all pages. */
async function everyPage(ask, limit = 100) {
  const items = [];
  for (;;) {
    const page = await ask({ limit, offset: items.length });
    items.push(...page.items);
    if (page.items.length < limit) return items;
  }
}

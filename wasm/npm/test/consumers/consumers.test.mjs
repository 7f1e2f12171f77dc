// The package as its users have it: packed, installed, and run where it says that it runs.
//
// AFTERSHOW_PACK names the sample pack. Needs a Chromium (CHROMIUM, or on PATH) and a Node that miniflare runs on.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { build as esbuild } from 'esbuild';
import { Miniflare } from 'miniflare';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { build as vite } from 'vite';
import webpack from 'webpack';

import { launch, packFolder, serve } from '../../../../web-demo/tests/host.mjs';
import { here, install, tool } from './tarball.mjs';

const ID = '82';
let packed, pack, chromium, expected;

/** Runs a program to its end and reads the JSON that it prints. */
function json(program, args, cwd = packed.project) {
  return JSON.parse(execFileSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 }));
}

/** Both engines' answers are those of Node; how they were found may differ. */
function agrees({ listed, whole, recommended, ...other }, from) {
  assert.deepEqual(other, {}, from);
  assert.deepEqual(whole.items, expected.items, from);
  assert.deepEqual(listed.items, expected.items, from);
  assert.deepEqual([listed.route, recommended], ['shard', 3], from);
}

/** Serves a folder with the pack beside it and calls `visit` with a page of it. */
async function visiting(folder, visit, { path = 'index.html', prepare } = {}) {
  const host = await serve(pack, '/', folder);
  const context = await chromium.newContext();
  try {
    const page = await context.newPage();
    if (prepare) await page.addInitScript(prepare);
    await page.goto(host.url + path);
    return await visit(page, host);
  } finally {
    await context.close();
    await host.close();
  }
}

const asked = (page, how = 'ask') => page.waitForFunction((how) => window[how], how).then(() => page.evaluate(([how, id]) => window[how](id), [how, ID]));

describe('the packed tarball', () => {
  before(async () => {
    pack = packFolder();
    packed = install();
    chromium = await launch();
    const { whole } = json(process.execPath, ['node.mjs', pack, ID]);
    expected = { items: whole.items.map(({ reasons, ...item }) => item) };
    assert.equal(expected.items.length, 5);
  });

  after(async () => {
    await chromium?.close();
    if (packed) rmSync(packed.folder, { recursive: true, force: true });
  });

  it('has the licence, the README, types and both engines, and nothing of how it was made', () => {
    for (const file of ['LICENSE', 'README.md', 'package.json', 'dist/index.d.ts', 'dist/slim.d.ts', 'dist/element.js', 'dist/custom-elements.json', 'dist/list.css', 'dist/aftershow_bg.wasm', 'dist/aftershow_slim_bg.wasm']) {
      assert.ok(packed.files.includes(file), file);
    }
    assert.deepEqual(packed.files.filter((file) => !/^(LICENSE|README\.md|package\.json|dist\/[\w.-]+\.(js|js\.map|d\.ts|wasm)|dist\/element\/[\w-]+\.d\.ts|dist\/(custom-elements\.json|list\.css))$/.test(file)), []);
    const { exports } = JSON.parse(readFileSync(join(packed.project, 'node_modules/aftershow/package.json'), 'utf8'));
    for (const conditions of [exports['.'], exports['./slim']]) {
      assert.deepEqual(Object.keys(conditions), ['workerd', 'edge-light', 'deno', 'node', 'browser', 'default']);
      for (const files of Object.values(conditions)) assert.deepEqual(Object.keys(files), ['types', 'default']);
    }
  });

  it('is clean to publint', async () => {
    const pkgDir = join(packed.project, 'node_modules/aftershow');
    const { messages, pkg } = await publint({ pkgDir, strict: true, pack: false });
    assert.deepEqual(messages.map((message) => formatMessage(message, pkg)), []);
  });

  it('is clean to arethetypeswrong', () => {
    const raw = ['--exclude-entrypoints', './wasm', './wasm-slim', './wasm-search', './list.css', './package.json'];
    // It exits with an error for others than those of this profile; its JSON has all of them.
    const { analysis, problems } = json(tool('attw'), [packed.tarball, '--format', 'json', '--profile', 'esm-only', ...raw]);
    const beyond = Object.values(problems).flat().filter(({ resolutionKind }) => !['node10', 'node16-cjs'].includes(resolutionKind));
    assert.deepEqual(beyond, []);
    assert.deepEqual(Object.keys(analysis.entrypoints), ['.', './slim', './search', './element', './service-worker']);
  });

  it('answers in Node from a directory', () => {
    const { whole, listed, recommended, because, freed } = json(process.execPath, ['node.mjs', pack, ID]);
    assert.deepEqual(listed.items.map((item) => [item.id, item.score, item.reasons.length > 0]), whole.items.map((item) => [item.id, item.score, true]));
    assert.deepEqual([recommended, freed], [3, 'freed']);
    assert.match(because, /^\w/);
  });

  it('answers in Deno', (t) => {
    const deno = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'deno')).find(existsSync);
    if (!deno) return t.skip('there is no deno on PATH');
    const { whole, listed } = json(deno, ['run', '--quiet', '--allow-read', '--node-modules-dir=manual', 'node.mjs', pack, ID]);
    assert.deepEqual(whole.items.map((item) => item.id), expected.items.map((item) => item.id));
    assert.equal(listed.route, 'shard');
  });

  for (const resolution of ['bundler', 'nodenext']) {
    it(`type-checks strictly with moduleResolution ${resolution}`, () => {
      execFileSync(tool('tsc'), ['-p', `tsconfig.${resolution}.json`], { cwd: packed.project, stdio: 'inherit' });
    });
  }

  it('answers in a page and in a Web Worker built by Vite', async () => {
    const outDir = join(packed.folder, 'vite');
    await vite({ root: packed.project, logLevel: 'error', worker: { format: 'es' }, build: { outDir, emptyOutDir: true, target: 'es2022' } });
    // The third is fetched by the first search alone.
    assert.equal(readdirSync(join(outDir, 'assets')).filter((file) => file.endsWith('.wasm')).length, 3);
    await visiting(outDir, async (page) => {
      agrees(await asked(page), 'the page');
      agrees(await asked(page, 'askWorker'), 'the Web Worker');
    });
  });

  it('answers in a page and in a Web Worker built by webpack', async () => {
    const path = join(packed.folder, 'webpack');
    const stats = await new Promise((resolve, reject) => {
      const config = { mode: 'production', context: packed.project, entry: './page.js', output: { path, filename: 'page.js', publicPath: '/' }, experiments: { outputModule: true }, performance: { hints: false } };
      webpack(config, (error, stats) => (error ? reject(error) : resolve(stats)));
    });
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
    assert.deepEqual([errors, warnings], [[], []]);
    cpSync(join(packed.project, 'index.html'), join(path, 'index.html'));
    await visiting(path, async (page) => {
      agrees(await asked(page), 'the page');
      agrees(await asked(page, 'askWorker'), 'the Web Worker');
    });
  });

  it('answers in a page built by esbuild, the wasm by an import', async () => {
    const outdir = join(packed.folder, 'esbuild');
    await esbuild({ absWorkingDir: packed.project, entryPoints: { page: 'addresses.js' }, bundle: true, format: 'esm', outdir, loader: { '.wasm': 'file' }, logLevel: 'error' });
    cpSync(join(packed.project, 'index.html'), join(outdir, 'index.html'));
    await visiting(outdir, async (page) => agrees(await asked(page), 'the page'));
  });

  for (const condition of ['workerd', 'edge-light']) {
    it(`answers in workerd, by the condition ${condition}`, async () => {
      const outdir = join(packed.folder, condition);
      const suffix = { name: 'module', setup: (build) => build.onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path.replace('?module', '')) })) };
      await esbuild({ absWorkingDir: packed.project, entryPoints: ['edge.js'], bundle: true, format: 'esm', outdir, conditions: [condition], mainFields: ['module'], loader: { '.wasm': 'copy' }, plugins: [suffix], logLevel: 'error' });
      const modules = [{ type: 'CompiledWasm', include: ['**/*.wasm'] }, { type: 'ESModule', include: ['**/*.js'] }];
      const files = await serve(pack, '/', packed.project);
      let worker;
      try {
        const script = { modules: true, modulesRoot: outdir, modulesRules: modules, scriptPath: join(outdir, 'edge.js') };
        worker = new Miniflare({ ...script, compatibilityDate: '2024-09-01', bindings: { PACK: `${files.url}pack/` } });
        const response = await worker.dispatchFetch(`http://worker/?id=${ID}`);
        agrees(await response.json(), condition);
      } finally {
        await worker?.dispose();
        await files.close();
      }
    });
  }

  it('is an element of React, by properties and events', async () => {
    const outdir = join(packed.folder, 'react');
    const nodePaths = [join(here, 'node_modules')];
    await esbuild({ absWorkingDir: packed.project, entryPoints: { page: 'react.jsx' }, bundle: true, format: 'esm', splitting: true, jsx: 'automatic', outdir, nodePaths, define: { 'process.env.NODE_ENV': '"production"' }, logLevel: 'error' });
    cpSync(join(packed.project, 'index.html'), join(outdir, 'index.html'));
    // esbuild leaves `new URL(…, import.meta.url)` as it is.
    for (const file of readdirSync(join(packed.project, 'node_modules/aftershow/dist')).filter((file) => file.endsWith('.wasm'))) {
      cpSync(join(packed.project, 'node_modules/aftershow/dist', file), join(outdir, file));
    }
    await visiting(outdir, async (page) => {
      const shown = () => page.evaluate(() => [...document.querySelector('aftershow-list').shadowRoot.querySelectorAll('li[data-id]')].map((item) => item.dataset.id));
      await page.waitForFunction(() => window.answers?.length === 1);
      assert.deepEqual(await shown(), expected.items.map(({ id }) => String(id)));
      await page.click('button');
      await page.waitForFunction(() => window.answers?.length === 2);
      const years = await page.evaluate(() => window.answers[1].items.map(({ year }) => year));
      assert.ok(years.length === 3 && years.every((year) => year >= 2012), String(years));
      await page.click('aftershow-list .like');
      assert.equal(await page.evaluate(() => window.feedback), 'like');
    });
  });

  describe('on a page without a bundler', () => {
    const site = () => join(packed.folder, 'plain');
    const page = (name, policy) => {
      const meta = policy ? `<meta http-equiv="Content-Security-Policy" content="default-src 'self'; script-src ${policy}">` : '';
      writeFileSync(join(site(), name), `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${meta}<title>Plain</title>`);
    };
    /** What loading comes to: the number of similar items, or the code. */
    const load = (page, options = {}) =>
      page.evaluate(
        async ({ wasm, module, id }) => {
          const { Recommender } = await import(`/aftershow/${module ?? 'index'}.js`);
          try {
            const recommender = await Recommender.load('/pack/', { wasm });
            return (await recommender.similar({ id, n: 5 })).items.length;
          } catch (error) {
            return error.code;
          }
        },
        { ...options, id: ID },
      );

    before(() => {
      mkdirSync(site());
      cpSync(join(packed.project, 'node_modules/aftershow/dist'), join(site(), 'aftershow'), { recursive: true });
      page('index.html');
      page('allowed.html', "'self' 'wasm-unsafe-eval'");
      page('forbidden.html', "'self'");
    });

    it('works beside other WebAssembly, and twice', async () => {
      await visiting(site(), async (page) => {
        const found = await page.evaluate(async (id) => {
          // (module (memory (export "memory") 1)): its memory is its own.
          const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 3, 1, 0, 1, 7, 10, 1, 6, 109, 101, 109, 111, 114, 121, 2, 0);
          const { instance } = await WebAssembly.instantiate(bytes);
          const view = new Uint8Array(instance.exports.memory.buffer).fill(7);
          // Another address is another copy of the package.
          const copies = await Promise.all(['index.js', 'index.js?again', 'slim.js'].map((file) => import(`/aftershow/${file}`)));
          const both = await Promise.all([...copies, ...copies].map(({ Recommender }) => Recommender.load('/pack/')));
          const answers = await Promise.all(both.map((recommender) => recommender.similar({ id, n: 5 })));
          both[0].free();
          const after = await both[1].similar({ id, n: 5 });
          return { lengths: [...answers, after].map(({ items }) => items.length), untouched: view.every((byte) => byte === 7) };
        }, ID);
        assert.deepEqual(found, { lengths: [5, 5, 5, 5, 5, 5, 5], untouched: true });
      });
    });

    it('loads after a load that failed', async () => {
      await visiting(site(), async (page) => {
        assert.equal(await load(page, { wasm: '/missing.wasm' }), 'wasm_load');
        assert.equal(await load(page, { wasm: '/pack/manifest.json' }), 'wasm_load');
        assert.equal(await load(page), 5);
      });
    });

    it('refuses the WebAssembly of another package by a code, and then takes its own', async () => {
      const own = readFileSync(join(site(), 'aftershow/aftershow_bg.wasm'));
      writeFileSync(join(site(), 'older.wasm'), Buffer.from(own.toString('latin1').replace(/\d+\.\d+\.\d+ aftershow_bg/, (text) => text.replace(/^\d/, (digit) => (digit === '9' ? '8' : '9'))), 'latin1'));
      await visiting(site(), async (page) => {
        assert.equal(await load(page, { wasm: '/older.wasm' }), 'wasm_version');
        assert.equal(await load(page, { wasm: '/aftershow/aftershow_slim_bg.wasm' }), 'wasm_version');
        assert.equal(await load(page), 5);
      });
    });

    it('shows a list by the element, from the slim engine alone', async () => {
      const element = '<script type="module" src="/aftershow/element.js"></script><aftershow-list src="/pack/" item="82" n="5"></aftershow-list>';
      writeFileSync(join(site(), 'element.html'), `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Plain</title>${element}`);
      await visiting(
        site(),
        async (page, host) => {
          await page.waitForFunction(() => document.querySelector('aftershow-list').shadowRoot?.querySelector('li[data-id]'));
          const ids = await page.evaluate(() => [...document.querySelector('aftershow-list').shadowRoot.querySelectorAll('li')].map((item) => item.dataset.id));
          assert.deepEqual(ids, expected.items.map(({ id }) => String(id)));
          assert.deepEqual(host.requests.filter((path) => path.endsWith('.wasm')), ['/aftershow/aftershow_slim_bg.wasm']);
        },
        { path: 'element.html' },
      );
    });

    it("works under a policy with 'wasm-unsafe-eval', and names one without by a code", async () => {
      await visiting(site(), async (page) => assert.equal(await load(page), 5), { path: 'allowed.html' });
      for (const module of ['index', 'slim']) {
        await visiting(site(), async (page) => assert.equal(await load(page, { module }), 'wasm_unavailable'), { path: 'forbidden.html' });
      }
    });

    it('names a browser without WebAssembly by a code', async () => {
      const prepare = () => delete globalThis.WebAssembly;
      await visiting(site(), async (page) => assert.equal(await load(page), 'wasm_unavailable'), { prepare });
    });

    it('answers item-to-item from the slim engine alone, and fetches no other', async () => {
      await visiting(site(), async (page, host) => {
        assert.equal(await load(page, { module: 'slim' }), 5);
        const paths = host.requests.filter((path) => path !== '/index.html');
        assert.deepEqual(paths.slice(0, 1), ['/aftershow/slim.js']);
        assert.deepEqual(paths.filter((path) => path.endsWith('.wasm')), ['/aftershow/aftershow_slim_bg.wasm']);
        assert.deepEqual(paths.filter((path) => path.startsWith('/pack/')).map((path) => path.slice(6).split('.')[0]), ['manifest', 'table', 'shard']);
      });
    });
  });
});

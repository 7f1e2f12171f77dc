// The whole build: Rust → wasm/pkg, wasm/pkg-slim, wasm/pkg-search (wasm-pack, wasm-opt) → dist/ (esbuild, tsc). `--js-only` leaves wasm/ as it is.
//
// wasm-pack and wasm-bindgen come from PATH, else from AFTERSHOW_TOOLS (default: .tools at the
// project's root), where each has a folder with its version in the name.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build, transform } from 'esbuild';

import { customElements } from './custom-elements.mjs';
import { withoutPlaces } from './places.mjs';

const npm = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const wasm = resolve(npm, '..');
const root = resolve(wasm, '..');
const dist = join(npm, 'dist');

/** Of each engine: the module of its name, where its crate is built to, the name of its files, in which profile and with what features. */
const ENGINES = [
  { module: 'index', pkg: join(wasm, 'pkg'), name: 'aftershow', profile: 'wasm-release', features: [] },
  { module: 'slim', pkg: join(wasm, 'pkg-slim'), name: 'aftershow_slim', profile: 'wasm-release', features: ['--', '--no-default-features'] },
  { module: 'search', pkg: join(wasm, 'pkg-search'), name: 'aftershow_search', profile: 'wasm-search', features: ['--', '--no-default-features', '--features', 'search'] },
];

/** What the elements load when it is asked for. */
const ELEMENT_PARTS = ['opinions', 'search-box', 'template'];

/** How the WebAssembly is had: by address, from the disk, or compiled by an import that the host understands. */
const HOSTS = [
  { entry: 'browser', suffix: '' },
  { entry: 'node', suffix: '.node', platform: 'node' },
  { entry: 'workerd', suffix: '.workerd', query: '' },
  { entry: 'workerd', suffix: '.edge', query: '?module' },
];

/** A style sheet as text, without what only people read. */
const css = {
  name: 'css',
  setup: (build) =>
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'css', minify: true, target: 'es2022' });
      return { contents: code.trim(), loader: 'text' };
    }),
};

if (!process.argv.includes('--js-only')) ENGINES.forEach(buildWasm);
await buildJs();

function buildWasm({ pkg, name, profile, features }) {
  const tools = process.env.AFTERSHOW_TOOLS ?? join(root, '.tools');
  const cached = existsSync(tools) ? readdirSync(tools).map((name) => join(tools, name, 'bin')) : [];
  const path = [join(npm, 'node_modules', '.bin'), process.env.PATH, ...cached].join(delimiter);
  const args = ['build', wasm, '--target', 'web', '--mode', 'no-install', '--profile', profile];
  run('wasm-pack', [...args, '--out-dir', pkg, '--out-name', name, ...features], { PATH: path });
  withoutHashes([join(pkg, `${name}_bg.wasm`), join(pkg, `${name}.js`)]);
}

/** Zeros for the hash in the name of each import, on both sides: no two are of one name without it, and hashes don't compress. */
function withoutHashes(files) {
  const names = /(__wbg_\w+?_)[0-9a-f]{16}(?!\w)/g;
  const [all, short] = [0, 1].map((group) => new Set([...readFileSync(files[0], 'latin1').matchAll(names)].map((match) => match[group])));
  if (all.size !== short.size) fail('two imports of the WebAssembly have one name: see withoutHashes in scripts/build.mjs');
  for (const file of files) writeFileSync(file, readFileSync(file, 'latin1').replace(names, `$1${'0'.repeat(16)}`), 'latin1');
}

async function buildJs() {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  const { version } = JSON.parse(readFileSync(join(npm, 'package.json'), 'utf8'));
  for (const { module, pkg, name } of ENGINES) {
    if (!existsSync(join(pkg, `${name}.js`))) fail(`${pkg} is missing: run \`npm run build\`, without --js-only`);
    const built = JSON.parse(readFileSync(join(pkg, 'package.json'), 'utf8')).version;
    if (built !== version) fail(`the crate has version ${built} and package.json ${version}: give both the same`);
    const file = `${name}_bg.wasm`;
    writeFileSync(join(dist, file), signed(withoutPlaces(readFileSync(join(pkg, file))), `${version} ${file}`));
    for (const { entry, suffix, platform, query } of HOSTS) {
      await build({
        absWorkingDir: npm,
        bundle: true,
        format: 'esm',
        target: 'es2022',
        minify: true,
        sourcemap: true,
        entryPoints: [`src/${module}.ts`],
        outfile: `dist/${module}${suffix}.js`,
        alias: {
          '#entry': `./src/entry/${entry}.ts`,
          '#engine': join(pkg, `${name}.js`),
          '#wording': join(root, 'core/src/engine/wording.json'),
        },
        define: { VERSION: JSON.stringify(version), WASM_FILE: JSON.stringify(`./${file}`) },
        plugins: [left('#wasm-file', `./${file}${query ?? ''}`), left('#search', `./search${suffix}.js`)],
        ...(platform && { platform }),
      });
    }
  }
  await buildElement();
  run(process.execPath, [join(npm, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', npm, '--declaration', '--emitDeclarationOnly']);
  for (const internal of ['engine', 'errors', 'host', 'inflate', 'source']) rmSync(join(dist, `${internal}.d.ts`));
  rmSync(join(dist, 'entry'), { recursive: true });
  copyFileSync(join(npm, 'src/element/list.css'), join(dist, 'list.css'));
  writeFileSync(join(dist, 'custom-elements.json'), JSON.stringify(customElements(readFileSync(join(npm, 'README.md'), 'utf8')), null, 2));
  copyFileSync(join(root, 'LICENSE'), join(npm, 'LICENSE'));
}

/** The elements and what goes with them, once for all hosts: the engines stay in files of their own, and so does what not every list has. */
async function buildElement() {
  const engines = ENGINES.map(({ module }) => left(`\\.\\./${module}\\.js`, `./${module}.js`));
  const later = ELEMENT_PARTS.map((part) => left(`\\./(element/)?${part}\\.js`, `./element.${part}.js`));
  for (const [source, out] of [['service-worker', 'service-worker'], ['element', 'element'], ...ELEMENT_PARTS.map((part) => [`element/${part}`, `element.${part}`])]) {
    await build({
      absWorkingDir: npm,
      bundle: true,
      format: 'esm',
      target: 'es2022',
      minify: true,
      sourcemap: true,
      entryPoints: [`src/${source}.ts`],
      outfile: `dist/${out}.js`,
      plugins: [...engines, ...later, css],
    });
  }
}

/** The module with a custom section `aftershow` that says what it is: the package checks it before anything runs. */
function signed(module, text) {
  const bytes = (text) => [text.length, ...Buffer.from(text)]; // lengths below 128 are one byte of LEB128
  const section = [...bytes('aftershow'), ...Buffer.from(text)];
  return Buffer.concat([module, Buffer.from([0, section.length, ...section])]);
}

/** Leaves an import to the host, or to the bundler that takes the package. */
function left(name, path) {
  return { name, setup: (build) => build.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path, external: true })) };
}

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: npm, stdio: 'inherit', env: { ...process.env, ...env } });
  if (error?.code === 'ENOENT') fail(`${command} is missing: run \`cargo xtask test\` once, which installs it, or put it on PATH`);
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

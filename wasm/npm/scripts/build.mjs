// The whole build: Rust → wasm/pkg (wasm-pack, wasm-opt) → dist/ (esbuild, tsc). `--js-only` leaves wasm/pkg as it is.
//
// wasm-pack and wasm-bindgen come from PATH, else from AFTERSHOW_TOOLS (default: .tools at the
// project's root), where each has a folder with its version in the name.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const npm = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const wasm = resolve(npm, '..');
const root = resolve(wasm, '..');
const pkg = join(wasm, 'pkg');
const dist = join(npm, 'dist');

if (!process.argv.includes('--js-only')) buildWasm();
await buildJs();

function buildWasm() {
  const tools = process.env.AFTERSHOW_TOOLS ?? join(root, '.tools');
  const cached = existsSync(tools) ? readdirSync(tools).map((name) => join(tools, name, 'bin')) : [];
  const path = [join(npm, 'node_modules', '.bin'), process.env.PATH, ...cached].join(delimiter);
  const args = ['build', wasm, '--target', 'web', '--mode', 'no-install'];
  run('wasm-pack', [...args, '--profile', 'wasm-release', '--out-dir', pkg, '--out-name', 'aftershow'], { PATH: path });
}

async function buildJs() {
  if (!existsSync(join(pkg, 'aftershow.js'))) fail('wasm/pkg is missing: run `npm run build`, without --js-only');
  rmSync(dist, { recursive: true, force: true });
  const common = { absWorkingDir: npm, bundle: true, format: 'esm', target: 'es2022', minify: true, sourcemap: true };
  const entry = (name) => ({ '#entry': `./src/entry/${name}.ts`, '#wording': join(root, 'core/src/engine/wording.json') });
  await build({ ...common, entryPoints: ['src/index.ts'], outfile: 'dist/index.js', alias: entry('browser') });
  await build({ ...common, entryPoints: ['src/index.ts'], outfile: 'dist/node.js', alias: entry('node'), platform: 'node' });
  run(process.execPath, [join(npm, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', npm, '--declaration', '--emitDeclarationOnly']);
  for (const internal of ['engine', 'errors', 'inflate', 'source']) rmSync(join(dist, `${internal}.d.ts`));
  rmSync(join(dist, 'entry'), { recursive: true });
  copyFileSync(join(pkg, 'aftershow_bg.wasm'), join(dist, 'aftershow_bg.wasm'));
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

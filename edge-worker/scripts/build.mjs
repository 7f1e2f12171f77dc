// Builds the Worker: build/index.js and build/index_bg.wasm, from this crate.
//
//   npm ci && npm run build
//
// Needs worker-build and wasm-bindgen, in $AFTERSHOW_TOOLS/<name>-<version>/bin (by default .tools/ at
// the root of the repository) or on the PATH. wasm-opt and esbuild come with `npm ci`. Nothing is
// downloaded: worker-build is told where every one of its tools is.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(here);
const toolsFolder = resolve(root, process.env.AFTERSHOW_TOOLS ?? ".tools");

// Library and tool must be of one version, so the versions are those that the workspace pins.
const workerBuild = tool("worker-build", "worker-build", pinned("worker"));
const wasmBindgen = tool("wasm-bindgen-cli", "wasm-bindgen", pinned("wasm-bindgen"));
const wasmOpt = npmTool("wasm-opt");
const esbuild = npmTool("esbuild");

const built = spawnSync(workerBuild, [here, "--profile", "wasm-release"], {
  cwd: here,
  stdio: "inherit",
  env: { ...process.env, WASM_BINDGEN_BIN: wasmBindgen, WASM_OPT_BIN: wasmOpt, ESBUILD_BIN: esbuild },
});
if (built.error) fail(`worker-build could not be started: ${built.error.message}`);
if (built.status !== 0) process.exit(built.status ?? 1);

// worker-build keeps the names of functions, a seventh of the module; no stack is ever printed from them.
const module = join(here, "build/index_bg.wasm");
const stripped = spawnSync(wasmOpt, [module, "-o", module, "-Os", "--strip-debug", "--strip-producers"], { stdio: "inherit" });
if (stripped.status !== 0) fail(`wasm-opt failed on ${module}`);

// The headers of the static files stand beside them, where wrangler looks.
mkdirSync(join(here, "assets"), { recursive: true });
cpSync(join(here, "static"), join(here, "assets"), { recursive: true });

const wasm = readFileSync(module);
const script = readFileSync(join(here, "build/index.js"));
console.log(`index_bg.wasm: ${wasm.length} bytes, ${gzipSync(wasm, { level: 9 }).length} gzipped`);
console.log(`index.js: ${script.length} bytes, ${gzipSync(script, { level: 9 }).length} gzipped`);

/** The version that the workspace's Cargo.toml pins a crate to. */
function pinned(crate) {
  const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
  return new RegExp(`^${crate} = .*?"=([^"]+)"`, "m").exec(manifest)?.[1] ?? fail(`Cargo.toml does not pin ${crate}`);
}

/** A tool that cargo installs: from the cache, else from the PATH. */
function tool(crate, binary, version) {
  const cached = join(toolsFolder, `${crate}-${version}`, "bin", binary);
  if (existsSync(cached)) return cached;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const found = join(folder, binary);
    if (folder && existsSync(found) && versionOf(found) === version) return found;
  }
  fail(
    `${binary} ${version} is neither at ${cached} nor on the PATH. Install it:\n` +
      `  cargo install ${crate} --version ${version} --locked --root ${join(toolsFolder, `${crate}-${version}`)}`,
  );
}

function versionOf(binary) {
  const said = spawnSync(binary, ["--version"], { encoding: "utf8" });
  return said.stdout?.trim().split(/\s+/).at(-1);
}

/** A tool that comes with `npm ci`. */
function npmTool(name) {
  const path = join(here, "node_modules/.bin", name);
  if (existsSync(path)) return path;
  fail(`${path} is missing: run \`npm ci\` in ${here}`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

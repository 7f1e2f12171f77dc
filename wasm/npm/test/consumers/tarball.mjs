// The packed tarball, installed into a project of its own outside this one.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = dirname(fileURLToPath(import.meta.url));

/** A project with the package in its node_modules: where it is, where the tarball is, what is in it, and its `bin` of tools. */
export function install() {
  const folder = mkdtempSync(join(tmpdir(), 'aftershow-consumers-'));
  const npm = (args, cwd) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const [{ filename, files }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], join(here, '../..')));
  const project = join(folder, 'project');
  cpSync(join(here, 'project'), project, { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const tarball = join(folder, filename);
  // The package needs nothing else, so this works without a network.
  npm(['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball], project);
  return { folder, project, tarball, files: files.map((file) => file.path), installed: readdirSync(join(project, 'node_modules/aftershow')) };
}

/** A tool of this folder. */
export function tool(name) {
  return join(here, 'node_modules/.bin', name);
}

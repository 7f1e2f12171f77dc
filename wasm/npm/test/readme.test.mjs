// The README's examples, one after the other, on the sample pack.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';

import * as aftershow from 'aftershow';
import * as search from 'aftershow/search';
import * as slim from 'aftershow/slim';

import { samplePack, skip } from './pack.mjs';

it('runs every example of the README', { skip }, async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const examples = Array.from(readme.matchAll(/```js\n(.*?)```/gs), ([, code]) => code);
  assert.ok(examples.length >= 4);
  const importing = /^import \{ (.*) \} from 'aftershow(?:\/\w+)?';$/gm;
  const imported = examples.flatMap((code) => Array.from(code.matchAll(importing), ([, names]) => names.split(', '))).flat();
  const known = { ...aftershow, ...search, Slim: slim.Recommender };
  const names = imported.map((name) => name.replace(/^\w+ as /, ''));
  assert.equal(names[0], 'Recommender');
  const [first, ...others] = examples.map((code) => code.replace(importing, ''));
  // Each example but the first goes on where that one stopped, and may use its names for itself.
  const program = [first, ...others.map((code) => `{\n${code}\n}`)].join('\n').replaceAll("'/pack/'", 'pack');
  const printed = [];
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  await new AsyncFunction(...names, 'pack', 'console', `${program}\nrecommender.free();`)(...names.map((name) => known[name]), samplePack, { log: (...words) => printed.push(words) });
  assert.ok(printed.length >= 25 && printed.every((words) => words.every((word) => word !== undefined)), `${printed.length} lines`);
});

/** What a command loads before it can say anything: counted, because each file costs every run of it. */
/** Runs the program in a folder of its own, with a hook that writes down what Node loads. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'turnpress-start-up-'));
const hook = join(folder, 'hook.mjs');
const list = join(folder, 'loaded');
const looked = join(folder, 'looked');
writeFileSync(
  hook,
  `import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
registerHooks({
  load(url, context, next) { appendFileSync(${JSON.stringify(list)}, url + '\\n'); return next(url, context); },
  resolve(name, context, next) { appendFileSync(${JSON.stringify(looked)}, name + ' ' + context.parentURL + '\\n'); return next(name, context); },
});`,
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Files that the program loads for a command that finds no archive: of our own by room or folder, of others by package. */
function loadedBy(command: string): ReadonlySet<string> {
  rmSync(list, { force: true });
  const program = join(root, 'bin', 'turnpress.js');
  spawnSync(process.execPath, ['--import', pathToFileURL(hook).href, program, ...command.split(' ')], { cwd: folder });
  const urls = readFileSync(list, 'utf8').split('\n');
  return new Set(urls.flatMap((url) => /\/(?:src|node_modules)\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []));
}

it.each([
  ['log', ['ingest', 'secrets', 'site', 'feed', 'replica', 'cli-progress']],
  ['show abcd', ['ingest', 'secrets', 'site', 'feed', 'replica', 'cli-progress']],
  ['search abcd', ['ingest', 'secrets', 'site', 'feed', 'replica', 'cli-progress']],
  ['verify abcd', ['ingest', 'secrets', 'site', 'feed', 'replica', 'cli-progress']],
  ['pull', ['ingest', 'secrets', 'site', '@secretlint', 'xml-js', 'cli-progress']],
  ['ingest', ['secrets', '@secretlint', 'site', 'feed', 'replica', 'cli-progress']],
  [
    'build',
    [
      'ingest',
      'secrets',
      'replica',
      'reader',
      '@secretlint',
      '@11ty',
      'pagefind',
      'markdown-it',
      'highlight.js',
      'cli-progress',
    ],
  ],
])('%s loads nothing of %j before it has something to do', (command, others) => {
  const loaded = loadedBy(command);
  expect([...loaded]).toEqual(expect.arrayContaining(['cli', 'archive']));
  expect(others.filter((name) => loaded.has(name))).toEqual([]);
});

it('looks for no module of its own, of which each import says where it is', () => {
  rmSync(looked, { force: true });
  loadedBy('log');
  const names = readFileSync(looked, 'utf8').split('\n');
  expect(names).toEqual(expect.arrayContaining([expect.stringMatching(/^commander file:.*program\.ts$/)]));
  expect(names.filter((name) => /^\.\.?\/.* file:.*\/src\//.test(name))).toEqual([]);
});

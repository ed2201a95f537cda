/** What the program loads before it can say anything, and what it must do without. */
/** Shared by the tests of the sources and of the bundle: both are held against the same table. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Command → rooms and packages that it loads nothing of while it has nothing to do. */
export const DOES_WITHOUT: readonly (readonly [string, readonly string[]])[] = [
  ['log', ['ingest', 'secrets', 'site', 'feed', 'replica', 'cli-progress']],
  ['show abcd', ['ingest', 'secrets', 'site', 'feed', 'replica', 'cli-progress']],
  ['search abcd', ['ingest', 'secrets', 'site', 'feed', 'replica', 'cli-progress']],
  ['verify abcd', ['ingest', 'secrets', 'site', 'feed', 'replica', 'cli-progress']],
  ['pull', ['archive', 'ingest', 'secrets', 'site', '@secretlint', 'xml-js', 'cli-progress']],
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
];

export interface Loading {
  /** Addresses of the modules that were loaded, and names that were looked for, each with who asked. */
  readonly loaded: readonly string[];
  readonly lookedFor: readonly string[];
}

/** Runs a command in an empty folder, where it finds no archive. */
export function watchLoading(program: string, command: string): Loading {
  const folder = mkdtempSync(join(tmpdir(), 'turnpress-start-up-'));
  try {
    const [hook, loaded, lookedFor] = ['hook.mjs', 'loaded', 'looked'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(
      hook,
      `import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
registerHooks({
  load(url, context, next) { appendFileSync(${JSON.stringify(loaded)}, url + '\\n'); return next(url, context); },
  resolve(name, context, next) { appendFileSync(${JSON.stringify(lookedFor)}, name + ' ' + context.parentURL + '\\n'); return next(name, context); },
});`,
    );
    spawnSync(process.execPath, ['--import', pathToFileURL(hook).href, program, ...command.split(' ')], {
      cwd: folder,
    });
    const lines = (file: string): readonly string[] => readFileSync(file, 'utf8').trimEnd().split('\n');
    return { loaded: lines(loaded), lookedFor: lines(lookedFor) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of our own files the room that they stand in, of others the package. */
export function roomsOf(files: readonly string[]): ReadonlySet<string> {
  return new Set(files.flatMap((file) => /\/(?:src|node_modules)\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));
}

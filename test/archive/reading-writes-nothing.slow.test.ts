/** Reading an archive changes none of its files, by bytes, time or name, whatever state it is in. */
/** Only search.db and private/cache are derived files of reading commands, and may be written. */

import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createArchive, openArchive } from '../../src/archive/archive.ts';
import { runProgram } from '../../src/cli/program.ts';
import { at, chain } from './turns.ts';

const turns = chain(300, 'turn');
const id = at(turns, 0).hash;
let dir: string;

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'turnpress-still-')), 'archive');
  createArchive(dir, { origin: 'example.org/still', nowMs: 0 });
  const archive = openArchive(dir, { mode: 'write' });
  archive.append({ turns, heads: [{ conversation: id, name: 'main', turn: at(turns, -1).hash }] });
  archive.close();
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

const folder = () => join(dir, 'conversations', id);
const states: Readonly<Record<string, () => void>> = {
  whole: () => {},
  torn: () => {
    appendFileSync(join(folder(), 'tile/entries/001'), 'torn');
    appendFileSync(join(folder(), 'tile/payload/001'), 'torn');
  },
  damaged: () => truncateSync(join(folder(), 'tile/entries/000'), 5000),
  'without checkpoint': () => rmSync(join(folder(), 'checkpoint')),
  'without index': () => rmSync(join(dir, 'private/index.db')),
  'with an index of noise': () => {
    truncateSync(join(dir, 'private/index.db'), 0);
    appendFileSync(join(dir, 'private/index.db'), 'noise'.repeat(1000));
  },
  'with a stale index': () => {
    const copy = join(dir, '..', 'index.db');
    cpSync(join(dir, 'private/index.db'), copy);
    const archive = openArchive(dir, { mode: 'write' });
    archive.append({ turns: chain(5, 'more', at(turns, -1)) });
    archive.close();
    cpSync(copy, join(dir, 'private/index.db'));
  },
  'whose writer did not close': () => {
    const copy = join(dir, '..', 'private');
    const archive = openArchive(dir, { mode: 'write' });
    archive.append({ turns: chain(5, 'more', at(turns, -1)) });
    cpSync(join(dir, 'private'), copy, { recursive: true });
    archive.close();
    rmSync(join(dir, 'private'), { recursive: true });
    cpSync(copy, join(dir, 'private'), { recursive: true });
    rmSync(join(dir, 'private/lock'));
  },
  'without private/': () => rmSync(join(dir, 'private'), { recursive: true }),
};

/** Path → what may not change. */
function look(): Record<string, string> {
  const all = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = all.map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1)).sort();
  const still = paths.filter((path) => !/^private\/(search\.db|cache\/)/.test(path));
  return Object.fromEntries(
    still.map((path) => {
      const { mtimeNs, ino } = statSync(join(dir, path), { bigint: true });
      return [path, `${mtimeNs} ${ino} ${readFileSync(join(dir, path)).toString('base64')}`];
    }),
  );
}

const commands: readonly (readonly string[])[] = [
  ['log'],
  ['log', id.slice(0, 12)],
  ['show', id.slice(0, 12)],
  ['search', 'turn'],
  ['verify'],
  ['verify', '--sample', '50'],
  ['doctor'],
];

describe.each(Object.entries(states))('an archive %s', (_, spoil) => {
  it('is the same after every command that reads', async () => {
    spoil();
    const before = look();
    for (const argv of commands) {
      const none = { write: () => true };
      const world = { cwd: join(dir, '..'), home: join(dir, '..'), env: {}, stdout: none, stderr: none, now: () => 0 };
      await runProgram(world, argv, '0');
      expect(look(), argv.join(' ')).toEqual(before);
    }
  });
});

import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ArchiveWriter, createArchive, openArchive, prepareTurn } from '../../../src/archive/archive.ts';
import { encodeItem } from '../../../src/model/item.ts';
import { ITEM_PAYLOAD } from '../../../src/model/payload.ts';

let dir: string;
const turn = prepareTurn({
  ...{ parent: null, timeMs: 1, ...ITEM_PAYLOAD },
  payload: encodeItem({ role: 'user', parts: [{ type: 'text', content: 'a' }] }),
});

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'turnpress-ids-')), 'a');
  createArchive(dir, { origin: 'example.org/test', nowMs: 0 });
  open((archive) => archive.append({ turns: [turn] }));
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

function open<T>(work: (archive: ArchiveWriter) => T): T {
  const archive = openArchive(dir, { mode: 'write' });
  try {
    return work(archive);
  } finally {
    archive.close();
  }
}
const name = (key: string) => open(({ ledger }) => ledger.record({ keys: [{ key, turn: turn.hash }] }));
const known = (...keys: string[]) => open(({ ledger }) => keys.map((key) => ledger.findKey(key) !== undefined));
const file = (path: string) => join(dir, 'private', path);

it('an index of a backup learns what was named since', () => {
  name('x:1');
  copyFileSync(file('index.db'), file('older'));
  name('x:2');
  copyFileSync(file('older'), file('index.db'));
  expect(known('x:1', 'x:2')).toEqual([true, true]);
});

it('native ids of a backup, or none, learn what the index knows', () => {
  name('x:1');
  copyFileSync(file('native-ids'), file('older'));
  name('x:2');
  copyFileSync(file('older'), file('native-ids'));
  name('x:3');
  rmSync(file('index.db'));
  expect(known('x:1', 'x:2', 'x:3')).toEqual([true, true, true]);
  rmSync(file('native-ids'));
  expect(known('x:1')).toEqual([true]);
  rmSync(file('index.db'));
  expect(known('x:1', 'x:2', 'x:3')).toEqual([true, true, true]);
});

it('a new index of the same archive is as the one that was rebuilt', () => {
  name('x:1');
  open((archive) => archive.rebuildIndex());
  expect(known('x:1')).toEqual([true]);
  const before = readFileSync(file('native-ids'));
  expect(known('x:1')).toEqual([true]);
  expect(readFileSync(file('native-ids')).equals(before)).toBe(true);
});

/** Symbolic links inside an archive: nothing is read through them and nothing behind them is changed. */
/** Each file and folder of an archive is replaced by a link to something precious; every command that writes is run. */

import { cpSync, lstatSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createArchive, openArchive } from '../../../src/archive/archive.ts';
import { TurnpressError } from '../../../src/base/errors.ts';
import { prompt, tell } from '../../site/site-fixture.ts';

let root: string;
let dir: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'turnpress-links-'));
  dir = join(root, 'archive');
  createArchive(dir, { origin: 'example.org/archive', nowMs: 0 });
  const archive = openArchive(dir, { mode: 'write' });
  const told = tell(archive, { items: [prompt('one'), prompt('two')], meta: { title: 'words' } });
  archive.putBlob(Buffer.from('a picture'));
  archive.withdraw(told.turns[1]?.hash ?? told.id, 1, 1);
  archive.search({ text: 'one' });
  archive.verify({ sample: 0.5 });
  archive.close();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('in any place leave what they lead to as it was', () => {
  const whole = join(root, 'whole');
  renameSync(dir, whole);
  const names = readdirSync(whole, { recursive: true, encoding: 'utf8' });
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) {
    rmSync(dir, { recursive: true, force: true });
    cpSync(whole, dir, { recursive: true });
    const away = join(root, 'precious');
    rmSync(away, { recursive: true, force: true });
    renameSync(join(dir, name), away);
    symlinkSync(away, join(dir, name));
    const before = look(away);
    for (let n = 0; n < 2; n++) work(n);
    expect(look(away), name).toEqual(before);
  }
});

/** Everything that writes. What is refused is refused in a sentence. */
function work(n: number): void {
  try {
    const archive = openArchive(dir, { mode: 'write' });
    try {
      const [first] = archive.walkConversations();
      const told = tell(archive, { items: [prompt(`new ${n}`), prompt('more')], meta: { title: 'other words' } });
      archive.putBlob(Buffer.from('a picture'));
      archive.putBlob(Buffer.from(`another ${n}`));
      archive.withdraw(told.turns[1]?.hash ?? told.id, 1, 1);
      if (first !== undefined) archive.withdrawMeta(first.id, 1, 1);
      archive.search({ text: 'one' });
      archive.verify({ sample: 0.5 });
      archive.rebuildIndex();
    } finally {
      archive.close();
    }
  } catch (error) {
    expect(error).toBeInstanceOf(TurnpressError);
  }
}

/** Names, sizes and contents of whatever stands at a path. */
function look(path: string): unknown {
  if (!lstatSync(path).isDirectory()) return readFileSync(path, 'latin1');
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((name) => [name, lstatSync(name).isFile() ? readFileSync(name, 'latin1') : '']);
}

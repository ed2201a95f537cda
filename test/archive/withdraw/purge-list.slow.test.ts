/** The list of what a withdrawal still has to remove, when it is damaged. */
/** The tombstones say what was taken back; the list only says it sooner. */

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ArchiveWriter, createArchive, openArchive } from '../../../src/archive/archive.ts';
import type { TurnHash } from '../../../src/model/ids.ts';
import { prompt, tell } from '../../site/site-fixture.ts';
import { findCanary } from './find-canary.ts';
import { stoppingDisk } from './stopping-disk.ts';

let dir: string;

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'turnpress-purge-')), 'archive');
  createArchive(dir, { origin: 'example.org/archive', nowMs: 0 });
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

function write<T>(work: (archive: ArchiveWriter) => T): T {
  const archive = openArchive(dir, { mode: 'write' });
  try {
    return work(archive);
  } finally {
    archive.close();
  }
}

function withdrawn(archive: ArchiveWriter, turn: TurnHash): boolean {
  try {
    archive.withdraw(turn, 1, 1);
    return true;
  } catch {
    return false;
  }
}

const HARMS: Readonly<Record<string, (path: string) => void>> = {
  'is empty': (path) => writeFileSync(path, ''),
  'was cut off': (path) => writeFileSync(path, '{"conversation":"'),
};

for (const [damage, harm] of Object.entries(HARMS)) {
  it(`that ${damage} is made anew from the tombstones, wherever the withdrawal was stopped`, () => {
    let recovered = 0;
    for (let stop = 0; ; stop++) {
      const { id, turns } = write((archive) =>
        tell(archive, { items: [prompt(`take ${stop} back`), prompt('stays')] }),
      );
      const list = join(dir, 'private/purge', id);
      const disk = stoppingDisk();
      const archive = openArchive(dir, { mode: 'write', disk });
      disk.stopAfter(stop);
      const done = withdrawn(archive, (turns[0]?.hash ?? id) as TurnHash);
      disk.stopAfter(undefined);
      archive.close();
      if (done) break;
      if (!existsSync(list)) continue;
      harm(list);
      const taken = write((again) => {
        expect(again.verify().damage).toEqual([]);
        return again.listTombstones(id).length > 0;
      });
      expect(existsSync(list)).toBe(false);
      expect(findCanary(dir, `take ${stop} back`).length > 0).toBe(!taken);
      if (taken) recovered++;
    }
    expect(recovered).toBeGreaterThan(3);
  });
}

it('with a folder in its place stops no writer', () => {
  const { id, turns } = write((archive) => tell(archive, { items: [prompt('take this back'), prompt('stays')] }));
  write((archive) => archive.withdraw(turns[0]?.hash ?? id, 1, 1));
  mkdirSync(join(dir, 'private/purge', id), { recursive: true });
  write((archive) => expect(archive.verify().damage).toEqual([]));
});

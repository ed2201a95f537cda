/** Reading where nothing may be written: read-only mounts, folders of somebody else, full disks. */
/** Without an index, or with one that is behind, it is built in memory; the answers are the same. */

import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveReader, createArchive, openArchive } from '../../src/archive/archive.ts';
import { type Disk, realDisk } from '../../src/base/disk.ts';
import { at, chain } from './turns.ts';

const turns = chain(300, 'turn');
const id = at(turns, 0).hash;
let dir: string;

function make(folder: string): void {
  createArchive(folder, { origin: 'example.org/read', nowMs: 0 });
  const archive = openArchive(folder, { mode: 'write' });
  archive.append({ turns, heads: [{ conversation: id, name: 'main', turn: at(turns, -1).hash }] });
  archive.close();
}

function expectReadable(archive: ArchiveReader): void {
  expect(archive.damage).toEqual([]);
  expect([...archive.walkConversations()]).toMatchObject([{ id, turns: 300, heads: [{ name: 'main' }] }]);
  expect(archive.findTurn(at(turns, 200).hash.slice(0, 16))?.position).toBe(200);
  expect(archive.listBranch(at(turns, -1).hash)).toHaveLength(300);
  expect(archive.readPayload(archive.getTurn(at(turns, 299).hash)).status).toBe('present');
  expect(archive.search({ text: 'turn' }).length).toBeGreaterThan(0);
  expect(archive.verify().damage).toEqual([]);
  archive.close();
}

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'turnpress-readonly-')), 'a');
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

/** Refuses every change to the archive's files as a whole; what SQLite does itself is for the mount below. */
function refusing(code: string): Disk {
  const refuse = (path: string) => {
    throw Object.assign(new Error(`${code}: ${path}`), { code });
  };
  return {
    ...realDisk,
    open: (path, flag) => (flag === 'read' ? realDisk.open(path, flag) : refuse(path)),
    mkdir: refuse,
    rename: refuse,
    link: refuse,
    unlink: refuse,
    fsyncDir: refuse,
  };
}

describe.each(['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT'])(
  'on a disk that answers every change with %s',
  (code) => {
    it('an archive is read with its index, with a stale one and without one', () => {
      make(dir);
      expectReadable(openArchive(dir, { mode: 'read', disk: refusing(code) }));
      const checkpoint = join(dir, 'conversations', id, 'checkpoint');
      const bytes = execFileSync('cat', [checkpoint]);
      rmSync(checkpoint);
      appendFileSync(checkpoint, bytes); // another file: the index has to be brought in step
      expectReadable(openArchive(dir, { mode: 'read', disk: refusing(code) }));
      rmSync(join(dir, 'private'), { recursive: true });
      expectReadable(openArchive(dir, { mode: 'read', disk: refusing(code) }));
    });

    it('an archive is not opened to be written', () => {
      make(dir);
      expect(() => openArchive(dir, { mode: 'write', disk: refusing(code) })).toThrow(code);
    });
  },
);

describe.skipIf(!mayMount())('on a read-only mount (needs the right to mount a tmpfs)', () => {
  it.each([true, false])('an archive is read, with private/ there: %s', (withPrivate) => {
    const mount = join(dir, '..', 'mount');
    mkdirSync(mount);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', mount]);
    try {
      const there = join(mount, 'a');
      make(there);
      if (!withPrivate) rmSync(join(there, 'private'), { recursive: true });
      execFileSync('mount', ['-o', 'remount,ro', mount]);
      expectReadable(openArchive(there, { mode: 'read' }));
      expect(() => openArchive(there, { mode: 'write' })).toThrow('EROFS');
    } finally {
      execFileSync('umount', ['-l', mount]);
    }
  });
});

function mayMount(): boolean {
  const probe = mkdtempSync(join(tmpdir(), 'turnpress-mount-'));
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe]).status === 0;
  if (done) spawnSync('umount', ['-l', probe]);
  rmSync(probe, { recursive: true, force: true });
  return done;
}

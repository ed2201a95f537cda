/** Archives that another program touched: backups of a live one, restores, sync clients, disks that lost what they had promised. */
/** Numbers in names are those of the list of faults that the archive has to survive. */

import { describe, expect, it } from 'vitest';
import { type ArchiveWriter, createArchive, InvalidTurnError, openArchive } from '../../src/archive/archive.ts';
import type { Disk } from '../../src/base/disk.ts';
import { makeFolders, writeAll } from '../../src/base/disk.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { at, chain } from './turns.ts';

const turns = chain(700, 'turn');
const id = at(turns, 0).hash;
const other = chain(3, 'other');

let boots = 0;
/** Each time as if the machine had started anew: no lock stands in the way. */
function open(disk: Disk): ArchiveWriter {
  const process = { pid: 1, host: 'test', boot: String(boots++), isAlive: () => true };
  return openArchive('/archive', { mode: 'write', disk, indexPath: ':memory:', process });
}

function archiveWith(count: number): SimulatedDisk {
  const disk = new SimulatedDisk();
  createArchive('/archive', { origin: 'example.org/a', nowMs: 0, disk });
  const archive = open(disk);
  for (let i = 0; i < count; i += 100) archive.append({ turns: turns.slice(i, Math.min(i + 100, count)) });
  archive.append({ turns: other, heads: [{ conversation: at(other, 0).hash, name: 'main', turn: at(other, 2).hash }] });
  archive.close();
  return disk;
}

function put(disk: Disk, path: string, bytes: Uint8Array): void {
  makeFolders(disk, path.slice(0, path.lastIndexOf('/')));
  const file = disk.open(path, 'replace');
  writeAll(disk, path, file, bytes, 0);
  disk.close(file);
}

function cut(disk: Disk, path: string, size: number): void {
  const file = disk.open(path, 'write');
  disk.truncate(file, size);
  disk.close(file);
}

/** Where the turn to append to is itself lost, it is not there. */
const REFUSED = /is damaged|not in the archive/;
const folder = `/archive/conversations/${id}`;

describe('A3: a checkpoint whose log or tile did not reach the disk', () => {
  it.each([
    ['tile/entries/001', 0, 256],
    ['tile/entries/001', 200, 257],
    ['tile/0/001', 64, 258],
    ['tile/payload/001', 0, 256],
    ['tile/payload/000', 0, 0],
    ['tile/entries/000', 0, 0],
  ])(
    'leaves the conversation read-only when %s is cut to %i bytes, serves what verifies and keeps the checkpoint',
    (file, size, whole) => {
      const disk = archiveWith(500);
      cut(disk, `${folder}/${file}`, size);
      const before = disk.files();
      const archive = open(disk);
      expect(archive.damage.map((damage) => damage.conversation)).toContain(id);
      const named = new Set(archive.damage.flatMap(({ positions = [] }) => positions));
      const served = archive.listTurns(id).filter((turn) => archive.readPayload(turn).status === 'present');
      expect(served.slice(0, whole).map((turn) => turn.hash)).toEqual(turns.slice(0, whole).map((turn) => turn.hash));
      for (let i = 0; i < 500; i++) {
        const lost = !served.some((turn) => turn.position === i);
        if (lost) expect(named.has(i), `position ${i}`).toBe(true);
      }
      expect(() => archive.append({ turns: chain(1, 'more', at(turns, 0)) })).toThrow(REFUSED);
      expect(archive.append({ turns: chain(1, 'more', at(other, 2)) }).newTurns).toBe(1);
      archive.close();
      for (const [path, bytes] of disk.files()) if (path.startsWith(folder)) expect(before.get(path)).toEqual(bytes);
    },
  );
});

describe('A19: an archive that another program touched between opening and appending', () => {
  it('takes in what another writer appended, and appends after it', () => {
    const disk = archiveWith(300);
    const first = open(disk);
    const second = open(disk);
    second.append({ turns: turns.slice(300, 310) });
    first.append({ turns: chain(5, 'mine', at(turns, 299)) });
    expect(first.listTurns(id)).toHaveLength(315);
    expect(first.verify().damage).toEqual([]);
    expect(open(disk).damage).toEqual([]);
  });

  it('sees that an older state was restored, and appends nothing to turns that are gone', () => {
    const disk = archiveWith(300);
    const old = disk.files();
    const first = open(disk);
    first.append({ turns: turns.slice(300, 400) });
    for (const [path, bytes] of old) put(disk, path, bytes);
    expect(() => first.append({ turns: [at(turns, 400)] })).toThrow(InvalidTurnError);
    expect(first.append({ turns: turns.slice(300, 450) }).newTurns).toBe(150);
    expect(first.verify().damage).toEqual([]);
    expect(open(disk).listTurns(id)).toHaveLength(450);
  });

  it.each(['checkpoint', 'tile/entries/001', 'tile/0/001', 'tile/payload/001'])(
    'writes nothing to a conversation whose %s a sync client cut',
    (file) => {
      const disk = archiveWith(300);
      const archive = open(disk);
      cut(disk, `${folder}/${file}`, 20);
      const before = disk.files().get(`${folder}/tile/entries/000`);
      if (file === 'checkpoint') {
        // everything but the checkpoint is whole: it is made again and nothing is lost
        archive.append({ turns: turns.slice(300, 301) });
        expect(archive.listTurns(id)).toHaveLength(301);
      } else expect(() => archive.append({ turns: turns.slice(300, 301) })).toThrow(REFUSED);
      expect(disk.files().get(`${folder}/tile/entries/000`)).toEqual(before);
    },
  );

  it('finds a conversation that was removed gone, and takes its turns again', () => {
    const disk = archiveWith(10);
    const archive = open(disk);
    for (const path of disk.files().keys()) if (path.startsWith(folder)) disk.unlink(path);
    expect(() => archive.append({ turns: turns.slice(10, 11) })).toThrow(InvalidTurnError);
    expect(archive.append({ turns: turns.slice(0, 11) }).newTurns).toBe(11);
    expect(archive.verify().damage).toEqual([]);
  });
});

describe('A26: a backup taken file by file while a writer appends', () => {
  /** Pointers first: what they name only grows, so a copy made later holds it. */
  const order = ['checkpoint', 'tile/entries', 'tile/0', 'tile/payload', 'blobs'];
  const rankOf = (path: string) => order.findIndex((part) => path.includes(part));

  it.each([1, 7, 40, 97])('restores to what its checkpoints count, with %i turns appended between files', (step) => {
    for (const start of [150, 240, 255]) {
      const live = archiveWith(start);
      const writer = open(live);
      const copy = new SimulatedDisk();
      put(copy, '/archive/archive.json', live.files().get('/archive/archive.json') ?? new Uint8Array(0));
      let done = start;
      const copied = new Set<string>();
      for (const rank of order.keys()) {
        for (;;) {
          const next = [...live.files().keys()].find((path) => rankOf(path) === rank && !copied.has(path));
          if (next === undefined) break;
          copied.add(next);
          put(copy, next, live.files().get(next) ?? new Uint8Array(0));
          writer.append({ turns: turns.slice(done, done + step) });
          done += step;
        }
      }
      const read = openArchive('/archive', { mode: 'read', disk: copy, indexPath: ':memory:' });
      expect(read.verify().damage.filter(({ kind }) => kind !== 'torn-tail')).toEqual([]);
      read.close();
      const restored = open(copy);
      expect(restored.damage.filter(({ kind }) => kind !== 'torn-tail')).toEqual([]);
      const logged = restored.listTurns(id);
      expect(logged.length).toBeGreaterThanOrEqual(start);
      expect(logged.every((turn) => restored.readPayload(turn).status === 'present')).toBe(true);
      expect(restored.append({ turns: turns.slice(0, 600) }).newTurns).toBe(600 - logged.length);
      expect(restored.verify().damage).toEqual([]);
      restored.close();
      expect(open(copy).damage).toEqual([]);
    }
  });
});

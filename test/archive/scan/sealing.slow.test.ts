/** Power cuts at every step of sealing a tile, and errors of every kind that a disk may give. */
/** A crash leaves the tile as it was or sealed; either way it is whole, and the next writer seals it. */

import { describe, expect, it } from 'vitest';
import { type ArchiveWriter, createArchive, openArchive, WriteRefusedError } from '../../../src/archive/archive.ts';
import { listChunks } from '../../../src/archive/format/payload-tile.ts';
import { type CrashKind, PowerCut, SimulatedDisk, seeded } from '../simulated-disk.ts';
import { at, chain } from '../turns.ts';

const turns = chain(270, 'turn');
const id = at(turns, 0).hash;
const tile = `/archive/conversations/${id}/tile/payload/000`;
const kinds: CrashKind[] = ['none', 'all', 'prefix', 'missing', 'torn'];

let boots = 0;
function open(disk: SimulatedDisk): ArchiveWriter {
  const process = { pid: 1, host: 'test', boot: String(boots++), isAlive: () => true };
  return openArchive('/archive', { mode: 'write', disk, indexPath: ':memory:', process });
}

/** 250 turns in ten chunks, open to be written. */
function nearlyFull(): { readonly disk: SimulatedDisk; readonly archive: ArchiveWriter } {
  const disk = new SimulatedDisk();
  createArchive('/archive', { origin: 'example.org/seal', nowMs: 0, disk });
  const archive = open(disk);
  for (let i = 0; i < 250; i += 25) archive.append({ turns: turns.slice(i, i + 25) });
  return { disk, archive };
}

function chunksOf(disk: SimulatedDisk): number {
  return listChunks(disk.files().get(tile) ?? new Uint8Array(0), 0).chunks.length;
}

const steps = (() => {
  const { disk, archive } = nearlyFull();
  const before = disk.operations;
  archive.append({ turns: turns.slice(250) });
  expect(chunksOf(disk)).toBe(1);
  return disk.operations - before;
})();

/** The archive after a fault: nothing damaged, at least `least` turns, and after the same append again all of them, sealed. */
function expectWhole(disk: SimulatedDisk, least: number, label: string): void {
  const archive = open(disk);
  expect(
    archive.damage.filter(({ kind }) => kind !== 'torn-tail'),
    label,
  ).toEqual([]);
  expect(archive.listTurns(id).length, label).toBeGreaterThanOrEqual(least);
  archive.append({ turns });
  expect(
    archive.readPayloads(archive.listTurns(id)).every(({ status }) => status === 'present'),
    label,
  ).toBe(true);
  expect(archive.verify().damage, label).toEqual([]);
  expect(chunksOf(disk), label).toBe(1);
  expect([...disk.files().keys()].filter((path) => path.endsWith('.tmp'))).toEqual([]);
  archive.close();
}

describe('A20: sealing a tile', () => {
  it.each(kinds)(
    'is cut off at each step and finished by the next writer, %s of the pending survives',
    (kind) => {
      const random = seeded(7);
      expect(steps).toBeGreaterThan(15);
      for (let step = 0; step < steps; step++) {
        const { disk, archive } = nearlyFull();
        disk.cutAt = disk.operations + step;
        expect(() => archive.append({ turns: turns.slice(250) })).toThrow(PowerCut);
        expectWhole(disk.crash(kind, random), 250, `${kind} at ${step}`);
      }
    },
    60_000,
  );
});

describe('A14: a disk that refuses', () => {
  it.each(['EROFS', 'EACCES', 'EMFILE', 'EDQUOT', 'ENOSPC'])(
    'with %s at each step of an append acknowledges nothing more, and loses nothing',
    (code) => {
      for (let step = 0; step < steps; step += 2) {
        const { disk, archive } = nearlyFull();
        const from = disk.operations + step;
        disk.fault = (_, path) => {
          if (disk.operations > from) throw Object.assign(new Error(`${code}: ${path}`), { code });
        };
        expect(() => archive.append({ turns: turns.slice(250) })).toThrow(code);
        expect(() => archive.append({ turns: turns.slice(250) })).toThrow(WriteRefusedError);
        expect(archive.listTurns(id).length).toBeGreaterThanOrEqual(250);
        disk.fault = () => {};
        expectWhole(disk, 250, `${code} at ${step}`);
      }
    },
    60_000,
  );

  it('with EMFILE or EACCES at each file that is opened to be read says so, and takes it for no damage', () => {
    for (const code of ['EMFILE', 'EACCES']) {
      for (let nth = 0; nth < 12; nth++) {
        const { disk, archive } = nearlyFull();
        archive.close();
        const read = disk.open.bind(disk);
        let left = nth;
        let failed = false;
        disk.open = (path, flag) => {
          if (flag === 'read' && path.includes('conversations') && left-- === 0) {
            failed = true;
            throw Object.assign(new Error(`${code}: ${path}`), { code });
          }
          return read(path, flag);
        };
        let problem = '';
        try {
          const again = open(disk);
          problem = again.damage.map(({ message }) => message).join();
          again.close();
        } catch (error) {
          problem = String(error);
        }
        disk.open = read;
        if (failed) expect(problem, `${code} at ${nth}`).toContain(code);
        expectWhole(disk, 250, `${code} at ${nth}`);
      }
    }
  });
});

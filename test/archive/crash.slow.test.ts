/** Power cuts, full disks and failing fsyncs at every operation of a workload, on the simulated disk. */
/** Acknowledged turns are readable, nothing unwritten appears, and running the same work again ends in the same roots. */

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type AppendBatch,
  type ArchiveWriter,
  createArchive,
  openArchive,
  type PreparedTurn,
  WriteRefusedError,
} from '../../src/archive/archive.ts';
import { type CrashKind, PowerCut, SimulatedDisk, seeded } from './simulated-disk.ts';
import { at, chain, rawTurn } from './turns.ts';

const SEED = 20_260_105;
const one = chain(300, 'one');
const two = chain(30, 'two');
const large = rawTurn(at(two, -1), Uint8Array.from(randomBytes(70_000)));
const fork = chain(4, 'fork', at(one, 10));
const id = at(one, 0).hash;
const batches: AppendBatch[] = [
  { turns: one.slice(0, 3) },
  { turns: one.slice(3, 200), heads: [{ conversation: id, name: 'early', turn: at(one, 199).hash }] },
  { turns: [...two, large] },
  {
    turns: [...one.slice(200), ...fork],
    heads: [{ conversation: id, name: 'main', turn: at(one, -1).hash }],
    metas: [{ conversation: id, meta: { title: 'One' }, timeMs: 1 }],
  },
  { turns: chain(260, 'three') },
];
const written = new Map(batches.flatMap((batch) => batch.turns).map((turn) => [turn.hash as string, turn]));

let boots = 0;
function open(disk: SimulatedDisk): ArchiveWriter {
  const process = { pid: 1, host: 'test', boot: String(boots++), isAlive: () => true };
  return openArchive('/archive', { mode: 'write', disk, indexPath: ':memory:', process });
}

function newDisk(): SimulatedDisk {
  const disk = new SimulatedDisk();
  createArchive('/archive', { origin: 'example.org/a', nowMs: 0, disk });
  return disk;
}

/** Appends batch after batch; `acknowledged` gets the turns of each call that returned. */
function work(archive: ArchiveWriter, acknowledged: PreparedTurn[]): void {
  for (const batch of batches) {
    archive.append(batch);
    acknowledged.push(...batch.turns);
  }
}

function roots(archive: ArchiveWriter): string[] {
  return [...archive.walkConversations()].map((c) => `${c.id} ${c.size} ${c.rootHash}`);
}

const undisturbed = (() => {
  const disk = newDisk();
  const start = disk.operations;
  const archive = open(disk);
  work(archive, []);
  return { roots: roots(archive), operations: disk.operations - start };
})();

/** Opens what a fault left behind and checks every promise. */
function check(disk: SimulatedDisk, acknowledged: readonly PreparedTurn[], label: string): void {
  const archive = open(disk);
  const unexpected = archive.damage.filter(
    (damage) => damage.kind !== 'torn-tail' && !damage.message.includes('rebuilt'),
  );
  expect(unexpected, label).toEqual([]);
  const found = [...archive.walkConversations()].flatMap((c) => archive.listTurns(c.id));
  const payloads = archive.readPayloads(found);
  const wrong = found.filter((turn, i) => {
    const payload = payloads[i];
    const original = written.get(turn.hash);
    return (
      payload?.status !== 'present' || original === undefined || Buffer.compare(payload.bytes, original.payload) !== 0
    );
  });
  expect(wrong, label).toEqual([]);
  const hashes = new Set(found.map((turn) => turn.hash));
  expect(acknowledged.filter((turn) => !hashes.has(turn.hash)).length, label).toBe(0);
  work(archive, []);
  expect(roots(archive), label).toEqual(undisturbed.roots);
  expect(
    [...disk.files().keys()].filter((path) => path.endsWith('.tmp')),
    label,
  ).toEqual([]);
  archive.close();
  const again = open(disk);
  expect(again.damage, label).toEqual([]);
  expect(roots(again), label).toEqual(undisturbed.roots);
  again.close();
}

/** Every operation of the workload when `step` is 1. */
function* points(step: number, from = 0): Generator<number> {
  for (let i = from; i < undisturbed.operations; i += step) yield i;
}

describe('an archive on a failing disk', () => {
  const kinds: CrashKind[] = ['none', 'all', 'prefix', 'missing', 'torn'];

  it.each(kinds)('A1, A2, A4, A17: power is cut between any two operations, %s of the pending survives', (kind) => {
    const random = seeded(SEED);
    for (const point of points(kinds.length, kinds.indexOf(kind))) {
      const disk = newDisk();
      const acknowledged: PreparedTurn[] = [];
      disk.cutAt = disk.operations + point;
      expect(() => work(open(disk), acknowledged)).toThrow(PowerCut);
      check(disk.crash(kind, random), acknowledged, `${kind} at ${point}`);
    }
  });

  it.each(['ENOSPC', 'EIO'])(
    'A13, A14: every operation in turn fails with %s: nothing is acknowledged and writing stops',
    (code) => {
      for (const point of points(7)) {
        const disk = newDisk();
        const acknowledged: PreparedTurn[] = [];
        const from = disk.operations + point;
        disk.fault = (_, path) => {
          if (disk.operations > from) throw Object.assign(new Error(`${code}: ${path}`), { code });
        };
        let archive: ArchiveWriter | undefined;
        expect(() => {
          archive = open(disk);
          work(archive, acknowledged);
        }).toThrow(code);
        if (archive !== undefined) expect(() => archive?.append(at(batches, 4))).toThrow(WriteRefusedError);
        disk.fault = () => {};
        check(disk, acknowledged, `${code} at ${point}`);
      }
    },
  );

  it('A15: a failed fsync is final although the next one succeeds', () => {
    const random = seeded(SEED);
    for (const point of points(5)) {
      const disk = newDisk();
      const acknowledged: PreparedTurn[] = [];
      const from = disk.operations + point;
      let failed = false;
      disk.fault = (operation, path) => {
        if (failed || disk.operations <= from || !operation.startsWith('fsync')) return;
        failed = true;
        throw Object.assign(new Error(`EIO: ${path}`), { code: 'EIO' });
      };
      let archive: ArchiveWriter | undefined;
      try {
        archive = open(disk);
        work(archive, acknowledged);
      } catch {
        expect(() => archive?.append(at(batches, 4)), `fsync after ${point}`).toSatisfy(
          (again: () => unknown) => archive === undefined || throwsRefused(again),
        );
      }
      check(disk.crash('none', random), acknowledged, `fsync after ${point}`);
    }
  });

  it('A16: short writes and reads are carried on to the end', () => {
    const disk = newDisk();
    disk.pieces = 1021;
    const acknowledged: PreparedTurn[] = [];
    work(open(disk), acknowledged);
    check(disk.crash('none', seeded(SEED)), acknowledged, 'short');
  });
});

function throwsRefused(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch (error) {
    return error instanceof WriteRefusedError;
  }
}

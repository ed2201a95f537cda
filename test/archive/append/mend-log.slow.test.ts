/** Mending a log on the simulated disk: power goes at every operation, and mending it again ends in the same bytes. */
/** What is offered by a liar is never written, wherever it stops. */

import { describe, expect, it } from 'vitest';
import {
  type ArchiveWriter,
  createArchive,
  type LogOffer,
  type LogState,
  openArchive,
} from '../../../src/archive/archive.ts';
import { blake3Hex } from '../../../src/base/blake3.ts';
import { decodeHex } from '../../../src/base/bytes.ts';
import { type CrashKind, PowerCut, SimulatedDisk, seeded } from '../simulated-disk.ts';
import { at, chain } from '../turns.ts';

const turns = chain(300, 'mended');
const id = at(turns, 0).hash;
const folder = `/archive/conversations/${id}`;

let boots = 0;
function open(disk: SimulatedDisk): ArchiveWriter {
  const process = { pid: 1, host: 'test', boot: String(boots++), isAlive: () => true };
  return openArchive('/archive', { mode: 'write', disk, indexPath: ':memory:', process });
}

function fresh(own = turns): SimulatedDisk {
  const disk = new SimulatedDisk();
  createArchive('/archive', { origin: 'example.org/a', nowMs: 0, disk });
  const archive = open(disk);
  archive.append({ turns: own, heads: [{ conversation: at(own, 0).hash, name: 'main', turn: at(own, -1).hash }] });
  archive.close();
  return disk;
}

/** Of the log: what payload tiles hold is mended otherwise. */
function logOf(disk: SimulatedDisk): ReadonlyMap<string, string> {
  const own = [...disk.files()].filter(([path]) => path.startsWith(`${folder}/`) && !path.includes('payload'));
  return new Map(own.sort().map(([path, bytes]) => [path, blake3Hex(bytes)]));
}

const good = (() => {
  const disk = fresh();
  const archive = open(disk);
  const { size, rootHash } = archive.getConversation(id);
  const offer: LogOffer = archive.readRecords(id, 0, size);
  archive.close();
  const states: readonly LogState[] = [{ size, root: decodeHex(rootHash) }];
  return { offer, states, log: logOf(disk) };
})();

const DAMAGES: Readonly<Record<string, (disk: SimulatedDisk) => void>> = {
  'a tile is cut short and its leaf hashes are gone': (disk) => {
    const file = disk.open(`${folder}/tile/entries/000`, 'write');
    disk.truncate(file, 1000);
    disk.close(file);
    disk.unlink(`${folder}/tile/0/000`);
  },
  'all of it is gone': (disk) => {
    for (const path of [...disk.files().keys()]) if (path.startsWith(`${folder}/`)) disk.unlink(path);
  },
  'a record is changed and its leaf hashes are gone': (disk) => {
    const file = disk.open(`${folder}/tile/entries/000`, 'write');
    disk.write(file, Uint8Array.of(77), 0, 60);
    disk.close(file);
    disk.unlink(`${folder}/tile/0/000`);
  },
  'the checkpoint and the last tile are gone': (disk) => {
    for (const name of ['checkpoint', 'tile/entries/001', 'tile/0/001']) disk.unlink(`${folder}/${name}`);
  },
};

describe.each(Object.keys(DAMAGES))('%s', (what) => {
  const damaged = (): SimulatedDisk => {
    const disk = fresh();
    DAMAGES[what]?.(disk);
    return disk.crash('all', seeded(1));
  };
  const mend = (disk: SimulatedDisk, offer: LogOffer): boolean => {
    const archive = open(disk);
    try {
      return archive.mendLog(id, [offer], { states: good.states });
    } finally {
      if (disk.cutAt === Number.POSITIVE_INFINITY) archive.close();
    }
  };

  it.each<CrashKind>(['none', 'all', 'prefix', 'missing', 'torn'])(
    'is mended, however power goes meanwhile: %s of the pending survives',
    (kind) => {
      const random = seeded(7);
      let cuts = 0;
      for (let point = 0; ; point += 4) {
        const disk = damaged();
        disk.cutAt = disk.operations + point;
        try {
          mend(disk, good.offer);
          break;
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
        }
        cuts++;
        const after = disk.crash(kind, random);
        mend(after, good.offer);
        expect(logOf(after), `${kind} at ${point}`).toEqual(good.log);
      }
      expect(cuts).toBeGreaterThan(2);
    },
  );

  it('the damage itself is never made the truth', () => {
    const disk = damaged();
    const archive = open(disk);
    const before = logOf(disk);
    expect(archive.mendLog(id, [])).toBe(false);
    expect(logOf(disk)).toEqual(before);
    archive.close();
  });

  it('nothing of another log, of a changed record or of a longer log is written', () => {
    const strange = chain(300, 'other');
    const others = open(fresh(strange));
    const other: LogOffer = others.readRecords(at(strange, 0).hash, 0, 301);
    others.close();
    const changed = good.offer.map((record, i) => (i === 20 ? other[20] : record));
    for (const offer of [other, changed, []]) {
      const disk = damaged();
      const archive = open(disk);
      const before = logOf(disk);
      const mended = archive.mendLog(id, [offer], { states: good.states });
      // what is whole in it may be just what is missing here
      if (offer !== changed) expect(mended).toBe(false);
      expect(logOf(disk)).toEqual(mended ? good.log : before);
      archive.close();
    }
    const disk = damaged();
    expect(mend(disk, [...good.offer, at(other, 1)])).toBe(true);
    expect(logOf(disk)).toEqual(good.log);
  });
});

/** The archive log on disk: golden logs are read and written, broken ones are named, and no crash leaves half a publish. */
/** On disks in memory; the index stands in memory too, as it does where none can be kept. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rootOf } from '../../../src/archive/format/format.ts';
import { encodeHex } from '../../../src/base/bytes.ts';
import { type Disk, makeFolders, replaceFile } from '../../../src/base/disk.ts';
import { silentLog } from '../../../src/base/log.ts';
import { createMemoryDisk } from '../../../src/base/memory-disk.ts';
import { openDatabase } from '../../../src/base/sqlite.ts';
import { turnHash } from '../../../src/model/ids.ts';
import { ArchiveLogError, NotTheNextLogError } from '../../../src/replica/errors.ts';
import { ArchiveLog } from '../../../src/replica/log/archive-log.ts';
import { verifyLog } from '../../../src/replica/log/verify-log.ts';
import { bytesOfHex, invalid, vectors } from '../../archive/format/golden-files.ts';
import { append, id, keyRecord, newKey, ORIGIN, openLog as open, range, state, withdrawn } from './log-kit.ts';

function diskWith(files: Readonly<Record<string, string>>): Disk {
  const disk = createMemoryDisk();
  for (const [path, hex] of Object.entries(files)) {
    makeFolders(disk, `/a/${path.slice(0, path.lastIndexOf('/'))}`);
    replaceFile(disk, `/a/${path}`, `/a/${path}.tmp`, bytesOfHex(hex));
  }
  return disk;
}

const [ONE, TWO] = [newKey(), newKey()];

describe.each(vectors.logs)('the golden log "$name"', ({ origin, records, root, states, keys, files }) => {
  it('is read to what it says', () => {
    const log = open(diskWith(files), 'read', { origin });
    expect([log.size, encodeHex(rootOf(log.frontier))]).toEqual([records.length, root]);
    expect(log.listKeys().map(({ key }) => key)).toEqual(keys);
    const found = [...log.walkStates()].map((s) => [
      s.conversation,
      s.published ? { size: s.size, root: s.root } : null,
    ]);
    expect(Object.fromEntries(found)).toEqual(states);
    for (const [conversation, expected] of Object.entries(states))
      expect(log.sizeOf(turnHash(conversation))).toBe(expected?.size);
    expect([...log.walkRecords()].map(({ bytes }) => encodeHex(bytes))).toEqual(records);
    log.close();
  });

  it('is written again from its records and its checkpoint, byte for byte', () => {
    const disk = createMemoryDisk();
    disk.mkdir('/a');
    const log = open(disk, 'write', { origin });
    log.append(records.map(bytesOfHex), bytesOfHex(files['log/checkpoint'] ?? ''));
    log.close();
    for (const [path, hex] of Object.entries(files)) expect(encodeHex(read(disk, `/a/${path}`)), path).toBe(hex);
  });
});

describe('an archive log', () => {
  it.each(invalid.logs)('is refused, and the place is named: $why', ({ position, origin, files }) => {
    const disk = diskWith(files);
    expect(() => open(disk, 'read', { origin })).toThrow(ArchiveLogError);
    expect(() => open(disk, 'write', { origin })).toThrow(ArchiveLogError);
    const { damage } = verifyLog({ dir: '/a', origin, indexPath: '', log: silentLog, disk });
    expect(damage).toHaveLength(1);
    if (position !== null) expect(damage[0]?.message).toContain(`record ${position}: `);
    expect(damage[0]?.file).toMatch(position === null ? /^log\/(checkpoint|tile\/)/ : /^log\/tile\/entries\/000$/);
  });

  it('that was never begun holds nothing, and opening it writes nothing', () => {
    const disk = createMemoryDisk();
    disk.mkdir('/a');
    const log = open(disk);
    expect([log.size, log.checkpoint, log.countPublished(), [...log.walkStates()]]).toEqual([0, undefined, 0, []]);
    expect(disk.list('/a')).toEqual([]);
  });

  it('grows over tiles, and each time tells the same as one that is read anew', () => {
    const disk = createMemoryDisk();
    disk.mkdir('/a');
    const log = open(disk);
    append(log, [keyRecord(ONE)], ONE);
    for (const [from, to] of [
      [1, 100],
      [100, 256],
      [256, 257],
      [257, 900],
    ] as const) {
      append(
        log,
        Array.from({ length: to - from }, (_, i) => state(from + i, from)),
        ONE,
      );
      const other = open(disk, 'read');
      expect(other.size).toBe(to);
      expect([...other.walkStates()]).toEqual([...log.walkStates()]);
      expect(other.countPublished()).toBe(to - 1);
      expect([...other.walkRecords(250)].map(({ position }) => position)).toEqual(range(250, to));
      other.close();
    }
    expect(disk.list('/a/log/tile/entries')).toEqual(['000', '001', '002', '003']);
  });

  it.each([
    ['a size that shrinks', [state(1, 3)], [ONE]],
    ['the same again', [state(1, 5, 1)], [ONE]],
    ['another root', [state(1, 5, 9)], [ONE]],
    ['a withdrawal of what was not published', [withdrawn(7)], [ONE]],
    ['two withdrawals', [withdrawn(1), withdrawn(1)], [ONE]],
    ['no signature', [state(2, 1)], []],
    ['the signature of a stranger', [state(2, 1)], [TWO]],
    ['a new key without its signature', [keyRecord(TWO)], [ONE]],
  ])('does not take %s, and stays as it was', (_, records, keys) => {
    const disk = createMemoryDisk();
    disk.mkdir('/a');
    const log = open(disk);
    append(log, [keyRecord(ONE), state(1, 5)], ONE);
    const before = read(disk, '/a/log/checkpoint');
    expect(() => append(log, records, ...keys)).toThrow(NotTheNextLogError);
    expect(read(disk, '/a/log/checkpoint')).toEqual(before);
    expect([log.size, log.sizeOf(id(1)), log.sizeOf(id(2))]).toEqual([2, 5, undefined]);
    append(log, [state(1, 6)], ONE); // and goes on
    expect(open(disk, 'read').sizeOf(id(1))).toBe(6);
  });

  it('does not take a checkpoint of other records', () => {
    const disk = createMemoryDisk();
    disk.mkdir('/a');
    const log = open(disk);
    append(log, [keyRecord(ONE), state(1, 5)], ONE);
    expect(() => log.append([state(2, 2)], read(disk, '/a/log/checkpoint'))).toThrow(NotTheNextLogError);
    expect(log.size).toBe(2);
  });

  it('is taken over by a new key, which both sign for', () => {
    const disk = createMemoryDisk();
    disk.mkdir('/a');
    const log = open(disk);
    append(log, [keyRecord(ONE), state(1, 5)], ONE);
    append(log, [keyRecord(TWO)], ONE, TWO);
    expect(log.checkpoint?.signatures).toHaveLength(2);
    expect(() => append(log, [state(2, 1)], ONE)).toThrow(NotTheNextLogError);
    append(log, [state(2, 1)], TWO);
    expect(open(disk, 'read').listKeys()).toHaveLength(2);
  });

  it('that is shorter than its index remembers is damage, unless the index itself is', () => {
    const folder = mkdtempSync(join(tmpdir(), 'turnpress-log-'));
    try {
      const [dir, indexPath] = [join(folder, 'a'), join(folder, 'log.db')];
      mkdirSync(dir);
      const write = () => ArchiveLog.open({ mode: 'write', dir, origin: ORIGIN, indexPath, log: silentLog });
      const first = write();
      append(first, [state(1, 5)]);
      append(first, [state(2, 5)]);
      const old = first.checkpointBytes;
      append(first, [state(3, 5)]);
      first.close();
      const again = write();
      expect([again.size, again.countPublished()]).toEqual([3, 3]);
      again.close();
      replaceReal(join(dir, 'log', 'checkpoint'), old ?? new Uint8Array());
      expect(write).toThrow(/counts 2 records, and there were 3 before/);
      const reader = () => ArchiveLog.open({ mode: 'read', dir, origin: ORIGIN, indexPath, log: silentLog });
      expect(reader).toThrow(ArchiveLogError);
      expect(verifyLog({ dir, origin: ORIGIN, indexPath, log: silentLog }).damage).toHaveLength(1);
      const index = openDatabase(indexPath);
      for (const wrong of [
        "frontier=x'00'",
        'frontier=zeroblob(length(frontier))',
        'size=size+7',
        'size=1<<60',
        'size=0',
      ]) {
        index.statement(`UPDATE log SET ${wrong}`).run();
        const { size } = reader();
        expect(size, wrong).toBe(2);
      }
      index.close();
      const mended = write();
      expect([mended.size, mended.countPublished()]).toEqual([2, 2]);
      mended.close();
      rmSync(indexPath);
      expect(write().size).toBe(2);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

function read(disk: Disk, path: string): Uint8Array {
  const file = disk.open(path, 'read');
  const bytes = Buffer.alloc(disk.statOpen(file).size);
  disk.read(file, bytes, 0, 0);
  disk.close(file);
  return bytes;
}

function replaceReal(path: string, bytes: Uint8Array): void {
  rmSync(path);
  writeFileSync(path, bytes);
}

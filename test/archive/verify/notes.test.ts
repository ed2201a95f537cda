/** What verify notes beside damage, and what it finds in logs whose every record is whole. */
/** Notes are no damage: what is there can be read, and nothing that was stored is lost. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createArchive, openArchive } from '../../../src/archive/archive.ts';
import {
  emptyFrontier,
  encodeHead,
  encodeMeta,
  encodeTurn,
  generateCheckpoint,
  leafHash,
  type PayloadEntry,
  rootOfLeaves,
} from '../../../src/archive/format/format.ts';
import { blake3Hex } from '../../../src/base/blake3.ts';
import { type Disk, makeFolders, writeAll } from '../../../src/base/disk.ts';
import { encodeCanonicalJson } from '../../../src/base/json.ts';
import { createMemoryDisk } from '../../../src/base/memory-disk.ts';
import type { PayloadHash } from '../../../src/model/ids.ts';
import { extend, extensionOf } from '../append/pull.ts';
import { at, chain, START } from '../turns.ts';

const turns = chain(3, 'turn');
const id = at(turns, 0).hash;

function archive(withMain: boolean): Disk {
  const disk = createMemoryDisk();
  createArchive('/a', { origin: 'example.org/notes', nowMs: 0, disk });
  append(disk, withMain);
  return disk;
}

/** With an index of its own. */
function append(disk: Disk, withMain: boolean): void {
  const writer = openArchive('/a', { mode: 'write', disk, indexPath: ':memory:' });
  const heads = withMain ? [{ conversation: id, name: 'main', turn: at(turns, 2).hash }] : [];
  writer.append({ turns, heads });
  writer.close();
}

function put(disk: Disk, path: string): void {
  makeFolders(disk, path.slice(0, path.lastIndexOf('/')));
  const file = disk.open(path, 'write');
  writeAll(disk, path, file, Buffer.from('x'), 0);
  disk.close(file);
}

function verify(disk: Disk) {
  const reader = openArchive('/a', { mode: 'read', disk, indexPath: ':memory:' });
  const { damage, notes } = reader.verify();
  reader.close();
  return { damage, notes: notes.map(({ file, message }) => `${file}: ${message}`) };
}

describe('a conversation whose first checkpoint was never written', () => {
  const said = (writer: { readonly damage: readonly { readonly kind: string; readonly message: string }[] }) =>
    writer.damage.map(({ kind, message }) => `${kind}: ${message}`);
  const rebuilt = 'it was rebuilt from the log: 4 records';

  it('is taken as its log has it, with a note: whoever wrote it was stopped', () => {
    const folder = mkdtempSync(join(tmpdir(), 'turnpress-notes-'));
    try {
      const options = { disk: createMemoryDisk(), indexPath: join(folder, 'index.db') };
      createArchive('/a', { origin: 'example.org/notes', nowMs: 0, disk: options.disk });
      openArchive('/a', { mode: 'write', ...options }).close();
      append(options.disk, true);
      options.disk.unlink(`/a/conversations/${id}/checkpoint`);
      const reader = openArchive('/a', { mode: 'read', ...options });
      expect(reader.verify()).toMatchObject({ damage: [], notes: [{ message: expect.stringContaining('none') }] });
      reader.close();
      const writer = openArchive('/a', { mode: 'write', ...options });
      expect(said(writer)).toEqual([`note: ${rebuilt}`]);
      expect(writer.listTurns(id)).toHaveLength(3);
      writer.close();
      expect(verify(options.disk)).toEqual({ damage: [], notes: [] });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is damaged where no index is left that would know it', () => {
    const disk = archive(true);
    disk.unlink(`/a/conversations/${id}/checkpoint`);
    expect(verify(disk).damage.map(({ kind }) => kind)).toEqual(['checkpoint']);
    const writer = openArchive('/a', { mode: 'write', disk, indexPath: ':memory:' });
    expect(said(writer)).toEqual([`checkpoint: ${rebuilt}`]);
    expect(writer.listTurns(id)).toHaveLength(3);
    writer.close();
  });
});

describe('verify', () => {
  it('notes files that do not belong where they are, wherever they are, and calls the archive whole', () => {
    const disk = archive(true);
    expect(verify(disk)).toEqual({ damage: [], notes: [] });
    const strays = [
      ...['notes.txt', 'conversations/readme', `conversations/${id}/extra`, `conversations/${id}/checkpoint.tmp`],
      ...[`conversations/${id}/tile/1/000`, `conversations/${id}/tile/entries/abc`, 'blobs/zz/y', 'blobs/aa/short.zst'],
    ];
    for (const path of strays) put(disk, `/a/${path}`);
    const { damage, notes } = verify(disk);
    expect(damage).toEqual([]);
    expect(notes).toHaveLength(strays.length);
    for (const path of strays) {
      const place = path.replace('tile/1/000', 'tile/1').replace('zz/y', 'zz');
      expect(
        notes.some((note) => note.startsWith(`${place}: `)),
        path,
      ).toBe(true);
    }
  });

  it('notes a conversation without main', () => {
    expect(verify(archive(false))).toMatchObject({ damage: [], notes: [expect.stringContaining('main')] });
  });

  it('finds a head with another time than its turn, and heads and metas that say again what they said', async () => {
    const meta = encodeCanonicalJson({ title: 'a title' });
    const metaRecord = encodeMeta({
      timeMs: START,
      payloadHash: blake3Hex(meta) as PayloadHash,
      rawLength: meta.length,
    });
    const first = at(turns, 0);
    const main = encodeHead({ name: 'main', turn: id, timeMs: first.timeMs });
    const late = encodeHead({ name: 'late', turn: id, timeMs: first.timeMs + 1 });
    const { payload, hash: _, parent, ...fields } = first;
    const records = [
      encodeTurn({ ...fields, parent, rawLength: payload.length }),
      main,
      late,
      main,
      metaRecord,
      metaRecord,
    ];
    const payloads = [payload, undefined, undefined, undefined, meta, meta];
    const root = rootOfLeaves(records.map(leafHash));
    const disk = createMemoryDisk();
    createArchive('/a', { origin: 'example.org/notes', nowMs: 0, disk });
    const writer = openArchive('/a', { mode: 'write', disk, indexPath: ':memory:' });
    const checkpoint = generateCheckpoint({ origin: `far.example.org/${id}`, size: records.length, root });
    const entries = payloads.map(
      (bytes): PayloadEntry => (bytes === undefined ? { tag: 'none' } : { tag: 'inline', bytes }),
    );
    const log = {
      conversation: id,
      start: emptyFrontier,
      records,
      payloads: entries,
      checkpoint: Buffer.from(checkpoint),
    };
    await extend(writer, extensionOf(log));
    const { damage } = writer.verify();
    expect(damage.map(({ kind, positions }) => [kind, positions])).toEqual([
      ['log', [2]],
      ['log', [3]],
      ['log', [5]],
    ]);
    writer.close();
  });
});

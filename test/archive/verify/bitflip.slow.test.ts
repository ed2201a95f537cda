/** Every bit of a conversation, flipped: verify names the file, and nothing else in the archive is affected. */
/** In memory, through the same code as on disk. The index stands as it was before the flip, as after a disk error. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ArchiveReader,
  type ArchiveWriter,
  createArchive,
  openArchive,
  type PreparedTurn,
  prepareTurn,
} from '../../../src/archive/archive.ts';
import { type Disk, readFile } from '../../../src/base/disk.ts';
import { TurnpressError } from '../../../src/base/errors.ts';
import { createMemoryDisk } from '../../../src/base/memory-disk.ts';
import type { TurnHash } from '../../../src/model/ids.ts';
import { encodeItem, type Item } from '../../../src/model/item.ts';

const ROOT = '/archive';
let temp: string;
let disk: Disk;
let reader: ArchiveReader;
let files: string[];
const conversations: { readonly id: TurnHash; readonly turns: readonly TurnHash[] }[] = [];

beforeAll(() => {
  temp = mkdtempSync(join(tmpdir(), 'turnpress-flip-'));
  disk = createMemoryDisk();
  createArchive(ROOT, { origin: 'example.org/flip', nowMs: 0, disk });
  const writer = openArchive(ROOT, { mode: 'write', disk, indexPath: join(temp, 'index.db') });
  conversations.push(write(writer, 'one'), write(writer, 'two'));
  writer.close();
  reader = openArchive(ROOT, { mode: 'read', disk, indexPath: join(temp, 'index.db') });
  files = listFiles('').filter((file) => !/^private\/|^\.git/.test(file)); // those for git are no part of the format;
});

afterAll(() => {
  reader.close();
  rmSync(temp, { recursive: true, force: true });
});

describe('a flipped bit', () => {
  it('has a whole archive to be found in', () => {
    expect(reader.verify()).toMatchObject({ damage: [], complete: true, conversations: 2 });
    expect(files.filter((file) => file.startsWith('blobs/'))).toHaveLength(2);
    expect(files).toHaveLength(1 + 2 * 4 + 2);
  });

  it('anywhere but in private/ is reported, with its file, and the other conversation stays whole', () => {
    const unseen: string[] = [];
    const misnamed: string[] = [];
    const unnamed: string[] = [];
    const spread: string[] = [];
    let flips = 0;
    for (const file of files) {
      const bytes = readFile(disk, `${ROOT}/${file}`) ?? new Uint8Array(0);
      const owner = conversations.find(({ id }) => file.includes(id));
      // both conversations are made alike: of one the even bits, of the other the odd ones
      const [from, step] = owner === undefined ? [0, 1] : [conversations.indexOf(owner), conversations.length];
      for (let bit = from; bit < bytes.length * 8; bit += step) {
        flips++;
        const where = `${file} bit ${bit}`;
        const damage = flipped(file, bytes, bit, () => reader.verify().damage);
        if (damage.length === 0) unseen.push(where);
        else if (!damage.some((report) => report.file === file))
          misnamed.push(`${where}: ${damage.map((report) => report.file)}`);
        if (
          owner !== undefined &&
          damage.some(({ conversation }) => conversation !== undefined && conversation !== owner.id)
        )
          spread.push(where);
        const naming = damage.some(({ turns, positions }) => turns.length > 0 || (positions ?? []).length > 0);
        if (/entries|payload|\/0\/|^blobs/.test(file) && !naming) unnamed.push(where);
      }
    }
    expect({ unseen, misnamed, unnamed, spread }).toEqual({ unseen: [], misnamed: [], unnamed: [], spread: [] });
    expect(flips).toBeGreaterThan(5_000);
  });

  it('in a payload or a record leaves every other turn readable after a fresh look', () => {
    const [one, two] = conversations;
    for (const kind of ['entries', '0', 'payload']) {
      const file = `conversations/${one?.id}/tile/${kind}/000`;
      const bytes = readFile(disk, `${ROOT}/${file}`) ?? new Uint8Array(0);
      for (let bit = 3; bit < bytes.length * 8; bit += 97) {
        flipped(file, bytes, bit, () => {
          const fresh = openArchive(ROOT, { mode: 'read', disk, indexPath: ':memory:' });
          try {
            const turns = (two?.turns ?? []).map((turn) => fresh.getTurn(turn));
            expect(fresh.readPayloads(turns).every((payload) => payload.status === 'present')).toBe(true);
            const found = (one?.turns ?? []).flatMap((turn) => fresh.findTurn(turn) ?? []);
            expect(found.length, `${file} bit ${bit} ${JSON.stringify(fresh.damage)}`).toBeGreaterThanOrEqual(
              (one?.turns.length ?? 0) - (kind === 'entries' ? 1 : 0),
            );
            for (const payload of fresh.readPayloads(found)) expect(['present', 'damaged']).toContain(payload.status);
          } finally {
            fresh.close();
          }
        });
      }
    }
  });

  it('in archive.json is reported or stops the opening, and is not written over', () => {
    const bytes = readFile(disk, `${ROOT}/archive.json`) ?? new Uint8Array(0);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      flipped('archive.json', bytes, bit, () => {
        const before = readFile(disk, `${ROOT}/archive.json`);
        let outcome = '';
        try {
          const fresh = openArchive(ROOT, { mode: 'read', disk, indexPath: ':memory:' });
          outcome = fresh
            .verify()
            .damage.map(({ file }) => file)
            .join();
          expect([...fresh.walkConversations()]).toHaveLength(2);
          fresh.close();
        } catch (error) {
          if (!(error instanceof TurnpressError)) throw error;
          outcome = String(error.fields.file);
        }
        expect(outcome).toContain('archive.json');
        expect(() => openArchive(ROOT, { mode: 'write', disk, indexPath: ':memory:' })).toThrow(TurnpressError);
        expect(readFile(disk, `${ROOT}/archive.json`)).toEqual(before);
      });
    }
  });
});

function flipped<T>(file: string, bytes: Uint8Array, bit: number, look: () => T): T {
  const path = `${ROOT}/${file}`;
  const changed = Uint8Array.from(bytes);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  overwrite(path, changed);
  try {
    return look();
  } finally {
    overwrite(path, bytes);
  }
}

/** In place, as a failing disk would. */
function overwrite(path: string, bytes: Uint8Array): void {
  const file = disk.open(path, 'write');
  disk.write(file, bytes, 0, 0);
  disk.close(file);
}

function listFiles(folder: string): string[] {
  return (disk.list(folder === '' ? ROOT : `${ROOT}/${folder}`) ?? []).flatMap((name) => {
    const path = folder === '' ? name : `${folder}/${name}`;
    return disk.stat(`${ROOT}/${path}`)?.directory ? listFiles(path) : [path];
  });
}

function write(writer: ArchiveWriter, name: string): { id: TurnHash; turns: TurnHash[] } {
  const image = writer.putBlob(Buffer.from(`picture of ${name}`));
  const items: Item[] = [
    { role: 'user', parts: [{ type: 'text', content: `What is ${name}?` }] },
    {
      role: 'assistant',
      parts: [
        { type: 'text', content: `${name} is a number.` },
        { type: 'blob', modality: 'image', mime_type: 'image/png', hash: image, size: 14 },
      ],
    },
    { role: 'user', parts: [{ type: 'text', content: 'continue' }] },
    { role: 'user', parts: [{ type: 'text', content: 'continue' }] },
  ];
  const turns: PreparedTurn[] = [];
  for (const [i, item] of items.entries()) {
    turns.push(
      prepareTurn({
        parent: turns.at(-1) ?? null,
        timeMs: i,
        encoding: 2,
        typeId: 'turnpress.item',
        typeVersion: 1,
        payload: encodeItem(item),
      }),
    );
  }
  const [root] = turns;
  const last = turns.at(-1);
  if (root === undefined || last === undefined) throw new Error('no turns');
  writer.append({ turns: turns.slice(0, 2) });
  writer.append({
    turns: turns.slice(2),
    heads: [{ conversation: root.hash, name: 'main', turn: last.hash }],
    metas: [{ conversation: root.hash, meta: { title: name }, timeMs: 3 }],
  });
  return { id: root.hash, turns: turns.map((turn) => turn.hash) };
}

/** Taking payloads back: gone from every file, everything else as it was, and finished after a crash at any step. */
/** A canary is looked for in the bytes of all files, decompressed where they are zstd. */

import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ArchiveWriter,
  createArchive,
  openArchive,
  type PreparedTurn,
  prepareTurn,
} from '../../../src/archive/archive.ts';
import { realDisk } from '../../../src/base/disk.ts';
import { blobHash, type TurnHash } from '../../../src/model/ids.ts';
import { encodeItem, type Item } from '../../../src/model/item.ts';
import { findCanary } from './find-canary.ts';
import { stoppingDisk } from './stopping-disk.ts';

const CANARY = 'canary-7f3a';
let dir: string;
let writer: ArchiveWriter;
let turns: PreparedTurn[];

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'turnpress-withdraw-')), 'a');
  createArchive(dir, { origin: 'example.org/withdraw', nowMs: 0 });
  writer = openArchive(dir, { mode: 'write' });
  turns = [];
});
afterEach(() => {
  writer.close();
  rmSync(join(dir, '..'), { recursive: true, force: true });
});

describe('a withdrawal', () => {
  it('leaves the payload in no file of the archive', () => {
    append([say('hello'), say(`the key is ${CANARY}`), say('thanks')]);
    writer.search({ text: 'key' });
    expect(findCanary(dir, CANARY)).not.toEqual([]);
    writer.withdraw(hash(1), 1, 99);
    expect(findCanary(dir, CANARY)).toEqual([]);
    expect(writer.search({ text: 'canary' })).toEqual([]);
    expect(writer.verify().damage).toEqual([]);
    writer.close();
    expect(findCanary(dir, CANARY)).toEqual([]);
    writer = openArchive(dir, { mode: 'write' });
    expect(writer.readPayload(writer.getTurn(hash(1)))).toEqual({ status: 'withheld', reason: 1 });
  });

  it('of the first prompt takes it out of lists and of the index file too', () => {
    append([say(`${CANARY} please`), say('no')]);
    writer.withdraw(hash(0), 2, 99);
    expect([...writer.walkConversations()][0]?.firstPrompt).not.toContain(CANARY);
    expect(findCanary(dir, CANARY)).toEqual([]);
    writer.rebuildIndex();
    expect(writer.verify().damage).toEqual([]);
  });

  it('keeps hashes, leaves and the other payloads', () => {
    append([say('one'), say(CANARY), say('three')]);
    const id = hash(0);
    const before = [
      readFileSync(join(dir, `conversations/${id}/tile/0/000`)),
      readFileSync(join(dir, `conversations/${id}/tile/entries/000`)),
    ];
    writer.withdraw(hash(1), 0, 99);
    const after = [
      readFileSync(join(dir, `conversations/${id}/tile/0/000`)),
      readFileSync(join(dir, `conversations/${id}/tile/entries/000`)),
    ];
    for (const [i, bytes] of before.entries()) expect(after[i]?.subarray(0, bytes.length).equals(bytes)).toBe(true);
    expect(writer.listTurns(id).map((turn) => turn.hash)).toEqual(turns.map((turn) => turn.hash));
    expect(texts(id)).toEqual(['one', 'withheld', 'three']);
  });

  it('of a payload that other turns repeat leaves theirs readable', () => {
    append([say('root'), say('again'), say('again'), say('again')]);
    writer.withdraw(hash(1), 0, 99);
    expect(texts(hash(0))).toEqual(['root', 'withheld', 'again', 'again']);
    writer.withdraw(hash(2), 0, 99);
    expect(texts(hash(0))).toEqual(['root', 'withheld', 'withheld', 'again']);
    expect(writer.verify().damage).toEqual([]);
  });

  it('in a full tile of a long log is found again after closing', () => {
    append(Array.from({ length: 300 }, (_, i) => say(i === 200 ? CANARY : `turn ${i}`)));
    writer.withdraw(hash(200), 1, 99);
    writer.close();
    writer = openArchive(dir, { mode: 'write' });
    expect(findCanary(dir, CANARY)).toEqual([]);
    expect(texts(hash(0)).filter((text) => text === 'withheld')).toHaveLength(1);
    expect(writer.verify().damage).toEqual([]);
  });

  it('deletes blobs that no other turn needs, and only those', () => {
    const shared = writer.putBlob(Buffer.from('shared picture'));
    const own = writer.putBlob(Buffer.from(`picture of ${CANARY}`));
    const large = `${CANARY}${'x'.repeat(70_000)}`;
    append([say('root'), picture(shared), { ...picture(shared, own) }, say(large)]);
    writer.withdraw(hash(2), 1, 99);
    expect([writer.hasBlob(blobHash(shared)), writer.hasBlob(blobHash(own))]).toEqual([true, false]);
    writer.withdraw(hash(3), 1, 99);
    expect(writer.hasBlob(turns[3]?.payloadHash ?? shared)).toBe(false);
    expect(findCanary(dir, CANARY)).toEqual([]);
    expect(writer.verify().damage).toEqual([]);
  });

  it('reads and writes nothing of other conversations, and keeps what they still need', () => {
    const shared = writer.putBlob(Buffer.from('shared picture'));
    append([say('root'), picture(shared)]);
    const [target, id] = [hash(1), hash(0)];
    for (let i = 0; i < 5; i++) {
      turns = [];
      append([say(`other ${i}`), picture(shared)]);
    }
    writer.close();
    const touched = new Set<string>();
    const watching = {
      ...realDisk,
      open: (path: string, flag: 'read' | 'write') => {
        touched.add(path.slice(dir.length + 1));
        return realDisk.open(path, flag);
      },
    };
    writer = openArchive(dir, { mode: 'write', disk: watching });
    touched.clear();
    writer.withdraw(target, 1, 99);
    const folders = new Set(
      [...touched].filter((path) => path.startsWith('conversations/')).map((path) => path.split('/')[1]),
    );
    expect([...folders]).toEqual([id]);
    expect([...touched].filter((path) => path.startsWith('blobs/'))).toEqual([]);
    expect(writer.hasBlob(shared)).toBe(true);
    expect(writer.verify().damage).toEqual([]);
  });

  it('names its replacement, and a second one of the same turn adds nothing', () => {
    append([say('root'), say(CANARY), say('cleaned')]);
    writer.withdraw(hash(1), 1, 99, hash(2));
    const size = writer.getConversation(hash(0)).size;
    writer.withdraw(hash(1), 1, 100, hash(2));
    expect(writer.getConversation(hash(0)).size).toBe(size);
    expect(writer.readPayload(writer.getTurn(hash(1)))).toEqual({
      status: 'withheld',
      reason: 1,
      replacement: hash(2),
    });
  });

  it('is refused for unknown turns, reasons and replacements elsewhere, and writes nothing then', () => {
    append([say('root'), say('next')]);
    const other = turns[0];
    turns = [];
    append([say('another conversation')]);
    const elsewhere = hash(0);
    const target = other?.hash as TurnHash;
    const before = readFileSync(join(dir, `conversations/${target}/checkpoint`), 'utf8');
    expect(() => writer.withdraw('00'.repeat(32) as TurnHash, 1, 1)).toThrow(/no turn/);
    expect(() => writer.withdraw(target, 9, 1)).toThrow(/reason/);
    expect(() => writer.withdraw(target, 1, 1, elsewhere)).toThrow(/same conversation/);
    expect(() => writer.withdraw(target, 1, 1, target)).toThrow(/itself/);
    expect(readFileSync(join(dir, `conversations/${target}/checkpoint`), 'utf8')).toBe(before);
  });
});

describe('a withdrawal that is interrupted', () => {
  it('at any disk operation is either not begun or finished at the next start', () => {
    append([say('root'), say(CANARY), say(CANARY.toUpperCase()), picture(writer.putBlob(Buffer.from('p')))]);
    writer.close();
    let points = 0;
    for (let stop = 0; ; stop++) {
      const copy = join(dir, '..', 'copy');
      rmSync(copy, { recursive: true, force: true });
      cpSync(dir, copy, { recursive: true, preserveTimestamps: true });
      let finished = false;
      const disk = stoppingDisk();
      const broken = openArchive(copy, { mode: 'write', disk });
      try {
        disk.stopAfter(stop);
        broken.withdraw(hash(1), 1, 99);
        finished = true;
      } catch (error) {
        expect((error as Error).message).toContain('stopped here');
      }
      disk.stopAfter(undefined);
      broken.close();
      const after = openArchive(copy, { mode: 'write' });
      const taken = after.listTombstones(hash(0)).length > 0;
      expect(after.verify().damage).toEqual([]);
      expect(findCanary(copy, CANARY).length > 0, `stopped at ${stop}`).toBe(!taken);
      expect(existsSync(join(copy, 'private/purge', hash(0)))).toBe(false);
      after.close();
      if (finished) break;
      points++;
    }
    expect(points).toBeGreaterThan(15);
  });
});

function append(items: readonly Item[]): void {
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
  writer.append({ turns, heads: [{ conversation: hash(0), name: 'main', turn: hash(turns.length - 1) }] });
}

function hash(i: number): TurnHash {
  const turn = turns[i];
  if (turn === undefined) throw new Error(`no turn ${i}`);
  return turn.hash;
}

function say(content: string): Item {
  return { role: 'user', parts: [{ type: 'text', content }] };
}

function picture(...hashes: readonly string[]): Item {
  return {
    role: 'user',
    parts: hashes.map((h) => ({ type: 'blob', modality: 'image', mime_type: 'image/png', hash: blobHash(h), size: 1 })),
  };
}

function texts(id: TurnHash): string[] {
  return writer.readPayloads(writer.listTurns(id)).map((payload) => {
    if (payload.status !== 'present') return payload.status;
    return /"content":"([^"]*)"/.exec(Buffer.from(payload.bytes).toString())?.[1] ?? '';
  });
}

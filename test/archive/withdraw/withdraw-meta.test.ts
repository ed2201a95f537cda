/** Taking a conversation's meta back: every title it ever had is gone from every file, and stays gone. */
/** A canary is looked for in the bytes of all files, decompressed where they are zstd. */

import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveWriter, createArchive, openArchive } from '../../../src/archive/archive.ts';
import type { Meta } from '../../../src/model/conversation.ts';
import { at, chain } from '../turns.ts';
import { findCanary } from './find-canary.ts';
import { stoppingDisk } from './stopping-disk.ts';

const CANARY = 'canary-7f3a';
const turns = chain(3, 'turn');
const id = at(turns, 0).hash;
let dir: string;
let writer: ArchiveWriter;

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'turnpress-withdraw-')), 'a');
  createArchive(dir, { origin: 'example.org/withdraw', nowMs: 0 });
  writer = openArchive(dir, { mode: 'write' });
  writer.append({ turns, heads: [{ conversation: id, name: 'main', turn: at(turns, 2).hash }] });
});
afterEach(() => {
  writer.close();
  rmSync(join(dir, '..'), { recursive: true, force: true });
});

function tell(...metas: readonly Meta[]): number {
  return writer.append({ turns: [], metas: metas.map((meta) => ({ conversation: id, meta, timeMs: 5 })) }).newMetas;
}

describe('the meta of a conversation, taken back', () => {
  it('is in no file and in no answer any more, whichever title was the last', () => {
    tell({ title: `first ${CANARY}` }, { title: `second ${CANARY}`, agent: 'x' }, { title: 'harmless', agent: 'x' });
    expect(findCanary(dir, CANARY)).not.toEqual([]);
    expect(writer.withdrawMeta(id, 2, 99)).toBe(3);
    expect(findCanary(dir, CANARY)).toEqual([]);
    expect(writer.getConversation(id)).toMatchObject({ meta: {}, metaWithheld: true, withheld: 0, turns: 3 });
    expect(writer.listTombstones(id)).toEqual([]);
    expect(writer.verify().damage).toEqual([]);
    const before = writer.getConversation(id);
    writer.rebuildIndex();
    expect(writer.getConversation(id)).toEqual(before);
    expect(writer.verify().damage).toEqual([]);
  });

  it('that was said twice is one payload and one tombstone', () => {
    tell({ title: CANARY }, { title: 'other' }, { title: CANARY });
    const { size } = writer.getConversation(id);
    expect(writer.withdrawMeta(id, 2, 99)).toBe(2);
    expect(writer.getConversation(id).size).toBe(size + 2);
    expect(findCanary(dir, CANARY)).toEqual([]);
  });

  it('is not written again, while another one is; and that can be taken back too', () => {
    tell({ title: CANARY });
    writer.withdrawMeta(id, 2, 99);
    expect(tell({ title: CANARY })).toBe(0);
    expect(tell({ agent: 'x' })).toBe(1);
    expect(writer.getConversation(id)).toMatchObject({ meta: { agent: 'x' }, metaWithheld: true });
    expect(writer.withdrawMeta(id, 2, 100)).toBe(1);
    expect(writer.withdrawMeta(id, 2, 101)).toBe(0);
    expect(writer.getConversation(id).meta).toEqual({});
    writer.close();
    writer = openArchive(dir, { mode: 'write' });
    expect(tell({ agent: 'x' })).toBe(0);
    expect(writer.verify().damage).toEqual([]);
  });

  it('over 64 KiB has a blob file, which goes when nothing else needs it', () => {
    const meta = { tags: [CANARY, 'x'.repeat(70_000)] };
    tell(meta);
    const [other] = chain(1, 'elsewhere');
    if (other === undefined) throw new Error('no turn');
    writer.append({ turns: [other], metas: [{ conversation: other.hash, meta, timeMs: 1 }] });
    writer.withdrawMeta(id, 1, 99);
    expect(writer.getConversation(other.hash).meta).toEqual(meta);
    expect(writer.verify().damage).toEqual([]);
    writer.withdrawMeta(other.hash, 1, 99);
    expect(findCanary(dir, CANARY)).toEqual([]);
    expect(writer.verify().damage).toEqual([]);
  });

  it('in a log of several tiles goes from each of them', () => {
    for (let i = 0; i < 300; i++) tell({ title: `${CANARY} ${i % 7}` });
    expect(writer.withdrawMeta(id, 2, 99)).toBe(7);
    expect(findCanary(dir, CANARY)).toEqual([]);
    expect(writer.verify().damage).toEqual([]);
  });

  it('leaves leaf hashes, records and turns as they are', () => {
    tell({ title: CANARY });
    const read = () =>
      ['0', 'entries'].map((kind) => readFileSync(join(dir, `conversations/${id}/tile/${kind}/000`), 'hex'));
    const before = read();
    writer.withdrawMeta(id, 1, 99);
    for (const [i, hex] of read().entries()) expect(hex.startsWith(at(before, i))).toBe(true);
    expect(writer.readPayloads(writer.listTurns(id)).map(({ status }) => status)).toEqual(Array(3).fill('present'));
  });

  it('is refused for unknown conversations and reasons, and where there is none, and writes nothing then', () => {
    const before = readFileSync(join(dir, `conversations/${id}/checkpoint`), 'utf8');
    expect(() => writer.withdrawMeta(at(turns, 1).hash, 1, 1)).toThrow(/no conversation/);
    expect(() => writer.withdrawMeta(id, 1, 1)).toThrow(/no meta of conversation/);
    tell({ title: 't' });
    const told = readFileSync(join(dir, `conversations/${id}/checkpoint`), 'utf8');
    expect(told).not.toBe(before);
    expect(() => writer.withdrawMeta(id, 5, 1)).toThrow(/reason/);
    expect(readFileSync(join(dir, `conversations/${id}/checkpoint`), 'utf8')).toBe(told);
  });

  it('when stopped at any disk operation is either not begun or finished at the next start', () => {
    tell({ title: CANARY }, { title: `${CANARY} again`, tags: ['x'.repeat(70_000)] });
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
        broken.withdrawMeta(id, 1, 99);
        finished = true;
      } catch (error) {
        expect((error as Error).message).toContain('stopped here');
      }
      disk.stopAfter(undefined);
      broken.close();
      const after = openArchive(copy, { mode: 'write' });
      const taken = after.getConversation(id).metaWithheld;
      expect(after.verify().damage).toEqual([]);
      expect(findCanary(copy, CANARY).length > 0, `stopped at ${stop}`).toBe(!taken);
      expect(existsSync(join(copy, 'private/purge', id))).toBe(false);
      after.close();
      if (finished) break;
      points++;
    }
    expect(points).toBeGreaterThan(20);
  });
});

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveWriter, createArchive, openArchive } from '../../../src/archive/archive.ts';
import { decodeChunk, decodeEntries, parseCheckpoint } from '../../../src/archive/format/format.ts';
import type { ConversationId } from '../../../src/model/ids.ts';
import { findImage, stripImage } from '../../../src/model/images.ts';
import { hashTileName, payloadName } from '../../../src/replica/publish/replica-names.ts';
import { countRevisions } from '../../../src/replica/publish/revisions.ts';
import { at, chain, itemTurn, rawTurn, START, textTurn } from '../../archive/turns.ts';
import { whole } from '../../model/image-samples.ts';
import { fixedKey, publish, vkeyOf, withReplica, writeReplica } from '../test-publisher.ts';

const ORIGIN = 'example.org/replica';
let dir: string;
let out: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'replica-'));
  out = join(dir, 'site');
  createArchive(join(dir, 'a'), { origin: ORIGIN, nowMs: START });
});
afterEach(() => rmSync(dir, { recursive: true }));

function write<T>(work: (archive: ArchiveWriter) => T): T {
  const archive = openArchive(join(dir, 'a'), { mode: 'write' });
  try {
    return work(archive);
  } finally {
    archive.close();
  }
}

function grow(count: number, word = 'turn'): ConversationId {
  const turns = chain(count, word);
  write((archive) => archive.append({ turns }));
  return at(turns, 0).hash;
}

const read = (path: string) => readFileSync(join(out, 'archive', path));
const sha = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

/** RFC 6962, by its recursive words: shares no code with the archive. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return sha();
  if (leaves.length === 1) return only;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha(Buffer.of(1), rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

function split(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length / 32 }, (_, i) => bytes.subarray(i * 32, i * 32 + 32));
}

describe('the files of a replica', () => {
  it('names are those of tlog-tiles, and ours for payloads', () => {
    expect(hashTileName(1, 0, 1)).toBe('tile/1/000.p/1');
    expect(hashTileName(0, 1067, 256)).toBe('tile/0/x001/067');
    expect(payloadName(0, 17, 0)).toBe('tile/payload/000.p/17');
    expect(payloadName(0, 17, 2)).toBe('tile/payload/000.p/17.r2');
    expect(payloadName(1234, 256, 1)).toBe('tile/payload/x001/234.r1');
  });

  it.each([1, 255, 256, 257, 600])('a conversation of %i records has every tile, and they have its root', (count) => {
    const id = grow(count);
    publish(join(dir, 'a'), { key: fixedKey(ORIGIN) });
    const paths = writeReplica(join(dir, 'a'), out).filter((path) => path.includes(id));
    const folder = `conversations/${id}`;
    const checkpoint = parseCheckpoint(read(`${folder}/checkpoint`));
    const leaves: Buffer[] = [];
    for (let n = 0; n * 256 < count; n++) {
      const width = Math.min(256, count - n * 256);
      const part = `00${n}${width === 256 ? '' : `.p/${width}`}`;
      const records = decodeEntries(read(`${folder}/tile/entries/${part}`), width);
      const own = records.map((record) => sha(Buffer.of(0), record));
      expect(split(read(`${folder}/tile/0/${part}`))).toEqual(own);
      expect(decodeChunk(read(`${folder}/tile/payload/${part}`), 0)).toMatchObject({ first: n * 256 });
      leaves.push(...own);
    }
    expect(rootOf(leaves)).toEqual(Buffer.from(checkpoint.root));
    const full = Math.floor(count / 256);
    if (full > 0) {
      const roots = Array.from({ length: full }, (_, n) => rootOf(leaves.slice(n * 256, n * 256 + 256)));
      expect(split(read(`${folder}/tile/1/000.p/${full}`))).toEqual(roots);
    }
    expect(paths).toHaveLength(1 + 3 * Math.ceil(count / 256) + (full > 0 ? 1 : 0));
  });

  it('archive.json names the keys, and the checkpoints are those that were signed', () => {
    const id = grow(3);
    publish(join(dir, 'a'), { key: fixedKey(ORIGIN) });
    writeReplica(join(dir, 'a'), out);
    const info = JSON.parse(read('archive.json').toString());
    expect(info).toMatchObject({ format: 'turnpress', version: 1, origin: ORIGIN, keys: [vkeyOf(fixedKey(ORIGIN))] });
    expect(read('log/checkpoint')).toEqual(readFileSync(join(dir, 'a', 'log', 'checkpoint')));
    expect(parseCheckpoint(read(`conversations/${id}/checkpoint`)).origin).toBe(`${ORIGIN}/${id}`);
  });

  it('what was not published is not in it: later turns, other conversations, their blobs', () => {
    const id = grow(3);
    const other = grow(3, 'other');
    publish(join(dir, 'a'), { only: (each) => each === id });
    const more = rawTurn(at(chain(3, 'turn'), 2), Buffer.alloc(100_000, 'later'));
    write((archive) => archive.append({ turns: [more] }));
    const paths = writeReplica(join(dir, 'a'), out);
    expect(paths.filter((path) => path.includes(other) || path.startsWith('blobs'))).toEqual([]);
    expect(paths).toContain(`conversations/${id}/tile/entries/000.p/3`);
    expect(decodeChunk(read(`conversations/${id}/tile/payload/000.p/3`), 0).slots).toHaveLength(3);
  });

  it('a full payload tile goes out as it was sealed', () => {
    const id = grow(256);
    publish(join(dir, 'a'));
    writeReplica(join(dir, 'a'), out);
    const sealed = readFileSync(join(dir, 'a', 'conversations', id, 'tile', 'payload', '000'));
    expect(read(`conversations/${id}/tile/payload/000`)).toEqual(sealed);
  });

  it('a tile from which something was taken back has another name, and none while that is not published', () => {
    const id = grow(5);
    publish(join(dir, 'a'));
    write((archive) => archive.withdraw(at(archive.listTurns(id), 2).hash, 1, START));
    const before = writeReplica(join(dir, 'a'), out).filter((path) => path.includes('/payload/'));
    expect(before).toEqual([]);
    publish(join(dir, 'a'));
    const after = writeReplica(join(dir, 'a'), out).filter((path) => path.includes('/payload/'));
    expect(after).toEqual([`conversations/${id}/tile/payload/000.p/6.r1`]);
    const { slots } = decodeChunk(read(at(after, 0)), 0);
    expect(slots.map(({ tag }) => tag)).toEqual(['inline', 'inline', 'withheld', 'inline', 'inline', 'none']);
    expect(read(at(after, 0)).includes('turn 2')).toBe(false);
  });

  it('pictures go out when they are to be shown, other attachments never', () => {
    const dirty = whole['image/png'];
    const image = findImage(dirty);
    if (image === undefined) throw new Error('no image');
    const picture = stripImage(dirty, image);
    const text = Buffer.from('an attached text');
    const id = write((archive) => {
      const parts = [picture, text].map((bytes, i) => {
        const mime_type = i === 0 ? 'image/png' : 'text/plain';
        const hash = archive.putBlob(bytes);
        return { type: 'blob' as const, modality: 'image' as const, mime_type, hash, size: bytes.length };
      });
      const turn = itemTurn(null, { role: 'user', parts });
      const large = textTurn(turn, 'large '.repeat(20_000));
      archive.append({ turns: [turn, large] });
      return { parts, large };
    });
    publish(join(dir, 'a'));
    const blobs = (pictures: boolean) =>
      writeReplica(join(dir, 'a'), out, pictures)
        .filter((path) => path.startsWith('blobs'))
        .map((path) => path.slice(9, -4));
    expect(blobs(false)).toEqual([id.large.payloadHash]);
    expect(blobs(true).sort()).toEqual([id.large.payloadHash, at(id.parts, 0).hash].sort());
  });

  it('only what the log did not have before is walked, and no byte is read before it is asked for', () => {
    for (let i = 0; i < 3; i++) {
      grow(2, `conversation ${i}`);
      publish(join(dir, 'a'));
    }
    withReplica(join(dir, 'a'), (replica) => {
      expect([...replica.walkLog(2)].map(({ path }) => path)).toEqual([
        'archive.json',
        'log/checkpoint',
        'log/tile/entries/000.p/3',
        'log/tile/0/000.p/3',
      ]);
      expect(replica.size).toBe(3);
    });
  });
});

describe('revisions of tiles', () => {
  it('count tombstones by the tiles that they point into', () => {
    const turn = (hash: string) => ({ kind: 'turn', hash }) as never;
    const meta = (payloadHash: string) => ({ kind: 'meta', payloadHash }) as never;
    const taken = (name: string) => ({ kind: 'tombstone', action: 'withheld', turn: name }) as never;
    const untold = (name: string) => ({ kind: 'tombstone', action: 'meta withheld', meta: name }) as never;
    const head = { kind: 'head' } as never;
    const records = [turn('a'), meta('m'), ...Array.from({ length: 254 }, () => head), turn('b'), meta('m')];
    records.push(taken('a'), taken('a'), taken('b'), untold('m'), taken('nobody'));
    expect([...countRevisions(records)]).toEqual([
      [0, 3],
      [1, 2],
    ]);
  });
});

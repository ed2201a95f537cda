/** Records, bundles, chunks, checkpoints and names against the golden vectors. */
/** The vectors come from a second implementation, so an error shared by our reader and writer cannot hide. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RecordError } from '../../../src/archive/errors.ts';
import {
  decodeBlob,
  decodeChunk,
  decodeEntries,
  decodeRecord,
  decompressChunk,
  encodeChunk,
  encodeEntries,
  encodeHead,
  encodeMeta,
  encodeTombstone,
  encodeTurn,
  generateCheckpoint,
  hashTurnRecord,
  type LogRecord,
  leafHash,
  listChunks,
  type PayloadEntry,
  parseCheckpoint,
  parseTileName,
  rootOfLeaves,
  splitHashes,
  tileName,
} from '../../../src/archive/format/format.ts';
import { encodeHex } from '../../../src/base/bytes.ts';
import { LimitError, ZstdError } from '../../../src/base/errors.ts';
import {
  bytesOfHex,
  type Field,
  type GoldenSlot,
  goldenDir,
  invalid,
  readGoldenStore,
  vectors,
} from './golden-files.ts';

describe('the golden vectors', () => {
  it('are what their generator writes, byte for byte', () => {
    const folder = mkdtempSync(join(tmpdir(), 'turnpress-golden-'));
    try {
      execFileSync(process.execPath, [join(goldenDir, 'generate.mjs'), folder]);
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      expect(files.length).toBeGreaterThan(15);
      for (const entry of files) {
        const path = join(entry.parentPath, entry.name);
        expect(readFileSync(path).equals(readFileSync(path.replace(folder, goldenDir))), path).toBe(true);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('explain every byte of every record and chunk', () => {
    for (const { hex, fields } of [...vectors.records, ...vectors.chunks]) expect(joinFields(fields)).toBe(hex);
  });
});

describe('records', () => {
  it.each(vectors.records)('$name decodes and encodes to the same bytes', ({ hex, hash }) => {
    const record = decodeRecord(bytesOfHex(hex));
    expect(encodeHex(encode(record))).toBe(hex);
    if (record.kind === 'turn') expect(record.hash).toBe(hash);
    if (hash !== undefined) expect(hashTurnRecord(bytesOfHex(hex))).toBe(hash);
  });

  it.each(invalid.records)('are refused: $why', ({ hex }) => {
    expect(() => decodeRecord(bytesOfHex(hex))).toThrow(RecordError);
  });
});

describe('entry bundles and leaf tiles', () => {
  it.each(vectors.stores)('of the store "$name" hold its records, and give its roots', (store) => {
    const files = readGoldenStore(store);
    for (const { id, size, root } of store.conversations) {
      const leaves: Uint8Array[] = [];
      for (let n = 0; n * 256 < size; n++) {
        const bundle = files.get(`conversations/${id}/tile/entries/${tileName(n)}`) ?? new Uint8Array();
        const records = decodeEntries(bundle, Math.min(256, size - n * 256));
        expect(Buffer.from(encodeEntries(records)).equals(bundle)).toBe(true);
        const stored = splitHashes(files.get(`conversations/${id}/tile/0/${tileName(n)}`) ?? new Uint8Array());
        expect(records.map((record) => encodeHex(leafHash(record)))).toEqual(stored.map(encodeHex));
        leaves.push(...stored);
      }
      expect(encodeHex(rootOfLeaves(leaves))).toBe(root);
    }
  });

  it.each(invalid.bundles)('are refused: $why', ({ hex, count }) => {
    expect(() => decodeEntries(bytesOfHex(hex), count)).toThrow(RecordError);
  });
});

describe('payload chunks', () => {
  it.each(vectors.chunks)('$name decodes to its slots and payloads', ({ hex, first, slots }) => {
    const bytes = bytesOfHex(hex);
    const chunk = decodeChunk(bytes, 0);
    expect([chunk.first, chunk.slots.length, chunk.length]).toEqual([first, slots.length, bytes.length]);
    const raw = decompressChunk(bytes, chunk);
    expect(chunk.slots.map((slot) => readable(slot, raw))).toEqual(slots);
    const again = encodeChunk(first, slots.map(entryOf), 9);
    const back = decodeChunk(again, 0);
    const backRaw = decompressChunk(again, back);
    expect(back.slots.map((slot) => readable(slot, backRaw))).toEqual(slots);
    expect(encodeHex(again.subarray(0, 20))).toBe(hex.slice(0, 40));
    expect(encodeHex(again.subarray(24, back.frameOffset))).toBe(hex.slice(48, chunk.frameOffset * 2));
  });

  it.each(invalid.chunks)('are refused: $why', ({ hex }) => {
    const read = () => {
      const bytes = bytesOfHex(hex);
      const chunk = decodeChunk(bytes, 0);
      decompressChunk(bytes, chunk);
      if (chunk.length !== bytes.length) throw new RecordError('bytes after the chunk');
    };
    expect(read).toThrow(
      expect.toSatisfy((e: unknown) => e instanceof RecordError || e instanceof ZstdError || e instanceof LimitError),
    );
  });

  it('follow one another in a tile, and the first bad one ends the list without hiding those before', () => {
    const [one] = vectors.chunks;
    const bytes = bytesOfHex(`${one?.hex}${one?.hex}`);
    const { chunks, length, problem } = listChunks(bytes, 0);
    expect([chunks.length, length]).toEqual([1, bytes.length / 2]);
    expect(problem).toMatch(/starts at 0, expected 1/);
  });
});

describe('checkpoints', () => {
  it.each(vectors.checkpoints)('of $size records are read and written', ({ text, origin, size, root }) => {
    const parsed = parseCheckpoint(Buffer.from(text));
    expect([parsed.origin, parsed.size, encodeHex(parsed.root)]).toEqual([origin, size, root]);
    expect(generateCheckpoint({ origin, size, root: bytesOfHex(root) })).toBe(text);
  });

  it.each(invalid.checkpoints)('are refused: $why', ({ hex }) => {
    expect(() => parseCheckpoint(bytesOfHex(hex))).toThrow(RecordError);
  });
});

describe('blob files and tile names', () => {
  it.each(vectors.blobs)('blob $hash is read', ({ raw, hash, file }) => {
    expect(encodeHex(decodeBlob('golden', bytesOfHex(file), hash))).toBe(raw);
  });

  it.each(vectors.tileNames)('tile $n is $name', ({ n, name }) => {
    expect([tileName(n), parseTileName(name)]).toEqual([name, n]);
  });

  it.each(invalid.tileNames)('no tile is named "%s"', (name) => {
    expect(parseTileName(name)).toBeUndefined();
  });
});

function joinFields(fields: readonly Field[]): string {
  let at = 0;
  for (const field of fields) {
    expect(field.at).toBe(at);
    expect(field.means).not.toBe('');
    at += field.hex.length / 2;
  }
  return fields.map((field) => field.hex).join('');
}

function encode(record: LogRecord): Uint8Array {
  if (record.kind === 'turn') return encodeTurn(record);
  if (record.kind === 'head') return encodeHead(record);
  return record.kind === 'meta' ? encodeMeta(record) : encodeTombstone(record);
}

function readable(slot: ReturnType<typeof decodeChunk>['slots'][number], raw: Uint8Array): GoldenSlot {
  if (slot.tag === 'inline') return { inline: encodeHex(raw.subarray(slot.offset, slot.offset + slot.rawLength)) };
  if (slot.tag === 'blob') return { blob: slot.rawLength };
  if (slot.tag === 'same') return { sameAs: slot.index };
  return slot.tag === 'withheld' ? { withheld: true } : { none: true };
}

function entryOf(slot: GoldenSlot): PayloadEntry {
  if (slot.inline !== undefined) return { tag: 'inline', bytes: bytesOfHex(slot.inline) };
  if (slot.blob !== undefined) return { tag: 'blob', rawLength: slot.blob };
  if (slot.sameAs !== undefined) return { tag: 'same', index: slot.sameAs };
  return { tag: slot.withheld ? 'withheld' : 'none' };
}

/** The store against the golden archives: reads them, writes the same bytes, and reports every invalid one. */
/** What is invalid has right leaves and roots, so only the one broken rule can give it away. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ArchiveWriter,
  createArchive,
  openArchive,
  type PreparedTurn,
  prepareTurn,
} from '../../src/archive/archive.ts';
import { decompressChunk, listChunks } from '../../src/archive/format/format.ts';
import { blake3Hex } from '../../src/base/blake3.ts';
import { encodeHex } from '../../src/base/bytes.ts';
import { encodeCanonicalJson, parseJson } from '../../src/base/json.ts';
import type { Meta } from '../../src/model/conversation.ts';
import { turnHash } from '../../src/model/ids.ts';
import {
  bytesOfHex,
  bytesOfPieces,
  invalid,
  readGoldenStore,
  type StoreExpected,
  type TurnInput,
  vectors,
} from './format/golden-files.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-golden-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe.each(vectors.stores)('the golden archive "$name"', (store) => {
  it('is read to what it should hold, and verifies', () => {
    writeFiles(readGoldenStore(store));
    const reader = openArchive(dir, { mode: 'read' });
    try {
      expect(reader.damage).toEqual([]);
      expect(reader.verify()).toMatchObject({ complete: true, damage: [], conversations: store.conversations.length });
      const inputs = new Map(store.steps.flatMap((step) => step.append?.turns ?? []).map((turn) => [turn.hash, turn]));
      for (const expected of store.conversations) {
        const found = reader.getConversation(turnHash(expected.id));
        expect([found.size, found.rootHash]).toEqual([expected.size, expected.root]);
        expect(Object.fromEntries(found.heads.map((head) => [head.name, head.turn]))).toEqual(expected.heads);
        expect(found.metaWithheld).toBe(expected.metaWithheld);
        if (expected.metaHash === null) expect(found.meta).toEqual({});
        else expect(blake3Hex(encodeCanonicalJson(found.meta))).toBe(expected.metaHash);
        const turns = reader.listTurns(found.id);
        expect(turns).toEqual(
          expected.turns.map(({ withheld: _, ...turn }) => ({ ...turn, conversation: expected.id })),
        );
        for (const [i, payload] of reader.readPayloads(turns).entries()) {
          const { hash, withheld } = expected.turns[i] ?? { hash: '', withheld: false };
          expect(payload.status).toBe(withheld ? 'withheld' : 'present');
          if (payload.status === 'present')
            expect(blake3Hex(payload.bytes)).toBe(blake3Hex(bytesOfPieces(inputs.get(hash)?.payload ?? [])));
        }
      }
    } finally {
      reader.close();
    }
  });

  it('is written again from the same input: logs, leaves and checkpoints byte for byte, payloads equal', () => {
    createArchive(dir, { origin: store.origin, nowMs: 0 });
    const writer = openArchive(dir, { mode: 'write' });
    replay(writer, store);
    expect(writer.verify().damage).toEqual([]);
    writer.close();
    for (const [path, golden] of readGoldenStore(store)) {
      if (path === 'archive.json') continue;
      const own = readFileSync(join(dir, path));
      if (path.endsWith('.zst')) continue; // other compressors, other bytes; verify has hashed the content
      if (path.includes('/payload/')) expect(payloadsOf(own, path), path).toEqual(payloadsOf(golden, path));
      else expect(own.equals(golden), path).toBe(true);
    }
  });
});

describe('an archive that breaks one rule', () => {
  it.each(invalid.stores)('is reported: $why', ({ files, expect: expected }) => {
    writeFiles(new Map(Object.entries(files).map(([path, hex]) => [path, bytesOfHex(hex)])));
    const before = snapshot(Object.keys(files));
    const reader = openArchive(dir, { mode: 'read' });
    try {
      const { damage } = reader.verify();
      const fitting = damage.filter(({ kind }) => kind === expected.kind);
      expect(damage.map(({ kind }) => kind)).toContain(expected.kind);
      const positions = new Set(fitting.flatMap((report) => report.positions ?? []));
      expect([...positions].sort()).toEqual(expect.arrayContaining([...expected.positions]));
    } finally {
      reader.close();
    }
    expect(snapshot(Object.keys(files))).toEqual(before);
  });

  it.each(invalid.archiveJson)('is not opened for its archive.json: $why', ({ text, future }) => {
    writeFiles(new Map([['archive.json', Buffer.from(text)]]));
    expect(() => openArchive(dir, { mode: 'read' })).toThrow(
      expect.objectContaining({ code: future ? 'FUTURE_FORMAT' : 'DAMAGED' }),
    );
    expect(() => openArchive(dir, { mode: 'write' })).toThrow();
    expect(readFileSync(join(dir, 'archive.json'), 'utf8')).toBe(text);
  });
});

function writeFiles(files: ReadonlyMap<string, Uint8Array>): void {
  mkdirSync(join(dir, 'conversations'), { recursive: true });
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), bytes);
  }
}

function snapshot(paths: readonly string[]): string[] {
  return paths.map((path) => readFileSync(join(dir, path), 'hex'));
}

function replay(writer: ArchiveWriter, store: StoreExpected): void {
  const prepared = new Map<string, PreparedTurn>();
  const prepare = (turn: TurnInput) => {
    const { hash, parent, payload, ...fields } = turn;
    const made = prepareTurn({
      ...fields,
      parent: parent === null ? null : (prepared.get(parent) ?? null),
      payload: bytesOfPieces(payload),
    });
    expect(made.hash).toBe(hash);
    prepared.set(hash, made);
    return made;
  };
  for (const { putBlob, append, withdraw, withdrawMeta } of store.steps) {
    if (putBlob !== undefined) writer.putBlob(bytesOfHex(putBlob));
    if (append !== undefined) {
      const conversation = turnHash(append.conversation);
      writer.append({
        turns: append.turns.map(prepare),
        heads: append.heads.map(({ name, turn }) => ({ conversation, name, turn: turnHash(turn) })),
        metas: append.metas.map(({ payload, timeMs }) => {
          const meta = parseJson(Buffer.from(bytesOfPieces(payload)).toString()) as Meta;
          return { conversation, meta, timeMs };
        }),
      });
    }
    if (withdraw !== undefined) {
      const replacement = withdraw.replacement === undefined ? undefined : turnHash(withdraw.replacement);
      writer.withdraw(turnHash(withdraw.turn), withdraw.reason, withdraw.timeMs, replacement);
    }
    if (withdrawMeta !== undefined) {
      const { conversation, reason, timeMs } = withdrawMeta;
      expect(writer.withdrawMeta(turnHash(conversation), reason, timeMs)).toBeGreaterThan(0);
    }
  }
}

/** What each record of a payload tile has, whatever the chunks. */
function payloadsOf(tile: Uint8Array, path: string): unknown[] {
  const { chunks, problem } = listChunks(tile, Number(path.slice(-3)) * 256);
  expect(problem).toBeUndefined();
  return chunks.flatMap((chunk) => {
    const raw = decompressChunk(tile, chunk);
    return chunk.slots.map((slot) =>
      slot.tag === 'inline' ? encodeHex(raw.subarray(slot.offset, slot.offset + slot.rawLength)) : slot,
    );
  });
}

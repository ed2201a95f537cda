/** Reads docs/archive-format.md and checks its tables, hex and JSON against the code. */
/** Page, layout and fixtures change together, or this fails. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  decodeBlob,
  decodeChunk,
  decodeEntries,
  decodeRecord,
  decompressChunk,
  encodeEntries,
  encodeHead,
  encodeMeta,
  encodeTombstone,
  encodeTurn,
  generateCheckpoint,
  HEAD_NAME_LIMIT,
  hasPayload,
  leafHash,
  parseCheckpoint,
  RECORD_LIMIT,
  rootOfLeaves,
  splitHashes,
  TURN_CONTEXT,
  TYPE_ID_LIMIT,
  tileName,
  verifyCheckpoint,
} from '../../../src/archive/format/format.ts';
import { blake3Hex } from '../../../src/base/blake3.ts';
import { encodeHex } from '../../../src/base/bytes.ts';
import { canonicalJson, parseJson } from '../../../src/base/json.ts';
import { limits } from '../../../src/base/limits.ts';
import { decodeItem, encodeItem } from '../../../src/model/item.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'archive-format.md'), 'utf8');

/** A line of annotated hex: where its first byte stands, its bytes, what they mean (empty: more of the line before). */
interface HexLine {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly means: string;
}

describe('the format page', () => {
  it.each(['turn', 'head', 'tombstone', 'meta', 'state', 'key', 'entries', 'leaves', 'payload', 'blob'])(
    'numbers the bytes of its %s rightly',
    (name) => {
      let at = 0;
      for (const line of hexLines(name)) {
        expect(line.at).toBe(at);
        at += line.bytes.length;
      }
      expect(at).toBeGreaterThan(9);
    },
  );

  it('shows a turn that the code decodes and encodes, and its hash', () => {
    const record = decodeRecord(hexBytes('turn'));
    if (record.kind !== 'turn') throw new Error('no turn');
    expect(encodeTurn(record)).toEqual(Buffer.from(hexBytes('turn')));
    expect(page).toContain(`The turn above is \`${record.hash}\``);
    expect(page).toContain(`\`${TURN_CONTEXT}\``);
  });

  it('shows a head, a tombstone and a meta that the code decodes and encodes', () => {
    const [head, tombstone, meta] = ['head', 'tombstone', 'meta'].map((name) => decodeRecord(hexBytes(name)));
    if (head?.kind !== 'head' || tombstone?.kind !== 'tombstone' || meta?.kind !== 'meta')
      throw new Error('wrong kinds');
    expect(encodeHead(head)).toEqual(Buffer.from(hexBytes('head')));
    expect(encodeTombstone(tombstone)).toEqual(Buffer.from(hexBytes('tombstone')));
    expect(encodeMeta(meta)).toEqual(Buffer.from(hexBytes('meta')));
  });

  it.each(['Turn', 'Head', 'Tombstone', 'Meta', 'State', 'Key'])(
    'has a table of the %s record that fits its hex, field by field',
    (heading) => {
      const starts = hexLines(heading.toLowerCase())
        .filter(({ means }) => means !== '')
        .map(({ at }) => at);
      const rows = tableRows(heading);
      expect(rows.map(([offset]) => Number(offset))).toEqual(starts);
      for (const [i, [offset, size]] of rows.entries()) {
        const next = rows[i + 1]?.[0];
        if (next !== undefined) expect(Number(offset) + Number(size)).toBe(Number(next));
        else if (size !== 'n') expect(Number(offset) + Number(size)).toBe(hexBytes(heading.toLowerCase()).length);
      }
    },
  );

  it('shows a log whose records, leaves, root and payloads belong together', () => {
    const records = decodeEntries(hexBytes('entries'), 4);
    expect(encodeHex(encodeEntries(records))).toBe(encodeHex(hexBytes('entries')));
    expect(records[0]).toEqual(Buffer.from(hexBytes('turn')));
    expect(records.map((record) => decodeRecord(record).kind)).toEqual(['turn', 'turn', 'head', 'meta']);
    const leaves = splitHashes(hexBytes('leaves'));
    expect(records.map((record) => encodeHex(leafHash(record)))).toEqual(leaves.map(encodeHex));
    expect(encodeHex(rootOfLeaves(leaves))).toBe(
      encodeHex(parseCheckpoint(Buffer.from(block('text checkpoint'))).root),
    );
    const tile = hexBytes('payload');
    const chunk = decodeChunk(tile, 0);
    const raw = decompressChunk(tile, chunk);
    expect([chunk.length, chunk.slots.map((slot) => slot.tag)]).toEqual([
      tile.length,
      ['inline', 'inline', 'none', 'inline'],
    ]);
    for (const [i, slot] of chunk.slots.entries()) {
      const record = decodeRecord(records[i] ?? new Uint8Array());
      if (slot.tag !== 'inline' || !hasPayload(record)) continue;
      const payload = raw.subarray(slot.offset, slot.offset + slot.rawLength);
      expect([blake3Hex(payload), payload.length]).toEqual([record.payloadHash, record.rawLength]);
      if (record.kind === 'turn') expect(decodeItem(payload).parts).toHaveLength(1);
      else expect(Buffer.from(payload).toString()).toBe('{"agent":"codex","title":"hi"}');
    }
  });

  it('shows a checkpoint, and one with a signature that verifies', () => {
    const plain = parseCheckpoint(Buffer.from(block('text checkpoint')));
    expect(generateCheckpoint(plain)).toBe(block('text checkpoint'));
    const signed = parseCheckpoint(Buffer.from(block('text signed')));
    const key = /public key is `([0-9a-f]{64})`/.exec(page)?.[1] ?? '';
    expect(signed.body).toBe(block('text checkpoint'));
    expect(verifyCheckpoint(signed, 'example.org/archive', Buffer.from(key, 'hex'))).toBe(true);
    expect(verifyCheckpoint(signed, 'example.org/other', Buffer.from(key, 'hex'))).toBe(false);
    expect(
      verifyCheckpoint(
        { ...signed, body: signed.body.replace('\n4\n', '\n5\n') },
        'example.org/archive',
        Buffer.from(key, 'hex'),
      ),
    ).toBe(false);
  });

  it('shows a blob file that holds what it says', () => {
    const hash = /which is blob `([0-9a-f]{64})`/.exec(page)?.[1] ?? '';
    expect(Buffer.from(decodeBlob('page', hexBytes('blob'), hash)).toString()).toBe('a'.repeat(100));
  });

  it('spells its items and meta as they are stored', () => {
    const items = blocks('json item');
    expect(items).toHaveLength(3);
    for (const item of items)
      expect(Buffer.from(encodeItem(decodeItem(Buffer.from(item.trimEnd())))).toString()).toBe(item.trimEnd());
    for (const name of ['json meta', 'json archive'])
      expect(canonicalJson(parseJson(block(name)))).toBe(block(name).trimEnd());
    const parts = new Set(
      items.flatMap((item) => decodeItem(Buffer.from(item.trimEnd())).parts.map((part) => part.type)),
    );
    expect([...parts].sort()).toEqual(['blob', 'reasoning', 'text', 'tool_call', 'tool_call_response', 'uri']);
  });

  it('names tiles as the code does', () => {
    const named = [...page.matchAll(/tile (\d+) is `([x\d/]+)`/g)];
    expect(named).toHaveLength(3);
    for (const [, n, name] of named) expect(tileName(Number(n))).toBe(name);
  });

  it('states the limits of the code', () => {
    const KiB = 1024;
    const MiB = KiB * KiB;
    const stated = Object.fromEntries(tableRows('Limits').map(([what, limit]) => [what, limit]));
    expect(stated).toEqual({
      record: `${RECORD_LIMIT.toLocaleString('en')} bytes`,
      'type id, head name': `${TYPE_ID_LIMIT} bytes, ${HEAD_NAME_LIMIT} bytes`,
      'payload, blob': `${limits.payload / MiB} MiB raw`,
      meta: `${limits.meta / MiB} MiB raw`,
      'inline payload': `${limits.inlinePayload / KiB} KiB raw`,
      chunk: `256 records, ${limits.tileRaw / MiB} MiB raw`,
      'zstd window': `${2 ** limits.zstdWindowLog / MiB} MiB`,
      checkpoint: `${limits.checkpoint / KiB} KiB`,
      'JSON nesting': `${limits.jsonDepth}`,
    });
  });
});

/** Contents of the fenced blocks whose first line says `name`. */
function blocks(name: string): string[] {
  const found = page
    .split('\n```')
    .flatMap((part) => (part.startsWith(`${name}\n`) ? [part.slice(name.length + 1)] : []));
  return found.map((content) => `${content}\n`);
}

function block(name: string): string {
  const [content] = blocks(name);
  if (content === undefined) throw new Error(`the page has no block "${name}"`);
  return content;
}

function hexLines(name: string): HexLine[] {
  return block(`hex ${name}`)
    .trimEnd()
    .split('\n')
    .map((line) => {
      const match = /^ *(\d+) {2}((?:[0-9a-f]{2} ?)+)(?: +(\S.*))?$/.exec(line);
      if (match?.[2] === undefined) throw new Error(`not a line of hex: ${line}`);
      return { at: Number(match[1]), bytes: Buffer.from(match[2].replaceAll(' ', ''), 'hex'), means: match[3] ?? '' };
    });
}

function hexBytes(name: string): Uint8Array {
  return Buffer.concat(hexLines(name).map(({ bytes }) => bytes));
}

/** Cells of the first table under a heading. */
function tableRows(heading: string): string[][] {
  const section = page.split(/^#{2,3} /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Sealing: a full payload tile is rewritten once as a single chunk at a higher level. */
/** After the commit that filled it, so the new file holds only what counts; a crash in between leaves the old one, sealed at the next chance. */

import { crc32 } from 'node:zlib';
import { blake3Hex } from '../../base/blake3.ts';
import { replaceFile } from '../../base/disk.ts';
import { DamageError } from '../errors.ts';
import { tileFile } from '../files/conversation-files.ts';
import { encodeChunk, type PayloadEntry } from '../format/payload-tile.ts';
import { hasPayload } from '../format/record.ts';
import { TILE_WIDTH } from '../format/tile-names.ts';
import type { ChunkRow, ConversationRow } from '../index/conversation-row.ts';
import type { Store } from '../index/store.ts';

/** Writes tile `n` anew, up to the committed size. Throws DamageError when a payload in it does not hash right: a damaged tile is evidence, not material. */
export function sealTile(store: Store, row: ConversationRow, n: number): ChunkRow {
  const file = tileFile(row.id, 'payload', n);
  const entries = readTileEntries(store, row, n);
  const tile = encodeChunk(n * TILE_WIDTH, entries, entries.length === TILE_WIDTH ? 9 : 3);
  const path = store.path(file);
  replaceFile(store.disk, path, `${path}.tmp`, tile);
  store.disk.fsyncDir(path.slice(0, path.lastIndexOf('/')));
  store.files.forgetTile(row.id, n);
  return { tile: n, first: n * TILE_WIDTH, offset: 0, length: tile.length, crc: crc32(tile) };
}

/** Every payload of a tile as it has to be written again, each one checked against its record. */
export function readTileEntries(store: Store, row: ConversationRow, n: number): PayloadEntry[] {
  const count = Math.min(TILE_WIDTH, row.frontier.size - n * TILE_WIDTH);
  const file = tileFile(row.id, 'payload', n);
  const { records } = store.files.readTile(row.id, n, count);
  const tile = store.files.readPayloadTile(row.id, n);
  const entries: PayloadEntry[] = [];
  for (const chunk of tile?.chunks ?? []) {
    const raw = tile === undefined ? new Uint8Array(0) : store.files.decompress(tile, chunk);
    for (const slot of chunk.slots.slice(0, count - entries.length)) {
      const record = records[entries.length];
      if (slot.tag !== 'inline') {
        entries.push(slot);
        continue;
      }
      const bytes = raw.subarray(slot.offset, slot.offset + slot.rawLength);
      if (!hasPayload(record) || blake3Hex(bytes) !== record.payloadHash) {
        throw new DamageError(file, `payload ${n * TILE_WIDTH + entries.length} does not hash to its name`);
      }
      entries.push({ tag: 'inline', bytes });
    }
  }
  if (entries.length !== count) throw new DamageError(file, `it holds ${entries.length} payloads of ${count}`);
  return entries;
}

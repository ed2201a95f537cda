/** Payload tiles and blobs as a replica has them: whole, checked, and the same bytes from whoever publishes them. */
/** A tile that is full goes out as the file that was sealed once: made anew by another zstd, equal contents could have other bytes. */

import { limits } from '../../base/limits.ts';
import { DamageError } from '../errors.ts';
import { readArchiveFile } from '../files/archive-file.ts';
import { tileFile } from '../files/conversation-files.ts';
import { blobPath, decodeBlob } from '../format/blob-file.ts';
import { encodeChunk } from '../format/payload-tile.ts';
import { TILE_WIDTH, tileRecords } from '../format/tile-names.ts';
import type { ConversationRow } from '../index/conversation-row.ts';
import type { Store } from '../index/store.ts';
import { readTileEntries } from '../scan/seal.ts';

/** Tile `n` of a log of `size` records as one chunk. Throws DamageError for a payload that is not there or does not hash right. */
export function readPayloadTile(store: Store, row: ConversationRow, n: number, size: number): Uint8Array {
  const file = tileFile(row.id, 'payload', n);
  const count = tileRecords(Math.min(size, row.frontier.size), n);
  if (count === 0) throw new DamageError(file, `it has no records below ${size}`);
  const entries = readTileEntries(store, row, n).slice(0, count);
  const tile = store.files.readPayloadTile(row.id, n);
  const [chunk] = tile?.chunks ?? [];
  if (count === TILE_WIDTH && tile !== undefined && chunk?.length === tile.bytes.length) return tile.bytes;
  return encodeChunk(n * TILE_WIDTH, entries, 9);
}

/** The file of a blob, checked. Undefined: there is no such blob. Throws DamageError. */
export function readBlobFrame(store: Store, hash: string): Uint8Array | undefined {
  const frame = readArchiveFile(store.disk, store.dir, blobPath(hash), limits.blobFile);
  if (frame === undefined) return undefined;
  decodeBlob(blobPath(hash), frame, hash);
  return frame;
}

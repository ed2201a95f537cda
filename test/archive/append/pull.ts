/** A conversation as somebody who pulls it gets it: exact records, payloads and checkpoint out of an archive's bytes. */
/** Reads tiles with the format's own functions only, as a replica will. */

import type { ArchiveWriter, ExtensionTile, LogExtension } from '../../../src/archive/archive.ts';
import {
  decodeBlob,
  decodeEntries,
  decodeRecord,
  decompressChunk,
  emptyFrontier,
  encodeChunk,
  encodeEntries,
  type Frontier,
  growFrontier,
  hasPayload,
  leafHash,
  listChunks,
  type PayloadEntry,
  parseCheckpoint,
  TilePayloads,
  TileRecords,
  tileCount,
  tilePath,
  tileRecords,
} from '../../../src/archive/format/format.ts';
import { type Disk, readFile } from '../../../src/base/disk.ts';
import type { ConversationId } from '../../../src/model/ids.ts';

/** What another archive says, before it is held against anything. */
export interface PulledLog {
  readonly conversation: ConversationId;
  /** Of the log before them. */
  readonly start: Frontier;
  readonly records: readonly Uint8Array[];
  /** As the payload tiles say them, from the first record of the first tile on. */
  readonly payloads: readonly PayloadEntry[];
  readonly checkpoint: Uint8Array;
}

/** What is new from record `from` on. Blobs over 64 KiB are put where they are wanted first. */
export function pull(
  disk: Disk,
  dir: string,
  conversation: ConversationId,
  from: number,
  into?: ArchiveWriter,
): PulledLog {
  const read = (file: string) => readFile(disk, `${dir}/${file}`) ?? new Uint8Array(0);
  const folder = `conversations/${conversation}`;
  const checkpoint = read(`${folder}/checkpoint`);
  const { size } = parseCheckpoint(checkpoint);
  const records: Uint8Array[] = [];
  const payloads: PayloadEntry[] = [];
  let start = emptyFrontier;
  for (let n = 0; n < tileCount(size); n++) {
    const inTile = decodeEntries(read(`${folder}/${tilePath('entries', n)}`), tileRecords(size, n));
    start = growFrontier(start, inTile.slice(0, Math.max(0, from - n * 256)).map(leafHash));
    if ((n + 1) * 256 <= from) continue;
    payloads.push(...listEntries(read(`${folder}/${tilePath('payload', n)}`), n, inTile.length));
    for (const [i, bytes] of inTile.entries()) {
      if (n * 256 + i < from) continue;
      records.push(bytes);
      const record = decodeRecord(bytes);
      if (payloads.at(i - inTile.length)?.tag !== 'blob' || !hasPayload(record)) continue;
      const hash = record.payloadHash;
      into?.putBlob(decodeBlob('pulled', read(`blobs/${hash.slice(0, 2)}/${hash}.zst`), hash));
    }
  }
  return { conversation, start, records, payloads, checkpoint };
}

function listEntries(tile: Uint8Array, n: number, count: number): readonly PayloadEntry[] {
  const entries = listChunks(tile, n * 256).chunks.flatMap((chunk) => {
    const raw = decompressChunk(tile, chunk);
    return chunk.slots.map(
      (slot): PayloadEntry =>
        slot.tag === 'inline'
          ? { tag: 'inline', bytes: raw.subarray(slot.offset, slot.offset + slot.rawLength) }
          : slot,
    );
  });
  return entries.slice(0, count);
}

/** As the archive takes it: tile by tile, payloads in one chunk each. */
export function extensionOf({ conversation, start, records, payloads, checkpoint }: PulledLog): LogExtension {
  const tiles: ExtensionTile[] = [];
  let end = start;
  for (let done = 0; done < records.length; ) {
    const n = Math.floor(end.size / 256);
    const own = records.slice(done, done + 256 - (end.size % 256));
    const tile = new TileRecords(end, encodeEntries(own), own.length);
    const first = (n - Math.floor(start.size / 256)) * 256;
    const chunk = encodeChunk(n * 256, payloads.slice(first, first + (tile.end.size - n * 256)), 9);
    tiles.push({ records: tile, payloads: new TilePayloads(chunk, n, tile.end.size) });
    end = tile.end;
    done += own.length;
  }
  return { conversation, tiles, checkpoint };
}

/** Plans and commits. */
export async function extend(archive: ArchiveWriter, extension: LogExtension): Promise<{ readonly turns: number }> {
  const plan = archive.planExtension(extension);
  await archive.commitExtensions([plan]);
  return plan;
}

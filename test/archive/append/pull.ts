/** A conversation as somebody who pulls it gets it: exact records, payloads and checkpoint out of an archive's bytes. */
/** Reads tiles with the format's own functions only, as a replica will. */

import type { ArchiveWriter, LogExtension } from '../../../src/archive/archive.ts';
import {
  decodeBlob,
  decodeEntries,
  decodeRecord,
  decompressChunk,
  hasPayload,
  listChunks,
  parseCheckpoint,
  tileCount,
  tilePath,
  tileRecords,
} from '../../../src/archive/format/format.ts';
import { type Disk, readFile } from '../../../src/base/disk.ts';
import type { ConversationId } from '../../../src/model/ids.ts';
import { at } from '../turns.ts';

/** What is new from record `from` on. Blobs over 64 KiB are handed over by name, and put where they are wanted first. */
export function pull(
  disk: Disk,
  dir: string,
  conversation: ConversationId,
  from: number,
  into?: ArchiveWriter,
): LogExtension {
  const read = (file: string) => readFile(disk, `${dir}/${file}`) ?? new Uint8Array(0);
  const folder = `conversations/${conversation}`;
  const checkpoint = read(`${folder}/checkpoint`);
  const { size } = parseCheckpoint(checkpoint);
  const records: Uint8Array[] = [];
  const payloads: LogExtension['payloads'][number][] = [];
  for (let n = 0; n < tileCount(size); n++) {
    const inTile = decodeEntries(read(`${folder}/${tilePath('entries', n)}`), tileRecords(size, n));
    const tile = read(`${folder}/${tilePath('payload', n)}`);
    const bytesOf = new Map<number, Uint8Array>();
    const slots = listChunks(tile, n * 256).chunks.flatMap((chunk) => {
      const raw = decompressChunk(tile, chunk);
      for (const [i, slot] of chunk.slots.entries())
        if (slot.tag === 'inline')
          bytesOf.set(chunk.first + i, raw.subarray(slot.offset, slot.offset + slot.rawLength));
      return chunk.slots;
    });
    for (const [i, bytes] of inTile.entries()) {
      if (n * 256 + i < from) continue;
      const record = decodeRecord(bytes);
      const slot = at(slots, i);
      records.push(bytes);
      if (slot.tag === 'blob' && hasPayload(record)) {
        const hash = record.payloadHash;
        into?.putBlob(decodeBlob('pulled', read(`blobs/${hash.slice(0, 2)}/${hash}.zst`), hash));
        payloads.push({ blob: hash });
      } else payloads.push(bytesOf.get(slot.tag === 'same' ? slot.index : n * 256 + i));
    }
  }
  return { conversation, records, payloads, checkpoint };
}

/** Which blobs go out with a published conversation: payloads too large for a tile, and pictures where the owner says so. */
/** No other attachment goes out, and nothing that was taken back, whoever else still needs its bytes. */

import type { ArchiveReader } from '../../archive/archive.ts';
import { decodeRecord, hasPayload, TILE_WIDTH } from '../../archive/format/format.ts';
import { equalBytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import type { BlobHash, ConversationId, PayloadHash } from '../../model/ids.ts';
import { findImage, stripImage } from '../../model/images.ts';
import { listBlobs } from '../../model/payload.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { walkDecoded } from './replica-files.ts';

/** Of records `from` to `size`, without that one; some come twice. `pictures`: those that items show, too. */
export function* walkBlobs(
  archive: ArchiveReader,
  id: ConversationId,
  { from, size, pictures }: { readonly from: number; readonly size: number; readonly pictures: boolean },
): Generator<BlobHash | PayloadHash> {
  const taken = listTaken(archive, id);
  for (let first = from; first < size; first += TILE_WIDTH) {
    const turns: LoggedTurn[] = [];
    for (const [i, bytes] of archive.readRecords(id, first, Math.min(size, first + TILE_WIDTH)).entries()) {
      const record = decodeRecord(bytes);
      if (!hasPayload(record)) continue;
      if (taken.has(record.kind === 'turn' ? record.hash : record.payloadHash)) continue;
      if (record.rawLength > limits.inlinePayload) yield record.payloadHash;
      if (record.kind === 'meta') continue;
      const { kind: _, ...turn } = record;
      if (pictures) turns.push({ ...turn, conversation: id, position: first + i });
    }
    for (const [i, payload] of archive.readPayloads(turns).entries()) {
      const turn = turns[i];
      if (turn === undefined || payload.status !== 'present') continue;
      for (const hash of listBlobs(turn, payload.bytes)) if (isPicture(archive, hash)) yield hash;
    }
  }
}

/** Turns and metas that were taken back, also when that is not published yet. */
function listTaken(archive: ArchiveReader, id: ConversationId): ReadonlySet<string> {
  const { withheld, metaWithheld, size } = archive.getConversation(id);
  const taken = new Set<string>();
  if (withheld === 0 && !metaWithheld) return taken;
  for (const record of walkDecoded(archive, id, size))
    if (record.kind === 'tombstone') taken.add(record.action === 'meta withheld' ? record.meta : record.turn);
  return taken;
}

/** A whole picture within the limits that says nothing but what it shows. Throws DamageError. */
function isPicture(archive: ArchiveReader, hash: BlobHash): boolean {
  const bytes = archive.readBlob(hash);
  const image = bytes === undefined ? undefined : findImage(bytes);
  if (bytes === undefined || image === undefined || image.sizes.length === 0) return false;
  const { imageSide, imagePixels } = limits;
  const isBounded = image.sizes.every(
    ([width, height]) =>
      width > 0 && height > 0 && Math.max(width, height) <= imageSide && width * height <= imagePixels,
  );
  const clean = isBounded ? stripImage(bytes, image) : undefined;
  return clean !== undefined && equalBytes(clean, bytes);
}

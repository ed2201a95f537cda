/** The payloads of one tile as a scan reads them: each one that is missing or wrong is named, none stops the others. */
/** A payload counts when it hashes to what its record commits to, whatever the tile says. */

import { crc32 } from 'node:zlib';
import { blake3Hex } from '../../base/blake3.ts';
import { messageOf } from '../../base/errors.ts';
import type { TurnHash } from '../../model/ids.ts';
import { DamageError } from '../errors.ts';
import { readBlobFile } from '../files/blobs.ts';
import { type ConversationFiles, tileFile } from '../files/conversation-files.ts';
import { blobPath } from '../format/blob-file.ts';
import { decompressChunk, listChunks, type PayloadChunk, type PayloadSlot } from '../format/payload-tile.ts';
import type { PayloadRecord } from '../format/record.ts';
import { TILE_WIDTH } from '../format/tile-names.ts';
import type { ChunkRow } from '../index/conversation-row.ts';
import type { Findings } from './scan-findings.ts';

/** The payload chunks of one tile, decompressed when asked. */
export interface OpenPayloads {
  readonly rows: readonly ChunkRow[];
  /** Bytes of the chunks that begin within the committed size. */
  readonly length: number;
  /** The last chunk goes on beyond it: the tile was sealed after the checkpoint was copied, as a backup of a live archive has it. */
  readonly overlong: boolean;
  readonly slot: (position: number) => PayloadSlot | undefined;
  /** Bytes that stand inline at a position; undefined when none do or the chunk does not decompress. */
  readonly inline: (position: number) => Uint8Array | undefined;
}

/** The blob file is the bad part, not the tile that names it. */
class BlobProblem extends Error {}

export function openPayloads(files: ConversationFiles, findings: Findings, n: number, count: number): OpenPayloads {
  const file = tileFile(findings.id, 'payload', n);
  const bytes = files.readTileBytes(findings.id, 'payload', n) ?? new Uint8Array(0);
  const listed = listChunks(bytes, n * TILE_WIDTH);
  const end = n * TILE_WIDTH + count;
  const chunks = listed.chunks.filter((chunk) => chunk.first < end);
  const last = chunks.at(-1);
  const covered = last === undefined ? n * TILE_WIDTH : last.first + last.slots.length;
  const length = last === undefined ? 0 : last.offset + last.length;
  if (covered < end) {
    const positions = Array.from({ length: end - covered }, (_, i) => covered + i);
    payloadProblem(findings, n, [], positions, files.problemOf(file) ?? listed.problem ?? 'its payloads are missing');
  }
  const rows = chunks.map((chunk) => ({
    ...{ tile: n, first: chunk.first, offset: chunk.offset, length: chunk.length },
    crc: crc32(bytes.subarray(chunk.offset, chunk.offset + chunk.length)),
  }));
  const raws = new Map<PayloadChunk, Uint8Array>();
  const chunkOf = (position: number) => chunks.find((c) => position >= c.first && position < c.first + c.slots.length);
  return {
    rows,
    length,
    overlong: covered > end,
    slot: (position: number) => {
      const chunk = chunkOf(position);
      return chunk?.slots[position - chunk.first];
    },
    inline: (position: number): Uint8Array | undefined => {
      const chunk = chunkOf(position);
      const slot = chunk?.slots[position - chunk.first];
      if (chunk === undefined || slot?.tag !== 'inline') return undefined;
      let raw = raws.get(chunk);
      if (raw === undefined) {
        raw = decompressOrNothing(bytes, chunk);
        raws.set(chunk, raw);
      }
      return raw.length === chunk.rawLength ? raw.subarray(slot.offset, slot.offset + slot.rawLength) : undefined;
    },
  };
}

/** The payload of a turn or meta when it is there and hashes right; else undefined, and said, unless a tombstone took it back. */
export function payloadOf(
  files: ConversationFiles,
  findings: Findings,
  record: PayloadRecord,
  position: number,
  tile: OpenPayloads,
): Uint8Array | undefined {
  if (findings.isWithheld(record)) return undefined;
  const n = Math.floor(position / TILE_WIDTH);
  const slot = tile.slot(position);
  if (slot === undefined) return undefined; // said for the whole stretch in openPayloads
  try {
    if (slot.tag === 'withheld' || slot.tag === 'none')
      throw new TypeError('the payload is withheld without a tombstone');
    const bytes =
      slot.tag === 'blob'
        ? readBlobFile(files.disk, files.dir, record.payloadHash)
        : tile.inline(slot.tag === 'same' ? slot.index : position);
    if (bytes === undefined && slot.tag === 'blob') throw new BlobProblem('the blob file is missing');
    if (bytes === undefined) throw new TypeError('the payload cannot be read');
    if (slot.tag !== 'blob' && blake3Hex(bytes) !== record.payloadHash)
      throw new TypeError('the payload does not hash to its name');
    const said = slot.tag === 'blob' ? slot.rawLength : bytes.length;
    if (bytes.length !== record.rawLength || said !== bytes.length)
      throw new TypeError('the payload has another length than its record says');
    return bytes;
  } catch (error) {
    const where = { turns: record.kind === 'turn' ? [record.hash] : [], positions: [position] };
    if (error instanceof BlobProblem || error instanceof DamageError)
      findings.report('blob', blobPath(record.payloadHash), messageOf(error), true, where);
    else payloadProblem(findings, n, where.turns, where.positions, messageOf(error));
    return undefined;
  }
}

export function payloadProblem(
  findings: Findings,
  n: number,
  turns: readonly TurnHash[],
  positions: readonly number[],
  message: string,
): void {
  findings.report('payload', tileFile(findings.id, 'payload', n), message, true, { turns, positions });
}

function decompressOrNothing(tile: Uint8Array, chunk: PayloadChunk): Uint8Array {
  try {
    return decompressChunk(tile, chunk);
  } catch {
    return new Uint8Array(0); // shorter than declared: each payload in it is then reported by name
  }
}

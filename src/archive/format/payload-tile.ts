/** Payload tiles: the payloads of up to 256 records, as zstd chunks back to back. Bytes: docs/archive-format.md */
/** One append writes one chunk; a full tile is rewritten once as a single chunk, which is where compression comes from. */

import { concatBytes, equalBytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import { compressZstd, decompressZstd } from '../../base/zstd.ts';
import { DamageError, RecordError } from '../errors.ts';
import { TILE_WIDTH } from './tile-names.ts';

const MAGIC = Buffer.from('TPPAY1\0\0', 'latin1');
const HEADER = 24;

/** Where the payload of one record is. `offset`: in the decompressed bytes of its chunk. */
export type PayloadSlot =
  | { readonly tag: 'inline'; readonly rawLength: number; readonly offset: number }
  | { readonly tag: 'blob'; readonly rawLength: number }
  /** `index`: log position of an earlier record that has it inline, in the same tile when we write. */
  | { readonly tag: 'same'; readonly index: number }
  | { readonly tag: 'withheld' }
  /** The record is no turn. */
  | { readonly tag: 'none' };

/** What is to be written for one record. */
export type PayloadEntry =
  | { readonly tag: 'inline'; readonly bytes: Uint8Array }
  | Exclude<PayloadSlot, { readonly tag: 'inline' }>;

export interface PayloadChunk {
  /** Byte offset and length of the whole chunk in its tile. */
  readonly offset: number;
  readonly length: number;
  /** Log position of its first record. */
  readonly first: number;
  readonly slots: readonly PayloadSlot[];
  readonly rawLength: number;
  readonly frameOffset: number;
  readonly frameLength: number;
}

/** One chunk, decompressed and compared with what went in before it is returned. Level 3 while the tile grows, 9 when full. */
export function encodeChunk(first: number, entries: readonly PayloadEntry[], level: 3 | 9): Uint8Array {
  const raw = concatBytes(entries.flatMap((entry) => (entry.tag === 'inline' ? [entry.bytes] : [])));
  const frame = raw.length === 0 ? new Uint8Array(0) : compressZstd(raw, level);
  if (raw.length > 0 && !equalBytes(decompressZstd(frame, raw.length, limits.tileRaw), raw)) {
    throw new DamageError('memory', 'a compressed payload chunk does not give back what went in');
  }
  const header = Buffer.alloc(HEADER + entries.reduce((sum, entry) => sum + (entry.tag === 'same' ? 9 : 5), 0));
  MAGIC.copy(header);
  header.writeBigUInt64LE(BigInt(first), 8);
  header.writeUInt16LE(entries.length, 16);
  header.writeUInt32LE(frame.length, 20);
  let at = HEADER;
  for (const entry of entries) at = writeSlot(header, at, entry);
  return concatBytes([header, frame]);
}

/** The chunk that starts at `offset`. Throws RecordError when it is not whole or not well formed; decompresses nothing. */
export function decodeChunk(tile: Uint8Array, offset: number): PayloadChunk {
  const b = Buffer.from(tile.buffer, tile.byteOffset, tile.byteLength);
  if (b.length - offset < HEADER) throw new RecordError('payload chunk is cut off');
  if (!b.subarray(offset, offset + 8).equals(MAGIC)) throw new RecordError('not a payload chunk');
  const first = readIndex(b, offset + 8);
  const count = b.readUInt16LE(offset + 16);
  if (count === 0 || count > TILE_WIDTH) throw new RecordError(`payload chunk of ${count} records`);
  if (b.readUInt16LE(offset + 18) !== 0) throw new RecordError('reserved bytes of a payload chunk are set');
  const slots: PayloadSlot[] = [];
  let at = offset + HEADER;
  let rawLength = 0;
  for (let i = 0; i < count; i++) {
    const slot = readSlot(b, at, rawLength, first + i);
    if (slot.tag === 'inline') rawLength += slot.rawLength;
    at += slot.tag === 'same' ? 9 : 5;
    slots.push(slot);
  }
  if (rawLength > limits.tileRaw) throw new RecordError(`payload chunk holds more than ${limits.tileRaw} bytes`);
  const frameLength = b.readUInt32LE(offset + 20);
  if (at + frameLength > b.length) throw new RecordError('payload chunk is cut off');
  if ((frameLength === 0) !== (rawLength === 0)) throw new RecordError('payload chunk and its frame disagree');
  return { offset, length: at + frameLength - offset, first, slots, rawLength, frameOffset: at, frameLength };
}

/** The chunks at the start of a tile that follow one another from `first` on, and the bytes they take. */
export function listChunks(
  tile: Uint8Array,
  first: number,
): { chunks: PayloadChunk[]; length: number; problem?: string } {
  const chunks: PayloadChunk[] = [];
  let at = 0;
  let next = first;
  while (at < tile.length) {
    try {
      const chunk = decodeChunk(tile, at);
      if (chunk.first !== next) throw new RecordError(`payload chunk starts at ${chunk.first}, expected ${next}`);
      if (chunk.first + chunk.slots.length > first + TILE_WIDTH) throw new RecordError('payload chunk leaves its tile');
      chunks.push(chunk);
      at += chunk.length;
      next += chunk.slots.length;
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      return { chunks, length: at, problem: error.message };
    }
  }
  return { chunks, length: at };
}

/** All inline payloads of a chunk, end to end. Throws ZstdError or LimitError. */
export function decompressChunk(tile: Uint8Array, chunk: PayloadChunk): Uint8Array {
  if (chunk.rawLength === 0) return new Uint8Array(0);
  const frame = tile.subarray(chunk.frameOffset, chunk.frameOffset + chunk.frameLength);
  return decompressZstd(frame, chunk.rawLength, limits.tileRaw);
}

const TAGS = ['inline', 'blob', 'same', 'withheld', 'none'] as const;

function writeSlot(out: Buffer, at: number, entry: PayloadEntry): number {
  out[at] = TAGS.indexOf(entry.tag);
  if (entry.tag === 'same') {
    out.writeBigUInt64LE(BigInt(entry.index), at + 1);
    return at + 9;
  }
  if (entry.tag === 'inline') out.writeUInt32LE(entry.bytes.length, at + 1);
  if (entry.tag === 'blob') out.writeUInt32LE(entry.rawLength, at + 1);
  return at + 5;
}

function readSlot(b: Buffer, at: number, offset: number, position: number): PayloadSlot {
  const tag = TAGS[b[at] ?? 255];
  if (tag === undefined) throw new RecordError(`unknown payload tag ${b[at]}`);
  if (at + (tag === 'same' ? 9 : 5) > b.length) throw new RecordError('payload chunk is cut off');
  if (tag === 'same') {
    const index = readIndex(b, at + 1);
    if (index >= position) throw new RecordError('payload refers to a later one');
    return { tag, index };
  }
  const value = b.readUInt32LE(at + 1);
  if (tag === 'inline') {
    if (value > limits.inlinePayload) throw new RecordError('inline payload is over the limit');
    return { tag, rawLength: value, offset };
  }
  if (tag === 'blob') {
    if (value > limits.payload) throw new RecordError('blob payload is over the limit');
    if (value <= limits.inlinePayload) throw new RecordError('blob payload is small enough to stand inline');
    return { tag, rawLength: value };
  }
  if (value !== 0) throw new RecordError('reserved bytes of a payload chunk are set');
  return { tag };
}

function readIndex(b: Buffer, at: number): number {
  const value = b.readUInt32LE(at) + b.readUInt32LE(at + 4) * 0x1_0000_0000;
  if (!Number.isSafeInteger(value)) throw new RecordError('position is out of range');
  return value;
}

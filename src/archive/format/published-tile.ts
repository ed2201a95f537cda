/** A tile of somebody else's log, read once: records with their hashes, and the payloads that stand beside them. */
/** Whoever holds one knows that its parts belong together, so nobody has to compute them a second time. */

import { concatBytes } from '../../base/bytes.ts';
import { RecordError } from '../errors.ts';
import { takeEntries } from './entry-tile.ts';
import { type Frontier, growFrontier, LEAF_LENGTH, leafHash, splitHashes } from './merkle.ts';
import { decodeChunk, decompressChunk, type PayloadSlot } from './payload-tile.ts';
import { TILE_WIDTH, tileRecords } from './tile-names.ts';

/** Records of one tile that follow the log of `start`. */
export class TileRecords {
  readonly start: Frontier;
  /** Of the log with these records. */
  readonly end: Frontier;
  /** An entry bundle of exactly these records. */
  readonly bytes: Uint8Array;
  /** Their leaf hashes, end to end. */
  readonly leaves: Uint8Array;

  /** `bytes` must not change afterwards. Throws RecordError when it is no bundle of `count` records, or leaves the tile. */
  constructor(start: Frontier, bytes: Uint8Array, count: number) {
    const { records, length } = takeEntries(bytes, count);
    if (records.length !== count || length !== bytes.length)
      throw new RecordError(`it does not hold exactly ${count} records`);
    if ((start.size % TILE_WIDTH) + count > TILE_WIDTH) throw new RecordError('its records leave their tile');
    const leaves = concatBytes(records.map(leafHash));
    this.start = start;
    this.end = growFrontier(start, splitHashes(leaves));
    this.bytes = bytes;
    this.leaves = leaves;
  }

  get size(): number {
    return this.leaves.length / LEAF_LENGTH;
  }

  /** Number of the tile. */
  get n(): number {
    return Math.floor(this.start.size / TILE_WIDTH);
  }

  /** Each as bytes, in order; made anew at every call. */
  list(): readonly Uint8Array[] {
    return takeEntries(this.bytes, this.size).records;
  }
}

/** The payload tile `n` of a log of `size` records as a replica shows it: one chunk. */
export class TilePayloads {
  readonly bytes: Uint8Array;
  readonly first: number;
  /** One for each record of the tile. */
  readonly slots: readonly PayloadSlot[];
  readonly #raw: Uint8Array;

  /** `bytes` must not change afterwards. Throws RecordError, ZstdError and LimitError. */
  constructor(bytes: Uint8Array, n: number, size: number) {
    const chunk = decodeChunk(bytes, 0);
    this.first = n * TILE_WIDTH;
    if (chunk.first !== this.first || chunk.slots.length !== tileRecords(size, n) || chunk.length !== bytes.length)
      throw new RecordError('it is not the one chunk of this tile');
    this.bytes = bytes;
    this.slots = chunk.slots;
    this.#raw = decompressChunk(bytes, chunk);
    for (const slot of this.slots)
      if (slot.tag === 'same' && this.slots[slot.index - this.first]?.tag !== 'inline')
        throw new RecordError(`a payload repeats payload ${slot.index}, which is not in its tile`);
  }

  /** Raw bytes in memory. */
  get rawLength(): number {
    return this.#raw.length;
  }

  /** What stands inline for the record at `position`, itself or as an earlier one says it; a view. */
  find(position: number): Uint8Array | undefined {
    const own = this.slots[position - this.first];
    const slot = own?.tag === 'same' ? this.slots[own.index - this.first] : own;
    return slot?.tag === 'inline' ? this.#raw.subarray(slot.offset, slot.offset + slot.rawLength) : undefined;
  }
}

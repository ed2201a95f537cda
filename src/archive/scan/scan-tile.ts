/** One tile of a log read leniently: whatever can be told from damaged entries with the help of the leaf hashes. */
/** Reading proper refuses such a tile; a scan has to say which records in it are still good. */

import { equalBytes } from '../../base/bytes.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { ConversationFiles } from '../files/conversation-files.ts';
import { salvageEntries, takeEntries } from '../format/entry-tile.ts';
import { leafHash, splitHashes } from '../format/merkle.ts';

/** What there is of a tile. */
export interface TileView {
  readonly records: readonly (Uint8Array | undefined)[];
  readonly entryLength: number;
  readonly entryFileLength: number;
  readonly leafFileLength: number;
  readonly leaves: readonly Uint8Array[];
  /** Positions in the tile whose frame is bad though the record was found. */
  readonly badFrames: readonly number[];
}

/** Tile `n` read leniently: damaged framing is worked around with the help of the leaf hashes. */
export function viewTile(files: ConversationFiles, id: ConversationId, n: number, count: number): TileView {
  const bytes = files.readTileBytes(id, 'entries', n) ?? new Uint8Array(0);
  const leafBytes = files.readTileBytes(id, '0', n) ?? new Uint8Array(0);
  const leaves = splitHashes(leafBytes).slice(0, count);
  const plain = takeEntries(bytes, count);
  const base = { entryFileLength: bytes.length, leafFileLength: leafBytes.length, leaves };
  const fits = plain.records.length === count && plain.records.every((r, i) => matches(r, leaves[i]));
  if (fits || leaves.length < count) {
    const records = Array.from({ length: count }, (_, i) => plain.records[i]);
    return { ...base, records, entryLength: plain.length, badFrames: [] };
  }
  const salvaged = salvageEntries(bytes, leaves);
  const better = salvaged.entries.filter((entry) => entry.record !== undefined).length;
  const plainGood = plain.records.filter((r, i) => matches(r, leaves[i])).length;
  if (plainGood >= better && plain.records.length === count) {
    return { ...base, records: plain.records, entryLength: plain.length, badFrames: [] };
  }
  const badFrames = salvaged.entries.flatMap(({ offset, record }, i) =>
    record !== undefined && (((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0)) !== record.length ? [i] : [],
  );
  return { ...base, records: salvaged.entries.map((entry) => entry.record), entryLength: salvaged.length, badFrames };
}

function matches(record: Uint8Array, leaf: Uint8Array | undefined): boolean {
  return leaf !== undefined && equalBytes(leafHash(record), leaf);
}

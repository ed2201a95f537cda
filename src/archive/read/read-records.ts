/** Records as they stand in the log, byte for byte: what another archive, a replica or a proof is made of. */
/** Each is held against its leaf hash before it is handed out. */

import { equalBytes } from '../../base/bytes.ts';
import { DamageError } from '../errors.ts';
import { tileFile } from '../files/conversation-files.ts';
import { takeEntries } from '../format/entry-tile.ts';
import { leafHash, splitHashes } from '../format/merkle.ts';
import { TILE_WIDTH, tileRecords } from '../format/tile-names.ts';
import type { ConversationRow } from '../index/conversation-row.ts';
import type { Store } from '../index/store.ts';

/** Positions `from` to `to`, without that one. Throws DamageError for a record that is not there or not as its leaf says. */
export function readRecords(store: Store, row: ConversationRow, from: number, to: number): Uint8Array[] {
  const end = Math.min(to, row.frontier.size);
  const found: Uint8Array[] = [];
  for (let n = Math.floor(from / TILE_WIDTH); n * TILE_WIDTH < end; n++) {
    const first = n * TILE_WIDTH;
    const last = Math.min(end - first, tileRecords(row.frontier.size, n));
    const { records } = takeEntries(store.files.readTileBytes(row.id, 'entries', n) ?? new Uint8Array(0), last);
    const leaves = splitHashes(store.files.readTileBytes(row.id, '0', n) ?? new Uint8Array(0));
    for (let i = Math.max(0, from - first); i < last; i++) {
      const [record, leaf] = [records[i], leaves[i]];
      if (record === undefined || leaf === undefined || !equalBytes(leafHash(record), leaf))
        throw new DamageError(tileFile(row.id, 'entries', n), `record ${first + i} is not as its leaf hash says`);
      found.push(record);
    }
  }
  return found;
}

/** What lies beyond the committed size of a conversation: bytes that were being written when something stopped. */
/** They were never acknowledged, so they may be cut; what they were is counted first, to be reported. */

import type { ConversationId } from '../../model/ids.ts';
import { type ConversationFiles, findRecord, tileFile } from '../files/conversation-files.ts';
import { takeEntries } from '../format/entry-tile.ts';
import { LEAF_LENGTH } from '../format/merkle.ts';
import { TILE_WIDTH, type TileKind } from '../format/tile-names.ts';

/** Bytes beyond the committed size. */
export interface TornTail {
  /** Path inside the archive. */
  readonly file: string;
  /** Bytes that stay; 0 with `whole`: the file goes. */
  readonly keep: number;
  readonly whole: boolean;
  readonly bytes: number;
  /** Whole records (or hashes, or chunks) in it. */
  readonly records: number;
}

/** What lies beyond the committed size, in the open tile and in tiles after it. */
export function findTails(
  files: ConversationFiles,
  id: ConversationId,
  {
    size,
    entryBytes,
    payloadBytes,
  }: { readonly size: number; readonly entryBytes: number; readonly payloadBytes: number },
): TornTail[] {
  const tails: TornTail[] = [];
  const open = Math.floor(size / TILE_WIDTH);
  const keeps = { entries: entryBytes, '0': (size % TILE_WIDTH) * LEAF_LENGTH, payload: payloadBytes } as const;
  for (let n = open; ; n++) {
    let any = false;
    for (const kind of ['entries', '0', 'payload'] as const) {
      const file = tileFile(id, kind, n);
      const bytes = files.readTileBytes(id, kind, n);
      if (bytes === undefined) continue;
      any = true;
      const keep = n === open ? keeps[kind] : 0;
      if (bytes.length <= keep && bytes.length > 0) continue;
      if (bytes.length === 0 && keep > 0) continue;
      const rest = bytes.subarray(keep);
      tails.push({ file, keep, whole: keep === 0, bytes: rest.length, records: countRecords(kind, rest) });
    }
    if (!any && n > open) return tails;
  }
}

function countRecords(kind: TileKind, bytes: Uint8Array): number {
  if (kind === '0') return Math.floor(bytes.length / LEAF_LENGTH);
  if (kind === 'payload') return 0;
  return takeEntries(bytes).records.filter((record) => findRecord(record) !== undefined).length;
}

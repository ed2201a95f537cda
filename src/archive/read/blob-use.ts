/** Which turns need which blobs: as their payload, or as an image or attachment in an item. */
/** Nothing keeps count of that, so it is read from the turns when it matters: for `verify` and before a blob is deleted. */

import { limits } from '../../base/limits.ts';
import { listBlobs } from '../../model/payload.ts';
import type { Store } from '../index/store.ts';
import { readPayloads } from './read-payloads.ts';
import { listTurns } from './read-turns.ts';

/** Turns whose payloads are in memory at once. */
const BATCH = 256;

/** Those of `blobs` that a turn which was not taken back still needs. Reads the whole archive. */
export function findUsedBlobs(store: Store, blobs: readonly string[]): Set<string> {
  const wanted = new Set(blobs);
  const used = new Set<string>();
  for (const { id } of store.index.listSummaries()) {
    const row = store.index.findRow(id);
    if (row === undefined) continue;
    const taken = new Set<string>(store.index.listTombstones(row.key).map(({ turn }) => turn));
    const turns = listTurns(store, row, 0).filter((turn) => !taken.has(turn.hash));
    for (let i = 0; i < turns.length; i += BATCH) {
      const batch = turns.slice(i, i + BATCH);
      for (const [k, payload] of readPayloads(store, batch).entries()) {
        const turn = batch[k];
        if (turn === undefined) continue;
        if (turn.rawLength > limits.inlinePayload && wanted.has(turn.payloadHash)) used.add(turn.payloadHash);
        if (payload.status !== 'present') continue;
        for (const hash of listBlobs(turn, payload.bytes)) if (wanted.has(hash)) used.add(hash);
      }
    }
  }
  return used;
}

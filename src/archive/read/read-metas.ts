/** The meta records of a log. */
/** The index keeps only the last one's JSON; who takes metas back has to find them all. */

import type { Payload } from '../../model/turn.ts';
import type { MetaRecord } from '../format/record.ts';
import { tileCount } from '../format/tile-names.ts';
import type { ConversationRow } from '../index/conversation-row.ts';
import type { Store } from '../index/store.ts';
import { readBytes } from './read-payloads.ts';
import { readTile } from './read-turns.ts';

/** What every meta record says or said, in log order: with the log all of them are published, not only the last. */
export function readMetas(store: Store, row: ConversationRow): Payload[] {
  const taken = row.state.metaWithheld ? store.index.listMetaTombstones(row.key) : [];
  return listMetas(store, row).map(({ record: { payloadHash, rawLength }, position }) => {
    const tombstone = taken.find(({ meta }) => meta === payloadHash);
    if (tombstone !== undefined) return { status: 'withheld', reason: tombstone.reason };
    return readBytes(store, { conversation: row.id, position, payloadHash, rawLength });
  });
}

export interface LoggedMeta {
  readonly record: MetaRecord;
  readonly position: number;
}

/** In log order. Damaged records are left out (and known as damage). */
export function listMetas(store: Store, row: ConversationRow): LoggedMeta[] {
  const metas: LoggedMeta[] = [];
  let position = 0;
  for (let n = 0; n < tileCount(row.frontier.size); n++) {
    for (const record of readTile(store, row, n)) {
      if (record?.kind === 'meta') metas.push({ record, position });
      position++;
    }
  }
  return metas;
}

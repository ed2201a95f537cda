/** The meta records of a log. */
/** The index keeps only the last one's JSON; who takes metas back has to find them all. */

import type { MetaRecord } from '../format/record.ts';
import { tileCount } from '../format/tile-names.ts';
import type { ConversationRow } from '../index/conversation-row.ts';
import type { Store } from '../index/store.ts';
import { readTile } from './read-turns.ts';

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

/** Which conversations became part of another one, with the meta of each: rules that keep one of them private go on meaning it. */
/** What metas say, and what the ledger knows before a meta says it. */

import type { TakenOver } from '../../model/conversation.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { IndexDatabase } from './index-database.ts';
import { indexText, parseMeta } from './index-rows.ts';
import { JOINED_INTO } from './index-schema.ts';

const BY_META = `SELECT lower(hex(hash)) AS id, meta FROM conversations WHERE ${JOINED_INTO} IS NOT NULL AND ${JOINED_INTO} = ?1`;
const BY_LEDGER = `SELECT lower(hex(joined.conversation)) AS id, meta FROM joined
  LEFT JOIN conversations ON conversations.hash = joined.conversation WHERE into_conversation = unhex(?1)`;

/** By id, those that these had taken over too. Undefined: none. */
export function findTookOver(index: IndexDatabase, own: ConversationId): readonly TakenOver[] | undefined {
  const found = new Map<string, TakenOver>();
  const queue: string[] = [own];
  for (let into = queue.pop(); into !== undefined; into = queue.pop()) {
    for (const row of index.all(`${BY_META} UNION ${BY_LEDGER}`, into)) {
      const id = indexText(row.id) ?? '';
      if (id === own || found.has(id)) continue;
      const meta = indexText(row.meta);
      found.set(id, { id: id as ConversationId, ...(meta === undefined ? {} : { meta: parseMeta(meta) }) });
      queue.push(id);
    }
  }
  return found.size === 0 ? undefined : [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

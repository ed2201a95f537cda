/** Which blobs of the replica which conversation needs, and how far each conversation was looked through. */
/** A blob is shared: it goes when the last conversation that needs it does. */

import type { Database } from '../../base/sqlite.ts';
import type { ConversationId } from '../../model/ids.ts';

export interface ReplicaBlobTable {
  /** Records of a conversation that were looked through under this key; 0: none. */
  findUpto(id: ConversationId, key: string): number;
  setUpto(id: ConversationId, key: string, upto: number): void;
  add(id: ConversationId, hash: string): void;
  list(id: ConversationId): readonly string[];
  forget(id: ConversationId): void;
  isUsed(hash: string): boolean;
}

export function createReplicaBlobTable(database: Database): ReplicaBlobTable {
  return {
    findUpto: (id, key) =>
      Number(
        database.statement('SELECT upto FROM replica_upto WHERE conversation = ? AND key = ?').get(id, key)?.upto ?? 0,
      ),
    setUpto: (id, key, upto) =>
      void database.statement('INSERT OR REPLACE INTO replica_upto VALUES (?, ?, ?)').run(id, upto, key),
    add: (id, hash) => void database.statement('INSERT OR IGNORE INTO replica_blob VALUES (?, ?)').run(id, hash),
    list: (id) =>
      database
        .statement('SELECT hash FROM replica_blob WHERE conversation = ?')
        .all(id)
        .map(({ hash }) => String(hash)),
    forget(id) {
      database.statement('DELETE FROM replica_blob WHERE conversation = ?').run(id);
      database.statement('DELETE FROM replica_upto WHERE conversation = ?').run(id);
    },
    isUsed: (hash) => database.statement('SELECT 1 FROM replica_blob WHERE hash = ? LIMIT 1').get(hash) !== undefined,
  };
}

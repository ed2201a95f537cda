/** Conversations that another one took over, and which. */
/** Their turns stand there; what is left of their own is a page that leads on. */

import type { Database } from '../../base/sqlite.ts';
import type { ConversationId } from '../../model/ids.ts';

export interface JoinedTable {
  /** `shown`: the site says where it went. `lastMs`: time of its newest turn. */
  put(id: ConversationId, into: ConversationId, lastMs: number, shown: boolean): void;
  /** The one that took it over, also when that is not said. */
  find(id: ConversationId): ConversationId | undefined;
  forget(id: ConversationId): void;
  clear(): void;
  /** Those whose turns the site shows, by id. */
  walkShown(): Iterable<ShownJoined>;
}

export interface ShownJoined {
  readonly id: ConversationId;
  readonly into: ConversationId;
  /** Of the one that took it over. */
  readonly title: string;
  readonly lastMs: number;
}

export function createJoinedTable(database: Database): JoinedTable {
  return {
    put: (id, into, lastMs, shown) =>
      void database.statement('INSERT OR REPLACE INTO joined VALUES (?, ?, ?, ?)').run(id, into, lastMs, shown ? 1 : 0),
    find: (id) => {
      const row = database.statement('SELECT into_id FROM joined WHERE id = ?').get(id);
      return row === undefined ? undefined : (String(row.into_id) as ConversationId);
    },
    forget: (id) => void database.statement('DELETE FROM joined WHERE id = ?').run(id),
    clear: () => database.exec('DELETE FROM joined'),
    *walkShown() {
      const rows = database
        .statement(
          `SELECT joined.id AS id, into_id, title, joined.last_ms AS last_ms FROM joined JOIN conversation ON conversation.id = into_id
           WHERE gone = 0 AND shown = 1 AND joined.id NOT IN (SELECT id FROM conversation WHERE gone = 0) ORDER BY joined.id`,
        )
        .iterate();
      for (const { id, into_id, title, last_ms } of rows) {
        const into = String(into_id) as ConversationId;
        yield { id: String(id) as ConversationId, into, title: String(title), lastMs: Number(last_ms) };
      }
    },
  };
}

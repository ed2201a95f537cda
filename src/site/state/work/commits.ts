/** Commits that agents made, by project: what a project's page shows of what came of its conversations. */
/** Replaced conversation by conversation, so a build costs what changed. */

import type { Database } from '../../../base/sqlite.ts';
import type { ConversationId, TurnHash } from '../../../model/ids.ts';

export interface MadeCommit {
  /** As git said it, shortened. */
  readonly hash: string;
  readonly subject: string;
  /** When the exchange in which it was made ended. */
  readonly timeMs: number;
  /** Where it can be seen; empty: nobody knows. */
  readonly url: string;
  /** Address of the page, and the turn that opened the exchange. */
  readonly page: string;
  readonly prompt: TurnHash;
}

export interface CommitTable {
  /** Replaces those of a conversation. */
  save(conversation: ConversationId, project: string, commits: readonly MadeCommit[]): void;
  /** Newest first; one that several conversations made or copied stands once. */
  listNewest(project: string, limit: number): readonly MadeCommit[];
  count(project: string): number;
}

export function createCommitTable(database: Database): CommitTable {
  return {
    save(conversation, project, commits) {
      database.statement('DELETE FROM made WHERE conversation = ?').run(conversation);
      const insert = database.statement(
        'INSERT OR REPLACE INTO made (project, hash, conversation, ms, subject, url, page, prompt) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      );
      for (const { hash, timeMs, subject, url, page, prompt } of commits)
        insert.run(project, hash, conversation, timeMs, subject, url, page, prompt);
    },
    listNewest: (project, limit) =>
      database
        .statement(
          `SELECT hash, min(ms) AS ms, subject, url, page, prompt FROM made WHERE project = ?
           GROUP BY hash ORDER BY ms DESC, hash LIMIT ?`,
        )
        .all(project, limit)
        .map((row) => ({
          hash: String(row.hash),
          timeMs: Number(row.ms),
          subject: String(row.subject),
          url: String(row.url),
          page: String(row.page),
          prompt: String(row.prompt) as TurnHash,
        })),
    count: (project) =>
      Number(database.statement('SELECT count(DISTINCT hash) AS n FROM made WHERE project = ?').get(project)?.n),
  };
}

/** What was held before and after a conversation in the same project, and which of the earlier ones it has to do with. */
/** Only as far as WINDOW back: a conversation that comes, goes or is renamed makes pages of that many others again, whatever the size of the site. */

import type { Database, SqlRow } from '../../base/sqlite.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { FilePlace } from './work/edits.ts';

/** Where a conversation stands in its project; sub-agents stand nowhere. */
export interface ProjectPlace {
  /** Empty: it has no neighbours. */
  readonly project: string;
  readonly firstMs: number;
  readonly id: ConversationId;
}

export interface Neighbour {
  readonly id: ConversationId;
  readonly title: string;
  readonly firstMs: number;
  readonly gitBranch: string;
}

export interface NeighbourTable {
  /** The nearest ones, the nearest first. */
  listBefore(place: ProjectPlace): readonly Neighbour[];
  findNext(place: ProjectPlace): Neighbour | undefined;
  /** Marks as to be built whoever may show the conversation that stands, or stood, at this place. */
  mark(place: ProjectPlace): void;
  /** Marks those behind it that changed one of these files of the project, too. */
  markSharing(conversation: ConversationId, files: readonly Pick<FilePlace, 'folder' | 'file'>[]): void;
  /** Grows with every mark. */
  marked(): number;
}

/** Conversations before one that are asked what they have in common with it. */
const WINDOW = 30;

const SHOWN = 'parent IS NULL AND gone = 0';
const BEFORE = `FROM conversation WHERE project = ? AND ${SHOWN} AND (first_ms, id) < (?, ?) ORDER BY first_ms DESC, id DESC`;
const AFTER = `FROM conversation WHERE project = ? AND ${SHOWN} AND (first_ms, id) > (?, ?) ORDER BY first_ms, id`;

export function createNeighbourTable(database: Database): NeighbourTable {
  const before = database.statement(`SELECT id, title, first_ms, git_branch ${BEFORE} LIMIT ${WINDOW}`);
  const next = database.statement(`SELECT id, title, first_ms, git_branch ${AFTER} LIMIT 1`);
  const markBefore = database.statement(
    `UPDATE conversation SET dirty = 1 WHERE dirty = 0 AND id IN (SELECT id ${BEFORE} LIMIT 1)`,
  );
  const markAfter = database.statement(
    `UPDATE conversation SET dirty = 1 WHERE dirty = 0 AND id IN (SELECT id ${AFTER} LIMIT ${WINDOW})`,
  );
  const place = database.statement(`SELECT project, first_ms FROM conversation WHERE id = ? AND ${SHOWN}`);
  const made = database.statement(
    `SELECT 1 FROM conversation WHERE dirty = 0 AND id IN (SELECT id ${AFTER} LIMIT ${WINDOW}) LIMIT 1`,
  );
  const markFile = database.statement(
    `UPDATE conversation SET dirty = 1 WHERE dirty = 0 AND id IN (SELECT id ${AFTER} LIMIT ${WINDOW})
       AND id IN (SELECT conversation FROM edit WHERE project = ? AND folder = ? AND file = ?)`,
  );
  let marks = 0;
  return {
    listBefore: ({ project, firstMs, id }) =>
      project === '' ? [] : before.all(project, firstMs, id).map(neighbourFromRow),
    findNext({ project, firstMs, id }) {
      const row = project === '' ? undefined : next.get(project, firstMs, id);
      return row === undefined ? undefined : neighbourFromRow(row);
    },
    mark({ project, firstMs, id }) {
      if (project === '') return;
      for (const statement of [markBefore, markAfter]) marks += Number(statement.run(project, firstMs, id).changes);
    },
    markSharing(id, files) {
      const row = files.length === 0 ? undefined : place.get(id);
      if (row === undefined || row.project === '') return;
      const own = [String(row.project), Number(row.first_ms), id] as const;
      if (made.get(...own) === undefined) return;
      for (const { folder, file } of files) marks += Number(markFile.run(...own, own[0], folder, file).changes);
    },
    marked: () => marks,
  };
}

function neighbourFromRow({ id, title, first_ms, git_branch }: SqlRow): Neighbour {
  return {
    id: String(id) as ConversationId,
    title: String(title),
    firstMs: Number(first_ms),
    gitBranch: String(git_branch),
  };
}

/** Which conversation changed which file, after which prompt and in which turns. */
/** One row for each prompt and file; a folder is touched when one of its files got or lost a row. */

import type { Database, SqlRow } from '../../../base/sqlite.ts';
import type { ConversationId, TurnHash } from '../../../model/ids.ts';
import { createTouchedTable, touches } from '../touched.ts';

/** Where a file is: its project's name (empty: none is known), its folder in it (empty: the top), its name. */
export interface FilePlace {
  readonly project: string;
  readonly folder: string;
  readonly file: string;
}

/** What was done to one file after one prompt. */
export interface Edit extends FilePlace {
  /** Of the conversation. */
  readonly title: string;
  /** Turn that opened the exchange; empty: it stands on another branch. */
  readonly prompt: string;
  /** Its words, a line of them. */
  readonly why: string;
  /** Of the last turn. */
  readonly timeMs: number;
  /** How many turns changed it, and the first of them. */
  readonly count: number;
  readonly turns: readonly TurnHash[];
}

/** An edit with where it stands. */
export interface ListedEdit extends Edit {
  readonly conversation: ConversationId;
  /** Address of the page. */
  readonly page: string;
}

export interface FolderCount {
  readonly folder: string;
  readonly files: number;
  readonly conversations: number;
  readonly lastMs: number;
}

export interface FileCount {
  readonly file: string;
  readonly folder: string;
  readonly edits: number;
  readonly conversations: number;
  readonly lastMs: number;
}

export interface EditTable {
  /** The edits of a page; what was known of it before is forgotten. Gives the files that came to it, or went from it. */
  save(conversation: ConversationId, page: string, edits: readonly Edit[]): readonly FilePlace[];
  /** Forgets the pages of a conversation other than these. Gives the files on them. */
  keep(conversation: ConversationId, pages: readonly string[]): readonly FilePlace[];
  /** The files that a conversation changed, those that it changed most first. */
  listOwn(conversation: ConversationId, limit: number): readonly FilePlace[];
  /** Which of `conversations` changed the file. */
  listSharing(place: FilePlace, conversations: readonly ConversationId[]): readonly ConversationId[];
  /** Projects with changed files, by name. */
  listProjects(): readonly { readonly project: string; readonly files: number; readonly lastMs: number }[];
  /** By path. */
  listFolders(project: string, from: number, limit: number): readonly FolderCount[];
  countFolders(project: string): number;
  countFiles(project?: string): number;
  /** By name. `from`, `limit`: of its files. */
  listFiles(project: string, folder: string, from: number, limit: number): readonly FileCount[];
  /** How many of a folder's files stand before this one. */
  rankOf(place: FilePlace): number;
  /** Those that most conversations changed; of all projects where none is named. */
  listBusiest(project: string | undefined, limit: number): readonly (FileCount & { readonly project: string })[];
  /** The last edit of each of the files that were changed last, newest first. */
  listLatest(project: string, limit: number): readonly ListedEdit[];
  /** Newest first. */
  listEdits(place: FilePlace, from: number, limit: number): readonly ListedEdit[];
}

const COUNTS =
  'count(*) AS edits, count(DISTINCT conversation) AS conversations, count(DISTINCT file) AS files, max(ms) AS ms';

export function createEditTable(database: Database): EditTable {
  const touched = createTouchedTable(database);
  const find = database.statement(
    'SELECT project, folder, file, title, prompt, why, ms, count, turns FROM edit WHERE conversation = ? AND page = ? ORDER BY project, folder, file, prompt',
  );
  const save: EditTable['save'] = (conversation, page, edits) => {
    const old = find.all(conversation, page).map(editFromRow);
    const sorted = edits.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    if (JSON.stringify(old) === JSON.stringify(sorted)) return [];
    database.statement('DELETE FROM edit WHERE conversation = ? AND page = ?').run(conversation, page);
    const insert = database.statement('INSERT OR REPLACE INTO edit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    for (const { project, folder, file, title, prompt, why, timeMs, count, turns } of sorted)
      insert.run(project, folder, file, conversation, prompt, page, title, why, timeMs, count, JSON.stringify(turns));
    for (const each of new Set([...old, ...sorted].map(({ project, folder }) => JSON.stringify([project, folder]))))
      touched.touch(touches.files + each);
    const [before, after] = [old, sorted].map((list) => new Map(list.map((edit) => [fileOf(edit), edit])));
    return [...(before ?? []), ...(after ?? [])].flatMap(([key, edit]) =>
      before?.has(key) === after?.has(key) ? [] : [edit],
    );
  };
  return {
    save,
    keep(conversation, pages) {
      const gone = database
        .statement(
          'SELECT DISTINCT page FROM edit WHERE conversation = ? AND page NOT IN (SELECT value FROM json_each(?))',
        )
        .all(conversation, JSON.stringify(pages));
      return gone.flatMap(({ page }) => save(conversation, String(page), []));
    },
    listOwn: (conversation, limit) =>
      database
        .statement(
          'SELECT project, folder, file FROM edit WHERE conversation = ? GROUP BY project, folder, file ORDER BY sum(count) DESC, project, folder, file LIMIT ?',
        )
        .all(conversation, limit)
        .map(({ project, folder, file }) => ({
          project: String(project),
          folder: String(folder),
          file: String(file),
        })),
    listSharing: ({ project, folder, file }, conversations) =>
      database
        .statement(
          'SELECT DISTINCT conversation FROM edit WHERE project = ? AND folder = ? AND file = ? AND conversation IN (SELECT value FROM json_each(?))',
        )
        .all(project, folder, file, JSON.stringify(conversations))
        .map((row) => String(row.conversation) as ConversationId),
    listProjects: () =>
      database
        .statement(
          'SELECT project, sum(files) AS files, max(ms) AS ms FROM (SELECT project, folder, count(DISTINCT file) AS files, max(ms) AS ms FROM edit GROUP BY project, folder) GROUP BY project ORDER BY project',
        )
        .all()
        .map((row) => ({ project: String(row.project), files: Number(row.files), lastMs: Number(row.ms) })),
    listFolders: (project, from, limit) =>
      database
        .statement(
          `SELECT folder, ${COUNTS} FROM edit WHERE project = ? GROUP BY folder ORDER BY folder LIMIT ? OFFSET ?`,
        )
        .all(project, limit, from)
        .map(({ folder, files, conversations, ms }) => {
          return {
            folder: String(folder),
            files: Number(files),
            conversations: Number(conversations),
            lastMs: Number(ms),
          };
        }),
    countFolders: (project) =>
      Number(database.statement('SELECT count(DISTINCT folder) AS n FROM edit WHERE project = ?').get(project)?.n),
    countFiles: (project) =>
      Number(
        database
          .statement(
            'SELECT count(*) AS n FROM (SELECT DISTINCT project, folder, file FROM edit WHERE project = ?1 OR ?1 IS NULL)',
          )
          .get(project ?? null)?.n,
      ),
    listFiles: (project, folder, from, limit) =>
      database
        .statement(
          `SELECT folder, file, ${COUNTS} FROM edit WHERE project = ? AND folder = ? GROUP BY file ORDER BY file LIMIT ? OFFSET ?`,
        )
        .all(project, folder, limit, from)
        .map(fileFromRow),
    rankOf: ({ project, folder, file }) =>
      Number(
        database
          .statement('SELECT count(DISTINCT file) AS n FROM edit WHERE project = ? AND folder = ? AND file < ?')
          .get(project, folder, file)?.n,
      ),
    listBusiest(project, limit) {
      const whole = `SELECT project, folder, file, ${COUNTS} FROM edit`;
      const best =
        'GROUP BY project, folder, file ORDER BY conversations DESC, edits DESC, project, folder, file LIMIT ?';
      const rows =
        project === undefined
          ? database.statement(`${whole} ${best}`).all(limit)
          : database.statement(`${whole} WHERE project = ? ${best}`).all(project, limit);
      return rows.map((row) => ({ ...fileFromRow(row), project: String(row.project) }));
    },
    listEdits: ({ project, folder, file }, from, limit) =>
      database
        .statement(
          `SELECT * FROM edit WHERE project = ? AND folder = ? AND file = ?
           ORDER BY ms DESC, conversation, prompt LIMIT ? OFFSET ?`,
        )
        .all(project, folder, file, limit, from)
        .map(listedFromRow),
    listLatest: (project, limit) =>
      database
        // the other columns are those of the row with the greatest time
        .statement(
          'SELECT *, max(ms) AS ms FROM edit WHERE project = ? GROUP BY folder, file ORDER BY max(ms) DESC, folder, file LIMIT ?',
        )
        .all(project, limit)
        .map(listedFromRow),
  };
}

function fileOf({ project, folder, file }: FilePlace): string {
  return [project, folder, file].join('\u0000');
}

function placeOf({ project, folder, file, prompt }: Edit): string {
  return [project, folder, file, prompt].join('\u0000');
}

function listedFromRow(row: SqlRow): ListedEdit {
  return {
    ...editFromRow(row),
    conversation: String(row.conversation) as ConversationId,
    page: String(row.page),
  };
}

function editFromRow(row: SqlRow): Edit {
  return {
    project: String(row.project),
    folder: String(row.folder),
    file: String(row.file),
    title: String(row.title),
    prompt: String(row.prompt),
    why: String(row.why),
    timeMs: Number(row.ms),
    count: Number(row.count),
    // Written by `save`; the state is private to the archive's owner.
    turns: JSON.parse(String(row.turns)) as readonly TurnHash[],
  };
}

function fileFromRow({ folder, file, edits, conversations, ms }: SqlRow): FileCount {
  return {
    folder: String(folder),
    file: String(file),
    edits: Number(edits),
    conversations: Number(conversations),
    lastMs: Number(ms),
  };
}

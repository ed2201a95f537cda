/** The conversations that the site shows: what is known of each without its log, and which have to be built. */
/** Marks stay until the work is done, so a build that was cut off is taken up where it ended. */

import type { Database, SqlRow } from '../../base/sqlite.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import { keyOf } from './keys.ts';
import { createNeighbourTable, type NeighbourTable } from './neighbours.ts';
import { createTouchedTable, touches } from './touched.ts';

const PAGE = 256;

/** A conversation as others see it. */
export interface ShownConversation {
  readonly id: ConversationId;
  readonly title: string;
  readonly private: boolean;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What its summary and the rules say of it. */
export interface OfferedConversation extends ShownConversation {
  /** Hash of everything that its own log, the rules and the site's frame give its pages. */
  readonly input: string;
  readonly month: string;
  readonly turns: number;
  readonly parent?: ConversationId;
  readonly parentTurn?: TurnHash;
  readonly parentCall?: string;
  /** Empty: none is known. */
  readonly project: string;
  readonly gitBranch: string;
}

/** A sub-agent's conversation, from its parent's side. */
export interface ChildConversation {
  readonly id: ConversationId;
  readonly title: string;
  /** Where it was started, as far as that is known. */
  readonly turn?: TurnHash;
  readonly call?: string;
}

export interface ConversationTable {
  find(id: ConversationId): ShownConversation | undefined;
  /** Marks what changed as to be built: itself, and those that link to it by its title. True: it has to be built. */
  offer(conversation: OfferedConversation): boolean;
  /** The site does not show it any more. Nothing happens when it never did. */
  withdraw(id: ConversationId): void;
  /** Withdraws those that were not offered since `beginCompare`. */
  beginCompare(): void;
  endCompare(): void;
  /** Everything has to be looked at again. */
  markAll(): void;
  /** Those that were held before and after a conversation in its project. */
  readonly neighbours: NeighbourTable;
  /** Oldest first; `dirty` counts what was marked on the way. */
  walk(): Iterable<ShownConversation & { readonly dirty: boolean }>;
  /** To be built, oldest first. */
  countDirty(): { readonly conversations: number; readonly turns: number };
  /** Withdrawn ones, of which files and rows may still be there. */
  listGone(): readonly ConversationId[];
  /** Forgets a withdrawn one and all that was remembered of it. */
  forget(id: ConversationId): void;
  /** Sub-agents' conversations that were started from this one, oldest first. */
  listChildren(id: ConversationId): readonly ChildConversation[];
  /** Most turns first. `list`: of its members only. */
  listLongest(list: string | undefined, limit: number): readonly (ShownConversation & { readonly turns: number })[];
  findItem(id: ConversationId): string;
  saveItem(id: ConversationId, item: string): void;
  /** Its pages are made. `failed`: only one that says that they could not be. */
  settle(id: ConversationId, failed: boolean): void;
  /** Since when nothing came: what was under way in such conversations counts as ended. Of the newest turn, never of the clock. */
  quietBefore(): number;
  /** Its exchanges that have not ended: the times of their last turns. */
  holdOpen(id: ConversationId, ends: readonly number[]): void;
  /** Those of which what was under way counts otherwise now are to be built. */
  markHeld(): void;
  hasFailed(): boolean;
  /** Those that failed are tried again. */
  retryFailed(): void;
  count(): { readonly public: number; readonly private: number };
  /** A hash of what all of them show: equal for equal conversations, on any machine. */
  digest(): string;
}

/** So long nobody waits for an answer. */
const QUIET_MS = 6 * 3_600_000;

export function createConversationTable(database: Database): ConversationTable {
  const find = database.statement(
    'SELECT id, title, private, first_ms, last_ms FROM conversation WHERE id = ? AND gone = 0',
  );
  const mark = database.statement('UPDATE conversation SET dirty = 1 WHERE id = ?');
  const markChildren = database.statement('UPDATE conversation SET dirty = 1 WHERE parent = ?');
  const known = database.statement(
    'SELECT input, title, month, parent, parent_turn, parent_call, project, git_branch, first_ms, gone FROM conversation WHERE id = ?',
  );
  const save = database.statement(
    `INSERT INTO conversation (id, input, dirty, gone, failed, private, title, first_ms, last_ms, month, turns, parent, parent_turn, parent_call, project, git_branch, item)
     VALUES (?1, ?2, 1, 0, 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, '')
     ON CONFLICT (id) DO UPDATE SET input = ?2, dirty = 1, gone = 0, private = ?3, title = ?4, first_ms = ?5, last_ms = ?6,
       month = ?7, turns = ?8, parent = ?9, parent_turn = ?10, parent_call = ?11, project = ?12, git_branch = ?13`,
  );
  const neighbours = createNeighbourTable(database);
  const touched = createTouchedTable(database);
  let comparing = false;
  const table: ConversationTable = {
    neighbours,
    find(id) {
      const row = find.get(id);
      return row === undefined ? undefined : shownFromRow(row);
    },
    offer(one) {
      if (comparing) database.statement('INSERT OR IGNORE INTO met (id) VALUES (?)').run(one.id);
      const old = known.get(one.id);
      const back = old === undefined || old.gone === 1;
      if (!back && old.input === one.input) return false;
      const link = [one.parent ?? null, one.parentTurn ?? null, one.parentCall ?? null];
      const place = { project: one.project, firstMs: one.firstMs, id: one.id };
      save.run(
        ...[one.id, one.input, one.private ? 1 : 0, one.title, one.firstMs, one.lastMs, one.month, one.turns],
        ...[...link, one.project, one.gitBranch],
      );
      const renamed = back || old.title !== one.title;
      if (renamed) markChildren.run(one.id);
      if (renamed) touched.touch(touches.titles);
      if (old !== undefined && old.month !== one.month) touched.touch(touches.month + String(old.month));
      const moved = back || old.parent !== link[0] || old.parent_turn !== link[1] || old.parent_call !== link[2];
      const places = [
        ...(old === undefined || old.parent !== null ? [] : [{ ...placeFromRow(old), id: one.id }]),
        ...(one.parent === undefined ? [place] : []),
      ];
      const stays = !renamed && !moved && old.project === one.project && old.git_branch === one.gitBranch;
      if (!stays) for (const each of places) neighbours.mark(each);
      if (renamed || moved) for (const parent of new Set([old?.parent ?? null, link[0] ?? null])) mark.run(parent);
      return true;
    },
    withdraw(id) {
      const old = known.get(id);
      if (old === undefined || old.gone === 1) return;
      database.statement('UPDATE conversation SET gone = 1, dirty = 0, failed = 0 WHERE id = ?').run(id);
      markChildren.run(id);
      mark.run(old.parent ?? null);
      if (old.parent === null) neighbours.mark({ ...placeFromRow(old), id });
      touched.touch(touches.titles);
    },
    beginCompare() {
      comparing = true;
      database.exec('CREATE TEMP TABLE IF NOT EXISTS met (id TEXT PRIMARY KEY) WITHOUT ROWID; DELETE FROM met');
    },
    endCompare() {
      comparing = false;
      const rows = database
        .statement('SELECT id FROM conversation WHERE gone = 0 AND id NOT IN (SELECT id FROM met)')
        .all();
      for (const { id } of rows) table.withdraw(String(id) as ConversationId);
      database.exec('DELETE FROM met');
    },
    markAll: () => database.exec('UPDATE conversation SET dirty = 1 WHERE gone = 0'),
    *walk() {
      const next = database.statement(
        `SELECT id, title, private, first_ms, last_ms, dirty FROM conversation
         WHERE gone = 0 AND (first_ms, id) > (?, ?) ORDER BY first_ms, id LIMIT ${PAGE}`,
      );
      for (let [ms, id] = [-Number.MAX_SAFE_INTEGER, '']; ; ) {
        const rows = next.all(ms, id);
        const marked = neighbours.marked();
        let read = 0;
        for (const row of rows) {
          read++;
          [ms, id] = [Number(row.first_ms), String(row.id)];
          yield { ...shownFromRow(row), dirty: row.dirty === 1 };
          if (neighbours.marked() !== marked) break;
        }
        if (read === rows.length && read < PAGE) return;
      }
    },
    countDirty() {
      const row = database
        .statement('SELECT count(*) AS conversations, total(turns) AS turns FROM conversation WHERE dirty = 1')
        .get();
      return { conversations: Number(row?.conversations), turns: Number(row?.turns) };
    },
    listGone: () =>
      database
        .statement('SELECT id FROM conversation WHERE gone = 1')
        .all()
        .map((row) => String(row.id) as ConversationId),
    forget(id) {
      for (const name of ['entry', 'deleted']) {
        database.statement(`DELETE FROM ${name} WHERE conversation = ?`).run(id);
      }
      database.statement('DELETE FROM conversation WHERE id = ? AND gone = 1').run(id);
    },
    listChildren: (id) =>
      database
        .statement(
          'SELECT id, title, parent_turn, parent_call FROM conversation WHERE parent = ? AND gone = 0 ORDER BY first_ms, id',
        )
        .all(id)
        .map(childFromRow),
    listLongest: (list, limit) =>
      database
        .statement(
          `SELECT id, title, private, first_ms, last_ms, turns FROM conversation
           WHERE gone = 0 AND (?1 IS NULL OR id IN (SELECT conversation FROM member WHERE list = ?1)) ORDER BY turns DESC, id LIMIT ?2`,
        )
        .all(list ?? null, limit)
        .map((row) => ({ ...shownFromRow(row), turns: Number(row.turns) })),
    findItem: (id) => String(database.statement('SELECT item FROM conversation WHERE id = ?').get(id)?.item ?? ''),
    saveItem: (id, item) => void database.statement('UPDATE conversation SET item = ? WHERE id = ?').run(item, id),
    settle(id, failed) {
      database.statement('UPDATE conversation SET dirty = 0, failed = ? WHERE id = ?').run(failed ? 1 : 0, id);
    },
    quietBefore: () =>
      Number(database.statement('SELECT max(last_ms) AS ms FROM conversation WHERE gone = 0').get()?.ms ?? 0) -
      QUIET_MS,
    holdOpen(id, ends) {
      database.statement('DELETE FROM held WHERE conversation = ?').run(id);
      const hold = database.statement('INSERT OR REPLACE INTO held (conversation, ms, told) VALUES (?, ?, ?)');
      for (const ms of ends) hold.run(id, ms, ms <= table.quietBefore() ? 1 : 0);
    },
    markHeld() {
      database
        .statement(
          'UPDATE conversation SET dirty = 1 WHERE gone = 0 AND id IN (SELECT conversation FROM held WHERE told != (ms <= ?))',
        )
        .run(table.quietBefore());
    },
    hasFailed: () => database.statement('SELECT 1 FROM conversation WHERE failed = 1 LIMIT 1').get() !== undefined,
    retryFailed: () => database.exec('UPDATE conversation SET dirty = 1 WHERE failed = 1'),
    count() {
      const row = database
        .statement('SELECT count(*) AS n, total(private) AS private FROM conversation WHERE gone = 0')
        .get();
      return { public: Number(row?.n) - Number(row?.private), private: Number(row?.private) };
    },
    digest() {
      let digest = '';
      let some: unknown[] = [];
      const rows = database
        .statement('SELECT id, input, failed FROM conversation WHERE gone = 0 ORDER BY id')
        .iterate();
      for (const { id, input, failed } of rows) {
        some.push(id, input, failed);
        if (some.length < DIGESTED) continue;
        digest = keyOf(digest, some);
        some = [];
      }
      return keyOf(digest, some);
    },
  };
  return table;
}

/** Values that are hashed at once: one by one it takes longer than to read them. */
const DIGESTED = 3000;

function shownFromRow(row: SqlRow): ShownConversation {
  return {
    id: String(row.id) as ConversationId,
    title: String(row.title),
    private: row.private === 1,
    firstMs: Number(row.first_ms),
    lastMs: Number(row.last_ms),
  };
}

function placeFromRow({ project, first_ms }: SqlRow): { readonly project: string; readonly firstMs: number } {
  return { project: String(project), firstMs: Number(first_ms) };
}

function childFromRow(row: SqlRow): ChildConversation {
  return {
    id: String(row.id) as ConversationId,
    title: String(row.title),
    ...(row.parent_turn === null ? {} : { turn: String(row.parent_turn) as TurnHash }),
    ...(row.parent_call === null ? {} : { call: String(row.parent_call) }),
  };
}

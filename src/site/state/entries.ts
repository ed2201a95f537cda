/** The newest feed entries of each conversation, and the turns that were taken back from its pages. */
/** Feeds of lists are made from here, so that no log is read for them. */

import type { Database, SqlRow } from '../../base/sqlite.ts';
import type { DeletedEntry } from '../../model/entry.ts';
import { type ConversationId, type TurnHash, turnHash } from '../../model/ids.ts';
import { turnUrn } from '../urls.ts';

/** An entry without its content. */
export interface EntryRow {
  readonly turn: TurnHash;
  readonly timeMs: number;
  readonly key: string;
}

export interface ListedEntry extends EntryRow {
  readonly conversation: ConversationId;
}

export interface EntryTable {
  /** The entry of a turn as JSON, if it is there under this key. */
  find(turn: TurnHash, key: string): string | undefined;
  /** The same for one that is listed. Throws when nobody kept it. */
  get(turn: TurnHash, key: string): string;
  /** Whether the conversation has the entry of a turn under this key. */
  knows(conversation: ConversationId, turn: TurnHash, key: string): boolean;
  /** Replaces those of a conversation; what is there under its key stays. `json`: a FeedEntry; undefined for what is known. */
  save(conversation: ConversationId, entries: readonly (EntryRow & { readonly json: string | undefined })[]): void;
  /** Replaces those of a conversation. */
  saveDeleted(conversation: ConversationId, turns: ReadonlyMap<TurnHash, number>): void;
  /** The newest entries of a list's conversations, newest first. */
  listNewest(list: string, most: number): readonly ListedEntry[];
  /** What was taken back last in a list's conversations, newest first. */
  listDeleted(list: string, most: number): readonly DeletedEntry[];
}

export function createEntryTable(database: Database): EntryTable {
  const find = database.statement('SELECT data FROM entry WHERE turn = ? AND key = ?');
  const own = database.statement('SELECT 1 FROM entry WHERE turn = ? AND key = ? AND conversation = ?');
  const findEntry: EntryTable['find'] = (turn, key) => {
    const data = find.get(turn, key)?.data;
    return typeof data === 'string' ? data : undefined;
  };
  return {
    find: findEntry,
    get(turn, key) {
      const entry = findEntry(turn, key);
      if (entry === undefined) throw new TypeError(`the entry of turn ${turn} was listed and is not there`);
      return entry;
    },
    knows: (conversation, turn, key) => own.get(turn, key, conversation) !== undefined,
    save(conversation, entries) {
      const rows = database.statement('SELECT turn, time, key FROM entry WHERE conversation = ?').all(conversation);
      const known = new Map(rows.map(entryFromRow).map((row) => [row.turn, row]));
      const insert = database.statement(
        'INSERT OR REPLACE INTO entry (turn, conversation, time, key, data) VALUES (?, ?, ?, ?, ?)',
      );
      for (const { turn, timeMs, key, json } of entries) {
        const old = known.get(turn);
        known.delete(turn);
        if (old?.key === key && old.timeMs === timeMs) continue;
        if (json === undefined) throw new TypeError(`the entry of turn ${turn} is not made`);
        insert.run(turn, conversation, timeMs, key, json);
      }
      const remove = database.statement('DELETE FROM entry WHERE turn = ? AND conversation = ?');
      for (const turn of known.keys()) remove.run(turn, conversation);
    },
    saveDeleted(conversation, turns) {
      database.statement('DELETE FROM deleted WHERE conversation = ?').run(conversation);
      const insert = database.statement('INSERT OR REPLACE INTO deleted (turn, conversation, time) VALUES (?, ?, ?)');
      for (const [turn, when] of turns) insert.run(turn, conversation, when);
    },
    listNewest: (list, most) => listNewest(database, list, most),
    listDeleted: (list, most) =>
      database
        .statement(
          `SELECT turn, time FROM deleted WHERE EXISTS (SELECT 1 FROM member WHERE member.conversation = deleted.conversation AND list = ?)
           ORDER BY time DESC, turn LIMIT ?`,
        )
        .all(list, most)
        .map((row) => ({ id: turnUrn(turnHash(String(row.turn))), when: Number(row.time) })),
  };
}

/** Looks only at conversations that were active late enough: an entry is never newer than its conversation's last turn. */
function listNewest(database: Database, list: string, most: number): readonly ListedEntry[] {
  const members = database
    .statement('SELECT conversation, last_ms FROM member WHERE list = ? ORDER BY last_ms DESC, conversation')
    .iterate(list);
  const own = database.statement(
    'SELECT turn, time, key FROM entry WHERE conversation = ? AND time >= ? ORDER BY time DESC, turn LIMIT ?',
  );
  let newest: ListedEntry[] = [];
  /** Nothing older is among the newest. */
  let since = 0;
  const cut = (): void => {
    newest = newest.sort((a, b) => b.timeMs - a.timeMs || (a.turn < b.turn ? -1 : 1)).slice(0, most);
  };
  for (const { conversation, last_ms } of members) {
    if (since > Number(last_ms)) break;
    const id = String(conversation) as ConversationId;
    for (const row of own.all(id, since, most)) newest.push({ ...entryFromRow(row), conversation: id });
    if (newest.length < most * SELDOM) continue;
    cut();
    since = newest.at(-1)?.timeMs ?? 0;
  }
  cut();
  return newest;
}

/** They are not put in order for each conversation that has a few. */
const SELDOM = 1.2;

function entryFromRow(row: SqlRow): EntryRow {
  return { turn: String(row.turn) as TurnHash, timeMs: Number(row.time), key: String(row.key) };
}

/** Which conversations stand in which lists, in which order. */
/** A change remembers where it happened, so that a list's build looks only at the pages that show it. */

import type { Database, SqlRow } from '../../base/sqlite.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { ShownConversation } from './conversations.ts';
import type { TouchedTable } from './touched.ts';
import { createTouchedTable } from './touched.ts';

/** `every`: all conversations of the site, with sub-agents' ones; the plain list below the search form. */
export type ListKind = 'home' | 'project' | 'agent' | 'model' | 'tag' | 'every';

/** A list that a conversation stands in. */
export interface Membership {
  readonly url: string;
  readonly kind: ListKind;
  /** What all members have in common; empty for lists of everything. */
  readonly name: string;
}

/** A list as its last build left it. */
export interface KnownList extends Membership {
  readonly title: string;
  readonly members: number;
  /** Full pages. */
  readonly pages: number;
}

/** A list that shares members with another one. */
export interface Related extends Membership {
  readonly members: number;
}

/** A member of a list page: its list item as JSON (`findItem`), its address as `ShownConversation` says. */
export interface Member extends ShownConversation {
  readonly item: string;
}

export interface ListTable {
  /** Puts a conversation into these lists and takes it out of all others; each of them is touched. */
  place(conversation: Pick<ShownConversation, 'id' | 'firstMs' | 'lastMs'>, memberships: readonly Membership[]): void;
  find(url: string): KnownList | undefined;
  save(list: KnownList): void;
  forget(url: string): void;
  countMembers(url: string): number;
  /** The name that its oldest member gives it: two names may share an address by accident. */
  findName(url: string): string | undefined;
  /** Members that stand before this one. */
  rankOf(url: string, firstMs: number, conversation: string): number;
  /** Oldest first. */
  listMembers(url: string, from: number, limit: number): readonly Member[];
  /** Most recently active first. */
  listRecent(url: string, limit: number): readonly Member[];
  /** When each member began, from `sinceMs` on, oldest first. */
  listStarts(url: string, sinceMs: number): readonly number[];
  /** Lists with members, by title. */
  listOf(kind: ListKind): readonly KnownList[];
  /** Those of which a member was active last, with when that was. */
  listLatest(kind: ListKind, limit: number): readonly (KnownList & { readonly lastMs: number })[];
  /** Lists that share members with this one, those that share most first; `members`: how many they share. */
  listRelated(url: string): readonly Related[];
  /** Those with most members first. */
  listBiggest(kind: ListKind, limit: number): readonly KnownList[];
}

const MEMBER =
  'SELECT id, title, private, conversation.first_ms, conversation.last_ms, item FROM member JOIN conversation ON id = conversation';

export function createListTable(database: Database): ListTable {
  const touched = createTouchedTable(database);
  return {
    place: (conversation, memberships) => place(database, touched, conversation, memberships),
    find(url) {
      const row = database.statement('SELECT * FROM list WHERE url = ?').get(url);
      return row === undefined ? undefined : listFromRow(row);
    },
    save({ url, kind, name, title, members, pages }) {
      database
        .statement('INSERT OR REPLACE INTO list (url, kind, name, title, members, pages) VALUES (?, ?, ?, ?, ?, ?)')
        .run(url, kind, name, title, members, pages);
    },
    forget: (url) => void database.statement('DELETE FROM list WHERE url = ?').run(url),
    countMembers: (url) => Number(database.statement('SELECT count(*) AS n FROM member WHERE list = ?').get(url)?.n),
    findName(url) {
      const row = database
        .statement('SELECT name FROM member WHERE list = ? ORDER BY first_ms, conversation LIMIT 1')
        .get(url);
      return row === undefined ? undefined : String(row.name);
    },
    rankOf: (url, firstMs, conversation) =>
      Number(
        database
          .statement('SELECT count(*) AS n FROM member WHERE list = ? AND (first_ms, conversation) < (?, ?)')
          .get(url, firstMs, conversation)?.n,
      ),
    listMembers: (url, from, limit) =>
      database
        .statement(`${MEMBER} WHERE list = ? ORDER BY member.first_ms, conversation LIMIT ? OFFSET ?`)
        .all(url, limit, from)
        .map(memberFromRow),
    listRecent: (url, limit) =>
      database
        .statement(`${MEMBER} WHERE list = ? ORDER BY member.last_ms DESC, conversation LIMIT ?`)
        .all(url, limit)
        .map(memberFromRow),
    listStarts: (url, sinceMs) =>
      database
        .statement('SELECT first_ms FROM member WHERE list = ? AND first_ms >= ? ORDER BY first_ms')
        .all(url, sinceMs)
        .map((row) => Number(row.first_ms)),
    listOf: (kind) =>
      database
        .statement('SELECT * FROM list WHERE kind = ? AND members > 0')
        .all(kind)
        .map(listFromRow)
        .sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : a.url < b.url ? -1 : 1)),
    listLatest: (kind, limit) =>
      database
        .statement(
          `SELECT list.*, (SELECT max(last_ms) FROM member WHERE list = url) AS ms FROM list
           WHERE kind = ? AND ms IS NOT NULL ORDER BY ms DESC, url LIMIT ?`,
        )
        .all(kind, limit)
        .map((row) => ({ ...listFromRow(row), lastMs: Number(row.ms) })),
    // members are counted before anything else is asked of their lists: there are many of them, and few lists
    listRelated: (url) =>
      database
        .statement(
          `SELECT url, kind, list.name, n AS members FROM (SELECT other.list AS shared, count(*) AS n FROM member AS own
             JOIN member AS other ON other.conversation = own.conversation WHERE own.list = ? GROUP BY other.list)
           JOIN list ON url = shared ORDER BY members DESC, url`,
        )
        .all(url)
        .map((row) => ({
          ...{ url: String(row.url), kind: String(row.kind) as ListKind },
          ...{ name: String(row.name), members: Number(row.members) },
        })),
    listBiggest: (kind, limit) =>
      database
        .statement('SELECT * FROM list WHERE kind = ? AND members > 0 ORDER BY members DESC, url LIMIT ?')
        .all(kind, limit)
        .map(listFromRow),
  };
}

function place(
  database: Database,
  touched: TouchedTable,
  { id, firstMs, lastMs }: Pick<ShownConversation, 'id' | 'firstMs' | 'lastMs'>,
  memberships: readonly Membership[],
): void {
  const wanted = new Map(memberships.map((one) => [one.url, one]));
  const touch = (url: string, at: number, moved: boolean): void =>
    touched.touch(url, { firstMs: at, conversation: id, moved });
  const old = database.statement('SELECT list, first_ms FROM member WHERE conversation = ?').all(id);
  const stays = new Set<string>();
  for (const { list, first_ms } of old) {
    const url = String(list);
    if (wanted.has(url) && first_ms === firstMs) {
      stays.add(url);
      continue;
    }
    database
      .statement('DELETE FROM member WHERE list = ? AND first_ms = ? AND conversation = ?')
      .run(url, Number(first_ms), id);
    touch(url, Number(first_ms), true);
  }
  const save = database.statement(
    'INSERT OR REPLACE INTO member (list, first_ms, conversation, last_ms, name) VALUES (?, ?, ?, ?, ?)',
  );
  const declare = database.statement(
    "INSERT OR IGNORE INTO list (url, kind, name, title, members, pages) VALUES (?, ?, ?, '', 0, 0)",
  );
  for (const { url, kind, name } of wanted.values()) {
    save.run(url, firstMs, id, lastMs, name);
    declare.run(url, kind, name);
    touch(url, firstMs, !stays.has(url));
  }
}

function listFromRow(row: SqlRow): KnownList {
  return {
    url: String(row.url),
    kind: String(row.kind) as ListKind,
    name: String(row.name),
    title: String(row.title),
    members: Number(row.members),
    pages: Number(row.pages),
  };
}

function memberFromRow(row: SqlRow): Member {
  return {
    id: String(row.id) as ConversationId,
    title: String(row.title),
    private: row.private === 1,
    firstMs: Number(row.first_ms),
    lastMs: Number(row.last_ms),
    item: String(row.item),
  };
}

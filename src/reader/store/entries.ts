/** What the feeds said, and what the person did with it. */
/** An entry is known by its feed and its id for ever: when its words have gone to save space, it still does not come back as new. */

import { hash } from 'node:crypto';
import { isJsonObject, parseJson } from '../../base/json.ts';
import type { Database, SqlRow, SqlValue } from '../../base/sqlite.ts';
import type { Enclosure, ForeignEntry } from '../../model/foreign-feed.ts';

export interface ReaderEntry {
  readonly id: number;
  readonly feed: number;
  readonly guid: string;
  readonly title: string;
  readonly url?: string;
  readonly author?: string;
  /** As it came: sanitised where it is shown. */
  readonly html?: string;
  readonly text?: string;
  readonly categories: readonly string[];
  readonly enclosures: readonly Enclosure[];
  /** Its own time, else when it was first seen. */
  readonly timeMs: number;
  readonly unread: boolean;
  readonly starred: boolean;
}

export interface EntryFilter {
  readonly feed?: number;
  readonly unread?: true;
  readonly starred?: true;
  /** Words that must all occur. */
  readonly words?: string;
  readonly limit?: number;
  /** Only entries after this one in the list. */
  readonly after?: Pick<ReaderEntry, 'timeMs' | 'id'>;
}

export interface Taken {
  readonly fresh: number;
  readonly changed: number;
  readonly removed: number;
}

const COLUMNS = 'id, feed, guid, title, url, author, html, text, more, time_ms, unread, starred';
const DAY = 86_400_000;
/** Words of what was read go after so long, of what was not after longer; what is starred stays. */
const KEEP_READ = 60 * DAY;
const KEEP_UNREAD = 180 * DAY;
const TEXT_SEARCHED = 100_000;

export class EntryTable {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** One transaction. What changed keeps its marks; what was taken back goes, unless it is starred. */
  take(feed: number, entries: readonly ForeignEntry[], deleted: readonly string[], nowMs: number): Taken {
    return this.#db.transaction(() => {
      let [fresh, changed, removed] = [0, 0, 0];
      for (const entry of entries) {
        const digest = hash('sha256', JSON.stringify(entry), 'buffer');
        const known = this.#db
          .statement('SELECT id, digest, forgotten FROM entry WHERE feed=? AND guid=?')
          .get(feed, entry.id);
        if (known === undefined) {
          this.#insert(feed, entry, digest, nowMs);
          fresh++;
        } else if (known.forgotten !== 1 && !(known.digest instanceof Uint8Array && digest.equals(known.digest))) {
          this.#update(Number(known.id), entry, digest);
          changed++;
        }
      }
      for (const guid of deleted) removed += this.#forget('feed=? AND guid=?', feed, guid);
      return { fresh, changed, removed };
    });
  }

  /** Newest first. */
  list(filter: EntryFilter = {}): readonly ReaderEntry[] {
    const { feed, after, words, limit = 50 } = filter;
    const query = words === undefined ? undefined : queryOf(words);
    if (query === '') return [];
    const where = [
      'forgotten=0',
      ...(filter.unread ? ['unread=1'] : []),
      ...(filter.starred ? ['starred=1'] : []),
      ...(feed === undefined ? [] : ['feed=?2']),
      ...(after === undefined ? [] : ['(time_ms, id) < (?3, ?4)']),
      ...(query === undefined ? [] : ['id IN (SELECT rowid FROM words WHERE words MATCH ?5)']),
    ];
    const sql = `SELECT ${COLUMNS} FROM entry WHERE ${where.join(' AND ')} AND ?2 IS ?2 AND ?3 IS ?3 AND ?4 IS ?4 AND ?5 IS ?5 ORDER BY time_ms DESC, id DESC LIMIT ?1`;
    return this.#db
      .statement(sql)
      .all(limit, feed ?? null, after?.timeMs ?? null, after?.id ?? null, query ?? null)
      .map(entryFromRow);
  }

  find(id: number): ReaderEntry | undefined {
    const row = this.#db.statement(`SELECT ${COLUMNS} FROM entry WHERE id=?`).get(id);
    return row === undefined ? undefined : entryFromRow(row);
  }

  countUnread(feed?: number): number {
    const row = this.#db
      .statement('SELECT count(*) AS n FROM entry WHERE unread=1 AND (?1 IS NULL OR feed=?1)')
      .get(feed ?? null);
    return Number(row?.n ?? 0);
  }

  /** Returns how many were marked. */
  mark(ids: readonly number[], marks: { readonly unread?: boolean; readonly starred?: boolean }): number {
    return this.#db.transaction(() => {
      let marked = 0;
      for (const id of ids)
        marked += this.#db
          .statement('UPDATE entry SET unread=ifnull(?, unread), starred=ifnull(?, starred) WHERE id=?')
          .run(bit(marks.unread), bit(marks.starred), id).changes;
      return marked;
    });
  }

  /** All of a feed, or of every feed, that are not newer. */
  markRead(upToMs: number, feed?: number): number {
    return this.#db
      .statement('UPDATE entry SET unread=0 WHERE unread=1 AND time_ms <= ?1 AND (?2 IS NULL OR feed=?2)')
      .run(upToMs, feed ?? null).changes;
  }

  /** Lets the words go of what is old; returns of how many. */
  expire(nowMs: number): number {
    return this.#db.transaction(() =>
      this.#forget('seen_ms < iif(unread=1, ?1, ?2)', nowMs - KEEP_UNREAD, nowMs - KEEP_READ),
    );
  }

  #insert(feed: number, entry: ForeignEntry, digest: Uint8Array, nowMs: number): void {
    const sql = `INSERT INTO entry (feed, guid, digest, title, url, author, html, text, more, time_ms, seen_ms, unread, starred)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0) RETURNING id`;
    // a time to come would keep it on top of every list until then
    const timeMs = Math.min(entry.publishedMs ?? entry.updatedMs ?? nowMs, nowMs);
    const row = this.#db.statement(sql).get(feed, entry.id, digest, ...valuesOf(entry), timeMs, nowMs);
    this.#index(Number(row?.id), entry);
  }

  #update(id: number, entry: ForeignEntry, digest: Uint8Array): void {
    this.#db
      .statement('UPDATE entry SET title=?2, url=?3, author=?4, html=?5, text=?6, more=?7, digest=?8 WHERE id=?1')
      .run(id, ...valuesOf(entry), digest);
    this.#db.statement('DELETE FROM words WHERE rowid=?').run(id);
    this.#index(id, entry);
  }

  #index(id: number, { title, html, text }: ForeignEntry): void {
    const plain = (html ?? '').slice(0, TEXT_SEARCHED).replace(/<[^<>]*>/g, ' ');
    this.#db
      .statement('INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)')
      .run(id, title, `${plain} ${(text ?? '').slice(0, TEXT_SEARCHED)}`);
  }

  /** The row stays, so that the entry is not new again. What is starred stays whole. */
  #forget(where: string, ...values: readonly SqlValue[]): number {
    const rows = this.#db.statement(`SELECT id FROM entry WHERE starred=0 AND forgotten=0 AND ${where}`).all(...values);
    for (const { id } of rows) {
      this.#db
        .statement(
          "UPDATE entry SET title='', url=NULL, author=NULL, html=NULL, text=NULL, more=NULL, unread=0, forgotten=1 WHERE id=?",
        )
        .run(id ?? null);
      this.#db.statement('DELETE FROM words WHERE rowid=?').run(id ?? null);
    }
    return rows.length;
  }
}

function valuesOf({ title, url, author, html, text, categories, enclosures }: ForeignEntry): readonly SqlValue[] {
  const more = categories.length + enclosures.length === 0 ? null : JSON.stringify({ categories, enclosures });
  return [title, url ?? null, author ?? null, html ?? null, text ?? null, more];
}

function entryFromRow(row: SqlRow): ReaderEntry {
  const more = typeof row.more === 'string' ? parseJson(row.more) : {};
  const { categories = [], enclosures = [] } = (isJsonObject(more) ? more : {}) as Partial<ReaderEntry>;
  return {
    ...{ id: Number(row.id), feed: Number(row.feed), guid: String(row.guid), title: String(row.title) },
    ...(typeof row.url === 'string' && { url: row.url }),
    ...(typeof row.author === 'string' && { author: row.author }),
    ...(typeof row.html === 'string' && { html: row.html }),
    ...(typeof row.text === 'string' && { text: row.text }),
    ...{ categories, enclosures },
    ...{ timeMs: Number(row.time_ms), unread: row.unread === 1, starred: row.starred === 1 },
  };
}

/** Every word in quotation marks, so that nothing in it is FTS5's syntax; a star at the end of one stays a star. */
function queryOf(words: string): string {
  return words
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .map((word) => `"${word.replace(/\*+$/, '').replaceAll('"', '""')}"${word.endsWith('*') ? '*' : ''}`)
    .join(' ');
}

function bit(value: boolean | undefined): SqlValue {
  return value === undefined ? null : value ? 1 : 0;
}

/** What the feeds said, and what the person did with it. */
/** An entry is known by its feed and its id for ever: when its words have gone to save space, it still does not come back as new. */

import { hash } from 'node:crypto';
import { isJsonObject, parseJson } from '../../base/json.ts';
import type { Database, SqlRow, SqlValue } from '../../base/sqlite.ts';
import type { ForeignEntry } from '../../model/foreign-feed.ts';
import type { ReadingEntry } from '../../model/reading/entries.ts';
import type { ChoiceTable } from './choices.ts';

/** An entry as pages show it, and what it is called in the store. */
export interface ReaderEntry extends Omit<ReadingEntry, 'feed'> {
  readonly id: number;
  readonly feed: number;
  readonly guid: string;
}

export interface EntryFilter {
  readonly feed?: number;
  /** All feeds of a folder. */
  readonly folder?: string;
  readonly unread?: true;
  readonly starred?: true;
  /** Words that must all occur. */
  readonly words?: string;
  readonly limit?: number;
  /** So many of the list are passed over. */
  readonly offset?: number;
  /** Only entries after this one in the list. */
  readonly after?: Pick<ReaderEntry, 'timeMs' | 'id'>;
}

export interface Taken {
  readonly fresh: number;
  readonly changed: number;
  readonly removed: number;
}

const COLUMNS = 'id, feed, guid, key, title, url, author, html, text, more, time_ms, unread, starred';
const DAY = 86_400_000;
/** Words of what was read go after so long, of what was not after longer; what is starred stays. */
const KEEP_READ = 60 * DAY;
const KEEP_UNREAD = 180 * DAY;
const TEXT_SEARCHED = 100_000;

export class EntryTable {
  readonly #db: Database;
  readonly #choices: ChoiceTable;

  constructor(db: Database, choices: ChoiceTable) {
    this.#db = db;
    this.#choices = choices;
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
    const { limit = 50, offset = 0 } = filter;
    const found = whereOf(filter);
    if (found === undefined) return [];
    const { where, values } = found;
    const sql = `SELECT ${COLUMNS} FROM entry WHERE ${where} ORDER BY time_ms DESC, id DESC LIMIT ?6 OFFSET ?7`;
    return this.#db
      .statement(sql)
      .all(...values, limit, offset)
      .map(entryFromRow);
  }

  /** How many the list has, whatever its limit. */
  count(filter: EntryFilter = {}): number {
    const found = whereOf(filter);
    if (found === undefined) return 0;
    const row = this.#db.statement(`SELECT count(*) AS n FROM entry WHERE ${found.where}`).get(...found.values);
    return Number(row?.n ?? 0);
  }

  /** Feed → how many of it are unread; a feed without any is absent. */
  countUnreadByFeed(): ReadonlyMap<number, number> {
    const rows = this.#db.statement('SELECT feed, count(*) AS n FROM entry WHERE unread=1 GROUP BY feed').all();
    return new Map(rows.map(({ feed, n }) => [Number(feed), Number(n)]));
  }

  findByKey(key: string): ReaderEntry | undefined {
    const row = this.#db.statement(`SELECT ${COLUMNS} FROM entry WHERE key=? AND forgotten=0`).get(key);
    return row === undefined ? undefined : entryFromRow(row);
  }

  /** The next newer one, in the list of all. */
  findNewer({ timeMs, id }: Pick<ReaderEntry, 'timeMs' | 'id'>): ReaderEntry | undefined {
    const sql = `SELECT ${COLUMNS} FROM entry WHERE forgotten=0 AND (time_ms, id) > (?, ?) ORDER BY time_ms, id LIMIT 1`;
    const row = this.#db.statement(sql).get(timeMs, id);
    return row === undefined ? undefined : entryFromRow(row);
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
  mark(
    ids: readonly number[],
    { unread, starred }: { readonly unread?: boolean; readonly starred?: boolean },
    nowMs: number,
  ): number {
    const keys = ids.flatMap((id) => this.find(id)?.key ?? []);
    if (unread !== undefined) this.#choices.choose(keys, 'read', !unread, nowMs);
    if (starred !== undefined) this.#choices.choose(keys, 'starred', starred, nowMs);
    return keys.length;
  }

  /** All of a list that are unread: those that were here at a time, or those down to an entry of it. Returns how many. */
  markRead(filter: EntryFilter, upTo: { readonly seenMs: number } | { readonly downTo: ReaderEntry }, nowMs: number) {
    const found = whereOf({ ...filter, unread: true });
    if (found === undefined) return 0;
    const [bound, ...values] =
      'seenMs' in upTo
        ? ['seen_ms <= ?6 AND ?7 IS NULL', upTo.seenMs, null]
        : ['(time_ms, id) >= (?6, ?7)', upTo.downTo.timeMs, upTo.downTo.id];
    const sql = `SELECT key FROM entry WHERE ${found.where} AND ${bound}`;
    const keys = this.#db.statement(sql).all(...found.values, ...values);
    this.#choices.choose(
      keys.map(({ key }) => String(key)),
      'read',
      true,
      nowMs,
    );
    return keys.length;
  }

  /** Lets the words go of what is old; returns of how many. */
  expire(nowMs: number): number {
    return this.#db.transaction(() =>
      this.#forget('seen_ms < iif(unread=1, ?1, ?2)', nowMs - KEEP_UNREAD, nowMs - KEEP_READ),
    );
  }

  /** Lets the words of these go, starred or not: who said them took them back. */
  takeBack(ids: readonly number[]): void {
    this.#db.transaction(() => {
      for (const id of ids) this.#letGo(id);
    });
  }

  #insert(feed: number, entry: ForeignEntry, digest: Uint8Array, nowMs: number): void {
    const { url } = this.#db.statement('SELECT url FROM feed WHERE id=?').get(feed) ?? {};
    const key = entryKey(String(url), entry.id);
    const sql = `INSERT INTO entry (feed, guid, key, digest, title, url, author, html, text, more, time_ms, seen_ms, unread, starred)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0) RETURNING id`;
    // a time to come would keep it on top of every list until then
    const timeMs = Math.min(entry.publishedMs ?? entry.updatedMs ?? nowMs, nowMs);
    const row = this.#db.statement(sql).get(feed, entry.id, key, digest, ...valuesOf(entry), timeMs, nowMs);
    this.#index(Number(row?.id), entry);
    this.#choices.applyTo(key); // another machine may have been quicker
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
    for (const { id } of rows) this.#letGo(Number(id));
    return rows.length;
  }

  #letGo(id: number): void {
    this.#db
      .statement(
        "UPDATE entry SET title='', url=NULL, author=NULL, html=NULL, text=NULL, more=NULL, unread=0, forgotten=1 WHERE id=?",
      )
      .run(id);
    this.#db.statement('DELETE FROM words WHERE rowid=?').run(id);
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
    ...{
      id: Number(row.id),
      feed: Number(row.feed),
      guid: String(row.guid),
      key: String(row.key),
      title: String(row.title),
    },
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

/** `?1` to `?5`; undefined: nothing can be in it. */
function whereOf(filter: EntryFilter): { readonly where: string; readonly values: readonly SqlValue[] } | undefined {
  const { feed, folder, after, words } = filter;
  const query = words === undefined ? undefined : queryOf(words);
  if (query === '') return undefined;
  const where = [
    'forgotten=0',
    ...(filter.unread ? ['unread=1'] : []),
    ...(filter.starred ? ['starred=1'] : []),
    ...(feed === undefined ? ['?1 IS NULL'] : ['feed=?1']),
    ...(folder === undefined ? ['?2 IS NULL'] : ['feed IN (SELECT id FROM feed WHERE followed=1 AND folder=?2)']),
    ...(after === undefined ? ['?3 IS NULL', '?4 IS NULL'] : ['(time_ms, id) < (?3, ?4)']),
    ...(query === undefined ? ['?5 IS NULL'] : ['id IN (SELECT rowid FROM words WHERE words MATCH ?5)']),
  ];
  const values = [feed ?? null, folder ?? null, after?.timeMs ?? null, after?.id ?? null, query ?? null];
  return { where: where.join(' AND '), values };
}

/** Of an entry's feed and its id there. */
export function entryKey(feedUrl: string, guid: string): string {
  return hash('sha256', `${feedUrl}\n${guid}`).slice(0, 16);
}

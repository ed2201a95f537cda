/** The feeds that are followed, and how each does. */
/** A feed that is followed no more keeps its entries, read and starred as they were, until it is forgotten. */

import { hash } from 'node:crypto';
import type { Database, SqlRow } from '../../base/sqlite.ts';
import { type FeedHealth, newFeed } from '../schedule.ts';

export interface FollowedFeed {
  readonly id: number;
  /** Where it is asked. */
  readonly url: string;
  readonly title: string;
  readonly home?: string;
  /** Empty: none. */
  readonly folder: string;
  /** Hosts that may have private addresses, because the person said so when this feed was subscribed to. */
  readonly allowHosts: readonly string[];
  readonly health: FeedHealth;
  /** 16 hex digits of its address: its name in the reader's pages. */
  readonly key: string;
  /** The pictures of its entries are shown unasked. */
  readonly pictures: boolean;
  /** It stands for the copy of an archive, of this name, whose turns are pulled: no host is asked for it. */
  readonly archive?: string;
}

export interface FeedOutlineRow {
  readonly url: string;
  readonly title: string;
  readonly home?: string;
  readonly folder: string;
  /** Name of the copy of an archive that it stands for. */
  readonly archive?: string;
}

const COLUMNS = 'id, url, title, home, folder, allowed, health, archive, pictures';
/** Rows that are in memory at a time. */
const PAGE = 200;

export class FeedTable {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** From now on exactly these are followed. Those that were known keep their health and entries. */
  follow(outlines: Iterable<FeedOutlineRow>): void {
    const wanted = [...outlines];
    // nearly always: then nothing is written, and nobody waits for the disk
    if (this.#isFollowed(wanted)) return;
    this.#db.transaction(() => {
      this.#db.statement('UPDATE feed SET followed=0').run();
      for (const { url, title, home, folder, archive } of wanted) {
        this.#db
          .statement(
            `INSERT INTO feed (url, title, home, folder, followed, next_ms, health, archive) VALUES (?1, ?2, ?3, ?4, 1, 0, ?5, ?6)
             ON CONFLICT (url) DO UPDATE SET followed=1, folder=?4, archive=?6, title=iif(?2 = '', title, ?2), home=ifnull(?3, home)`,
          )
          .run(url, title, home ?? null, folder, JSON.stringify(newFeed(url)), archive ?? null);
      }
    });
  }

  /** Whether exactly these are followed, as they are said. */
  #isFollowed(outlines: readonly FeedOutlineRow[]): boolean {
    const rows = this.#db.statement('SELECT url, title, home, folder, archive FROM feed WHERE followed=1').all();
    const known = new Map(rows.map((row) => [row.url, row]));
    const isKnown = ({ url, title, home, folder, archive }: FeedOutlineRow): boolean => {
      const row = known.get(url);
      if (row === undefined || row.folder !== folder || row.archive !== (archive ?? null)) return false;
      return (title === '' || row.title === title) && (home === undefined || row.home === home);
    };
    return known.size === new Set(outlines.map(({ url }) => url)).size && outlines.every(isKnown);
  }

  /** By title, a page of them in memory at a time. */
  *walk(): Generator<FollowedFeed> {
    yield* this.#walk('ORDER BY title COLLATE NOCASE, id LIMIT ?1 OFFSET ?2', (n) => [PAGE, n * PAGE]);
  }

  /** Those whose time has come, longest overdue first. Asking one moves its time, so that it does not come twice. */
  listDue(nowMs: number): readonly FollowedFeed[] {
    const sql = `SELECT ${COLUMNS} FROM feed WHERE followed=1 AND archive IS NULL AND next_ms <= ? ORDER BY next_ms, id LIMIT ${PAGE}`;
    return this.#db.statement(sql).all(nowMs).map(feedFromRow);
  }

  countDue(nowMs: number): number {
    const row = this.#db
      .statement('SELECT count(*) AS n FROM feed WHERE followed=1 AND archive IS NULL AND next_ms <= ?')
      .get(nowMs);
    return Number(row?.n ?? 0);
  }

  /** By its address. */
  find(url: string): FollowedFeed | undefined {
    const row = this.#db.statement(`SELECT ${COLUMNS} FROM feed WHERE url=? AND followed=1`).get(url);
    return row === undefined ? undefined : feedFromRow(row);
  }

  get(id: number): FollowedFeed | undefined {
    const row = this.#db.statement(`SELECT ${COLUMNS} FROM feed WHERE id=?`).get(id);
    return row === undefined ? undefined : feedFromRow(row);
  }

  showPictures(id: number, show: boolean): void {
    this.#db.statement('UPDATE feed SET pictures=? WHERE id=?').run(show ? 1 : 0, id);
  }

  allowHosts(id: number, hosts: readonly string[]): void {
    this.#db.statement('UPDATE feed SET allowed=? WHERE id=?').run(hosts.join(' '), id);
  }

  putHealth(id: number, health: FeedHealth): void {
    this.#db.statement('UPDATE feed SET health=?, next_ms=? WHERE id=?').run(JSON.stringify(health), health.nextMs, id);
  }

  /** Nothing of this host is asked before; what is paused for longer stays so. `host`: with its port, as URL spells it. */
  pauseHost(host: string, untilMs: number): void {
    const paused = `UPDATE feed SET next_ms = max(next_ms, ?1), health = json_set(health,
      '$.nextMs', max(next_ms, ?1), '$.pausedMs', max(ifnull(json_extract(health, '$.pausedMs'), 0), ?1))
      WHERE url >= ?2 || '/' AND url < ?2 || '0'`;
    this.#db.transaction(() => {
      // all addresses of the host begin with one of these, and the index knows where they stand
      for (const scheme of ['http', 'https']) this.#db.statement(paused).run(untilMs, `${scheme}://${host}`);
    });
  }

  /** What its document says of itself; a title that the person gave stands. */
  putFacts(id: number, { title, home }: { readonly title: string; readonly home?: string }): void {
    this.#db
      .statement("UPDATE feed SET title=iif(title = '', ?, title), home=ifnull(?, home) WHERE id=?")
      .run(title, home ?? null, id);
  }

  /** It is asked somewhere else from now on. False: that one is followed already. */
  move(id: number, url: string): boolean {
    return this.#db.statement('UPDATE OR IGNORE feed SET url=? WHERE id=?').run(url, id).changes > 0;
  }

  *#walk(order: string, page: (n: number) => readonly number[]): Generator<FollowedFeed> {
    for (let n = 0; ; n++) {
      const rows = this.#db.statement(`SELECT ${COLUMNS} FROM feed WHERE followed=1 ${order}`).all(...page(n));
      for (const row of rows) yield feedFromRow(row);
      if (rows.length < PAGE) return;
    }
  }
}

export function feedKey(url: string): string {
  return hash('sha256', url).slice(0, 16);
}

function feedFromRow(row: SqlRow): FollowedFeed {
  return {
    id: Number(row.id),
    url: String(row.url),
    title: String(row.title),
    ...(typeof row.home === 'string' && { home: row.home }),
    folder: String(row.folder),
    allowHosts: String(row.allowed)
      .split(' ')
      .filter((host) => host !== ''),
    health: JSON.parse(String(row.health)) as FeedHealth,
    key: feedKey(String(row.url)),
    pictures: row.pictures === 1,
    ...(typeof row.archive === 'string' && { archive: row.archive }),
  };
}

/** The files of the site: what each should hold, and what stands in the output folder now. */
/** The difference of the two is what a build has to move into place; it survives a crash at any moment. */

import type { Database } from '../../base/sqlite.ts';

/** Rows in memory at once while many are walked. */
const PAGE = 500;

export interface FileRow {
  readonly owner: string;
  readonly key: string;
  /** Wanted content; undefined: the file is to be removed. */
  readonly hash: string | undefined;
  /** Content in the output folder; undefined: none. */
  readonly placed: string | undefined;
}

/** A file that is not as it should be: its staged content has this hash, or it goes. */
export interface WaitingFile {
  readonly path: string;
  readonly hash: string | undefined;
  /** What we wrote there; empty: it is not known any more; undefined: nothing. */
  readonly placed: string | undefined;
}

/** A file that is as it should be, as far as is known. */
export interface PlacedFile {
  readonly path: string;
  readonly hash: string;
  readonly size: number;
}

/** Pages are files that end in `.html`. */
export interface FileCounts {
  readonly pages: { readonly written: number; readonly unchanged: number; readonly deleted: number };
  readonly others: { readonly written: number; readonly deleted: number };
  readonly feeds: number;
  /** Of what was written. */
  readonly bytes: number;
}

export interface FileTable {
  find(path: string): FileRow | undefined;
  listPaths(owner: string): readonly string[];
  /** Owners whose name begins with `prefix` and who have files. */
  listOwners(prefix: string): readonly string[];
  /** The file should hold this. */
  save(path: string, file: { owner: string; key: string; hash: string; size: number }): void;
  /** What it holds is right also under this key. */
  rename(path: string, owner: string, key: string): void;
  /** It should not be there any more. */
  drop(path: string): void;
  /** Staged content was lost: the file has to be made again, and what stands in its place is not believed. */
  lose(path: string): void;
  /** Files that are as they should be, by path; `top`: only those in no folder. */
  walkPlaced(top: boolean): Iterable<PlacedFile>;
  /** Files that were removed, with what they held last. */
  walkFormer(): Iterable<{ readonly path: string; readonly hash: string }>;
  /** A file that was removed may stand there again: it goes, if that is what it holds. */
  bringBack(path: string, hash: string): void;
  hasPlaced(): boolean;
  /** What another version wrote goes at the build's end, unless this one wants the file, too. */
  disown(): void;
  /** Files that are not as they should be, by path. */
  walkWaiting(): Iterable<WaitingFile>;
  /** What waited is done. */
  settle(): void;
  /** The output folder is gone: staged files stay, all others are forgotten. True: there were such. */
  forgetPlaced(): boolean;
  count(): FileCounts;
}

export function createFileTable(database: Database): FileTable {
  const find = database.statement('SELECT owner, key, hash, placed FROM file WHERE path = ?');
  const save = database.statement(
    `INSERT INTO file (path, owner, key, hash, placed, size) VALUES (?, ?, ?, ?, NULL, ?)
     ON CONFLICT (path) DO UPDATE SET owner = excluded.owner, key = excluded.key, hash = excluded.hash, size = excluded.size`,
  );
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return {
    find(path) {
      const row = find.get(path);
      if (row === undefined) return undefined;
      return { owner: String(row.owner), key: String(row.key), hash: text(row.hash), placed: text(row.placed) };
    },
    listPaths: (owner) =>
      database
        .statement('SELECT path FROM file WHERE owner = ?')
        .all(owner)
        .map((row) => String(row.path)),
    listOwners: (prefix) =>
      database
        .statement('SELECT DISTINCT owner FROM file WHERE owner >= ? AND owner < ? ORDER BY owner')
        .all(prefix, `${prefix}\u{10ffff}`)
        .map((row) => String(row.owner)),
    save: (path, { owner, key, hash, size }) => void save.run(path, owner, key, hash, size),
    rename: (path, owner, key) =>
      void database.statement('UPDATE file SET owner = ?, key = ? WHERE path = ?').run(owner, key, path),
    drop(path) {
      database.statement('DELETE FROM file WHERE path = ? AND placed IS NULL').run(path);
      database.statement("UPDATE file SET hash = NULL, owner = '', key = '' WHERE path = ?").run(path);
    },
    lose(path) {
      database.statement('DELETE FROM file WHERE path = ? AND placed IS NULL').run(path);
      database.statement("UPDATE file SET hash = '', placed = '', key = '' WHERE path = ?").run(path);
    },
    *walkPlaced(top) {
      const next = database.statement(
        `SELECT path, hash, size FROM file WHERE hash IS placed AND path > ? AND (? = 0 OR path NOT GLOB '*/*') ORDER BY path LIMIT ${PAGE}`,
      );
      for (let after = ''; ; ) {
        const rows = next.all(after, top ? 1 : 0);
        for (const row of rows) yield { path: String(row.path), hash: String(row.hash), size: Number(row.size) };
        if (rows.length < PAGE) return;
        after = String(rows.at(-1)?.path);
      }
    },
    *walkFormer() {
      const next = database.statement(`SELECT path, hash FROM former WHERE path > ? ORDER BY path LIMIT ${PAGE}`);
      for (let after = ''; ; ) {
        const rows = next.all(after);
        for (const row of rows) yield { path: String(row.path), hash: String(row.hash) };
        if (rows.length < PAGE) return;
        after = String(rows.at(-1)?.path);
      }
    },
    bringBack: (path, hash) =>
      void database
        .statement("INSERT OR IGNORE INTO file (path, owner, key, hash, placed, size) VALUES (?, '', '', NULL, ?, 0)")
        .run(path, hash),
    hasPlaced: () => database.statement('SELECT 1 FROM file WHERE placed IS NOT NULL LIMIT 1').get() !== undefined,
    disown: () => database.exec("UPDATE file SET hash = NULL WHERE owner = '' AND hash IS NOT NULL"),
    *walkWaiting() {
      const next = database.statement(
        `SELECT path, hash, placed FROM file WHERE hash IS NOT placed AND path > ? ORDER BY path LIMIT ${PAGE}`,
      );
      for (let after = ''; ; ) {
        const rows = next.all(after);
        for (const row of rows) yield { path: String(row.path), hash: text(row.hash), placed: text(row.placed) };
        if (rows.length < PAGE) return;
        after = String(rows.at(-1)?.path);
      }
    },
    settle() {
      // each says that it looks only at files that wait: there is an index of those
      database.exec(
        "INSERT OR REPLACE INTO former SELECT path, placed FROM file WHERE hash IS NOT placed AND hash IS NULL AND placed <> ''",
      );
      database.exec(
        'DELETE FROM former WHERE path IN (SELECT path FROM file WHERE hash IS NOT NULL AND hash IS NOT placed)',
      );
      database.exec('DELETE FROM file WHERE hash IS NOT placed AND hash IS NULL');
      database.exec('UPDATE file SET placed = hash WHERE hash IS NOT placed');
    },
    forgetPlaced() {
      const gone = database.statement('DELETE FROM file WHERE hash IS NULL OR hash IS placed').run().changes;
      return database.statement('UPDATE file SET placed = NULL WHERE placed IS NOT NULL').run().changes + gone > 0;
    },
    count() {
      // one look at each file, however many questions there are
      const row = database
        .statement(
          `SELECT total(written AND page) AS pages_written, total(wanted AND page) AS pages, total(NOT wanted AND page) AS pages_deleted,
             total(written AND NOT page) AS written, total(NOT wanted AND NOT page) AS deleted,
             total(wanted AND (file LIKE '%rss.xml' OR file LIKE '%atom.xml' OR file LIKE '%feed.json')) AS feeds,
             total(CASE WHEN written THEN size END) AS bytes
           FROM (SELECT path AS file, size, hash IS NOT NULL AS wanted, hash IS NOT NULL AND hash IS NOT placed AS written,
             path LIKE '%.html' AS page FROM file)`,
        )
        .get();
      const of = (name: string): number => Number(row?.[name]);
      return {
        pages: {
          written: of('pages_written'),
          unchanged: of('pages') - of('pages_written'),
          deleted: of('pages_deleted'),
        },
        others: { written: of('written'), deleted: of('deleted') },
        feeds: of('feeds'),
        bytes: of('bytes'),
      };
    },
  };
}

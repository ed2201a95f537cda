/** SQLite databases: opened with the settings that every one of ours needs, statements prepared once. */
/** The one file that imports node:sqlite, so that another driver is a change in one place. */

import { constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { BrokenDatabaseError, DatabaseBusyError, DatabaseDiskError } from './errors.ts';

export type SqlValue = null | number | bigint | string | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/**
 * An open database. Must be closed. Synchronous: a call returns when SQLite is done. Every call throws BrokenDatabaseError,
 * DatabaseDiskError or DatabaseBusyError for what is not the statement's fault.
 */
export interface Database {
  /** Runs statements that return nothing; several may stand in one text. */
  exec(sql: string): void;
  /** A statement, prepared once for each text and kept until `close`. */
  statement(sql: string): Statement;
  /** Runs `work` in one transaction: committed when it returns, undone when it throws. Not to be nested. */
  transaction<T>(work: () => T): T;
  close(): void;
}

export interface Statement {
  /** The first row, or undefined for none. */
  get(...values: readonly SqlValue[]): SqlRow | undefined;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
  /** Rows one by one; finish the walk before the statement is used again. */
  iterate(...values: readonly SqlValue[]): Iterable<SqlRow>;
  run(...values: readonly SqlValue[]): { readonly changes: number };
}

export interface DatabaseOptions {
  /** Opens an existing file and never writes to it. */
  readonly readOnly?: boolean;
  /** Opens it where nothing can be written, journals neither: nobody may write to it meanwhile, and its own journal is not looked at. */
  readonly frozen?: boolean;
  /** Milliseconds to wait for another process's lock. */
  readonly busyMs?: number;
  /** What errors call the file; absent: its path. */
  readonly name?: string;
}

/**
 * A private copy of a database file with its journal, to be changed at will; the file itself is not touched. It stands in the
 * system's folder for temporary files and has no name any more when this returns (where a system keeps it open by name, it stays
 * until that folder is emptied). Nobody may be writing to the original. Throws as `openDatabase` does, and what the disk throws.
 */
export function openDatabaseCopy(path: string): Database {
  const folder = mkdtempSync(join(tmpdir(), 'turnpress-'));
  try {
    const copy = join(folder, 'copy.db');
    copyFileSync(path, copy, constants.COPYFILE_FICLONE);
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
    const database = openDatabase(copy, { name: path });
    try {
      // takes the journal in and keeps none on disk from here on: its name would be gone
      database.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF');
      database.transaction(() => {});
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Opens or creates the database file `path` (`:memory:` for none, an empty one for a temporary file that grows on disk). What is
 * deleted from a file is overwritten in it, so that nothing that was taken back stays in its free pages.
 */
export function openDatabase(path: string, options: DatabaseOptions = {}): Database {
  const frozen = options.frozen ?? false;
  const readOnly = frozen || (options.readOnly ?? false);
  const name = options.name ?? path;
  const told = <T>(work: () => T): T => tellOf(name, work);
  const database = told(
    () => new DatabaseSync(frozen ? frozenUrl(path) : path, { readOnly, timeout: options.busyMs ?? 5000 }),
  );
  const statements = new Map<string, Statement>();
  const exec = (sql: string): void => told(() => database.exec(sql));
  if (!readOnly) openWith(database, () => exec('PRAGMA secure_delete=ON'));
  return {
    exec,
    statement(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      const made = wrapStatement(
        told(() => database.prepare(sql)),
        name,
      );
      statements.set(sql, made);
      return made;
    },
    transaction(work) {
      exec('BEGIN IMMEDIATE');
      let result: ReturnType<typeof work>;
      try {
        result = work();
        exec('COMMIT');
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
      return result;
    },
    close() {
      statements.clear();
      database.close();
    },
  };
}

/** https://www.sqlite.org/uri.html#uriimmutable */
function frozenUrl(path: string): URL {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return url;
}

function openWith(database: DatabaseSync, work: () => void): void {
  try {
    work();
  } catch (error) {
    database.close();
    throw error;
  }
}

function wrapStatement(statement: StatementSync, path: string): Statement {
  return {
    get: (...values) => tellOf(path, () => statement.get(...values)),
    all: (...values) => tellOf(path, () => statement.all(...values)),
    *iterate(...values) {
      const rows = tellOf(path, () => statement.iterate(...values));
      const next = () => tellOf(path, () => rows.next());
      try {
        for (let row = next(); row.done !== true; row = next()) yield row.value;
      } finally {
        rows.return?.();
      }
    },
    run: (...values) => ({ changes: Number(tellOf(path, () => statement.run(...values)).changes) }),
  };
}

/** Says of an error of SQLite's whose it is: the file's, the disk's, or another process's. Any other is thrown as it is. */
function tellOf<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toldError(path, error);
  }
}

function toldError(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return error;
  // the low byte is the kind of error, the rest says more of it (https://www.sqlite.org/rescode.html)
  const kind = error.errcode & 0xff;
  if (BUSY.includes(kind)) return new DatabaseBusyError(path, error);
  if (BROKEN.includes(kind)) return new BrokenDatabaseError(path, error.message, error);
  const reason = DISK.get(kind);
  return reason === undefined ? error : new DatabaseDiskError(path === '' ? tmpdir() : path, reason, error);
}

/** SQLITE_BUSY, SQLITE_LOCKED. */
const BUSY: readonly number[] = [5, 6];
/** SQLITE_ERROR (our statements are right for our tables, so the tables are others), _CORRUPT, _FORMAT, _NOTADB. */
const BROKEN: readonly number[] = [1, 11, 24, 26];
/** SQLITE_PERM, _READONLY, _IOERR, _FULL, _CANTOPEN, _NOLFS. */
const DISK: ReadonlyMap<number, string> = new Map([
  [3, 'this user may not use it'],
  [8, 'it cannot be written to'],
  [10, 'the disk reports an error'],
  [13, 'the disk is full'],
  [14, 'it cannot be opened or made there'],
  [22, 'the file system takes no file of this size'],
]);

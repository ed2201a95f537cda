/** SQLite databases: opened with the settings that every one of ours needs, statements prepared once. */
/** The one file that imports node:sqlite, so that another driver is a change in one place. */

import { constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

export type SqlValue = null | number | bigint | string | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** An open database. Must be closed. Synchronous: a call returns when SQLite is done. */
export interface Database {
  /** Runs statements that return nothing; several may stand in one text. Throws what SQLite throws. */
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
  /** Milliseconds to wait for another process's lock. */
  readonly busyMs?: number;
}

/**
 * A private copy of a database file with its journal, to be changed at will; the file itself is not touched. It stands in the
 * system's folder for temporary files and has no name any more when this returns (where a system keeps it open by name, it stays
 * until that folder is emptied). Nobody may be writing to the original. Throws what SQLite and the disk throw.
 */
export function openDatabaseCopy(path: string): Database {
  const folder = mkdtempSync(join(tmpdir(), 'turnpress-'));
  try {
    const copy = join(folder, 'copy.db');
    copyFileSync(path, copy, constants.COPYFILE_FICLONE);
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
    const database = openDatabase(copy);
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

/** Opens or creates the database file `path` (`:memory:` for none, an empty one for a temporary file that grows on disk). Throws what SQLite throws for a file that is not one. */
export function openDatabase(path: string, options: DatabaseOptions = {}): Database {
  const database = new DatabaseSync(path, { readOnly: options.readOnly ?? false, timeout: options.busyMs ?? 5000 });
  const statements = new Map<string, Statement>();
  return {
    exec: (sql) => database.exec(sql),
    statement(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      const made = wrapStatement(database.prepare(sql));
      statements.set(sql, made);
      return made;
    },
    transaction(work) {
      database.exec('BEGIN IMMEDIATE');
      let result: ReturnType<typeof work>;
      try {
        result = work();
        database.exec('COMMIT');
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

function wrapStatement(statement: StatementSync): Statement {
  return {
    get: (...values) => statement.get(...values),
    all: (...values) => statement.all(...values),
    iterate: (...values) => statement.iterate(...values),
    run: (...values) => ({ changes: Number(statement.run(...values).changes) }),
  };
}

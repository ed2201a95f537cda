/** The SQLite file behind the private index: opening it, whose it is, running statements. */
/** Apart from what is kept in it, so that the tables' meaning stands in one file and the database's manners in another. */

import { randomUUID } from 'node:crypto';
import { BrokenDatabaseError } from '../../base/errors.ts';
import { type Database, openDatabase, openDatabaseCopy, type SqlRow, type SqlValue } from '../../base/sqlite.ts';
import { indexText } from './index-rows.ts';
import { SCHEMA, SCHEMA_VERSION } from './index-schema.ts';

/** `scratch`: a copy of the file that goes when it is closed; for an empty path, a new one that may grow past memory. */
export type IndexUse = 'read' | 'write' | 'scratch';

/** Whether a file is an index of another version of ours. */
export function isOtherVersion(path: string): boolean {
  const database = openDatabase(path, { readOnly: true });
  try {
    const version = database.statement("SELECT value FROM archive WHERE key='schema'").get()?.value;
    return version !== undefined && version !== SCHEMA_VERSION;
  } catch (error) {
    if (error instanceof BrokenDatabaseError) return false;
    throw error;
  } finally {
    database.close();
  }
}

export class IndexDatabase {
  readonly db: Database;
  readonly readOnly: boolean;
  readonly #inFile: boolean;

  /** Throws what `openDatabase` throws, and BrokenDatabaseError for tables that are not ours. */
  constructor(path: string, use: IndexUse) {
    this.readOnly = use === 'read';
    this.#inFile = use === 'write' && path !== ':memory:';
    this.db =
      use === 'scratch' && path !== '' ? openDatabaseCopy(path) : openDatabase(path, { readOnly: this.readOnly });
    try {
      this.#prepare(use);
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  #prepare(use: IndexUse): void {
    if (this.readOnly) return;
    if (use === 'scratch') {
      this.db.exec('PRAGMA temp_store=FILE; PRAGMA cache_size=-32000');
      this.#makeTables();
      return;
    }
    // WAL without a sync per commit: a power cut can take the newest commits, never the file's consistency
    this.db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY');
    // turn hashes fall anywhere in the table: with room for it in memory and a longer journal each page is written less often
    this.db.exec('PRAGMA cache_size=-32000; PRAGMA wal_autocheckpoint=8000');
    this.#makeTables();
  }

  /** In one change: by itself each table of a new file is written for itself. Where all are there, nothing is. */
  #makeTables(): void {
    this.db.exec(`BEGIN;${SCHEMA};COMMIT`);
  }

  /** Whose index this is, as `setIdentity` wrote it; undefined for a new one or one of another version. Throws on a broken file. */
  findIdentity(): string | undefined {
    const values = new Map(this.all('SELECT key, value FROM archive').map((row) => [row.key, row.value]));
    return values.get('schema') === SCHEMA_VERSION ? indexText(values.get('identity')) : undefined;
  }

  setIdentity(identity: string): void {
    this.run("INSERT OR REPLACE INTO archive VALUES ('schema', ?), ('identity', ?)", SCHEMA_VERSION, identity);
    this.startGeneration();
  }

  /** From now on revisions are not to be compared with those of before. */
  startGeneration(): void {
    this.run("INSERT OR REPLACE INTO archive VALUES ('generation', ?)", randomUUID());
  }

  findGeneration(): string {
    return indexText(this.get("SELECT value FROM archive WHERE key='generation'")?.value) ?? '';
  }

  /** Leaves the file without a shared journal, so that those who only read need not make one. */
  close(): void {
    if (this.#inFile) this.#leaveJournal();
    this.db.close();
  }

  #leaveJournal(): void {
    try {
      this.db.exec('PRAGMA busy_timeout=0; PRAGMA journal_mode=DELETE');
    } catch {
      // somebody reads it now: the last one to close takes the journal in
    }
  }

  /** All or nothing. */
  transaction<T>(work: () => T): T {
    return this.db.transaction(work);
  }

  /** Leaves nothing of deleted or overwritten values in the file or its journal. */
  scrub(): void {
    this.db.exec('PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  }

  get(sql: string, ...values: SqlValue[]): SqlRow | undefined {
    return this.db.statement(sql).get(...values);
  }

  all(sql: string, ...values: SqlValue[]): readonly SqlRow[] {
    return this.db.statement(sql).all(...values);
  }

  /** Rows one by one; to be finished before anything is written. */
  iterate(sql: string, ...values: SqlValue[]): Iterable<SqlRow> {
    return this.db.statement(sql).iterate(...values);
  }

  run(sql: string, ...values: SqlValue[]): void {
    this.db.statement(sql).run(...values);
  }
}

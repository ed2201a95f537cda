/** What the last build left: files, conversations, search texts, feed entries, and renames that are still to be done. */
/** Derived and private, one database for each output folder. Without it the next build makes everything again. */

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Database, openDatabase } from '../../base/sqlite.ts';
import { BuildRunningError } from '../errors.ts';
import { contentHash } from './keys.ts';
import { createUnitTable, type UnitTable } from './units.ts';

/** Raised when the tables or what stands in them change meaning: older states are dropped. */
const STATE_VERSION = 2;

const TABLES = `
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file (path TEXT PRIMARY KEY, owner TEXT NOT NULL, key TEXT NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS file_owner ON file (owner);
CREATE TABLE IF NOT EXISTS conversation (id TEXT PRIMARY KEY, key TEXT NOT NULL, pages TEXT NOT NULL, turns BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entry (turn TEXT PRIMARY KEY, conversation TEXT NOT NULL, time INTEGER NOT NULL, key TEXT NOT NULL, data TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_conversation ON entry (conversation, time);
CREATE TABLE IF NOT EXISTS deleted (turn TEXT PRIMARY KEY, conversation TEXT NOT NULL, time INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pack (id TEXT PRIMARY KEY, owner TEXT NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pack_owner ON pack (owner);
CREATE TABLE IF NOT EXISTS pending (path TEXT PRIMARY KEY, operation TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unit (url TEXT NOT NULL, day TEXT NOT NULL, conversation TEXT NOT NULL, start INTEGER NOT NULL, rank INTEGER NOT NULL, size INTEGER NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (url, day));
CREATE INDEX IF NOT EXISTS unit_order ON unit (start, url, day, rank, size, key);
CREATE INDEX IF NOT EXISTS unit_conversation ON unit (conversation);
CREATE TABLE IF NOT EXISTS facet (name TEXT NOT NULL, value TEXT NOT NULL, url TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (name, value, url, day)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS facet_url ON facet (url);
`;

export interface SiteState {
  readonly database: Database;
  readonly units: UnitTable;
  /** A remembered value; undefined when there is none. */
  findMeta(name: string): string | undefined;
  setMeta(name: string, value: string): void;
  /** Opens the one transaction of a build. Throws BuildRunningError when another build holds it. */
  begin(): void;
  commit(): void;
  /** Undoes everything since `begin`; nothing happens when none is open. */
  rollback(): void;
  close(): void;
}

/** Opens or creates the state of one output folder. Must be closed. */
export function openState(cacheDir: string, outputDir: string): SiteState {
  mkdirSync(cacheDir, { recursive: true });
  const path = join(cacheDir, `site-${contentHash(resolve(outputDir)).slice(0, 16)}.db`);
  const database = openDatabase(path, { busyMs: 1000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;');
  let open = false;
  const state: SiteState = {
    database,
    units: createUnitTable(database),
    findMeta(name) {
      const value = database.statement('SELECT value FROM meta WHERE name = ?').get(name)?.value;
      return typeof value === 'string' ? value : undefined;
    },
    setMeta(name, value) {
      database.statement('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)').run(name, value);
    },
    begin() {
      try {
        database.exec('BEGIN IMMEDIATE');
      } catch (error) {
        throw new BuildRunningError(outputDir, error);
      }
      open = true;
    },
    commit() {
      database.exec('COMMIT');
      open = false;
    },
    rollback() {
      if (open) database.exec('ROLLBACK');
      open = false;
    },
    close() {
      state.rollback();
      database.close();
    },
  };
  prepareTables(database);
  return state;
}

function prepareTables(database: Database): void {
  const known = database.statement("SELECT name FROM sqlite_schema WHERE name = 'meta'").get() !== undefined;
  const version = known
    ? database.statement("SELECT value FROM meta WHERE name = 'version'").get()?.value
    : String(STATE_VERSION);
  if (known && version === String(STATE_VERSION)) return;
  if (known) {
    const tables = database.statement("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    for (const { name } of tables) database.exec(`DROP TABLE "${String(name)}"`);
  }
  database.exec(TABLES);
  database.statement("INSERT OR REPLACE INTO meta (name, value) VALUES ('version', ?)").run(String(STATE_VERSION));
}

/** What the last build left: files, conversations, lists, search texts, feed entries, and work that is still to be done. */
/** Derived and private, one database for each output folder. Without it the next build makes everything again. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeRealFolders } from '../../base/confined-disk.ts';
import { isPlain, openDerived } from '../../base/derived.ts';
import { BrokenDatabaseError, DatabaseBusyError, DatabaseDiskError } from '../../base/errors.ts';
import { type Log, silentLog } from '../../base/log.ts';
import { type Database, openDatabase } from '../../base/sqlite.ts';
import { BuildRunningError } from '../errors.ts';
import { type ConversationTable, createConversationTable } from './conversations.ts';
import { createEntryTable, type EntryTable } from './entries.ts';
import { createFileTable, type FileTable } from './files.ts';
import { createJoinedTable, type JoinedTable } from './joined.ts';
import { contentHash } from './keys.ts';
import { createListTable, type ListTable } from './lists.ts';
import { createPackTable, type PackTable } from './pages/packs.ts';
import { createPlaceTable, type PlaceTable } from './places.ts';
import { createReplicaBlobTable, type ReplicaBlobTable } from './replica-blobs.ts';
import { isOfThisVersion, prepareTables } from './schema.ts';
import { createTouchedTable, type TouchedTable } from './touched.ts';
import { createUnitTable, type UnitTable } from './units.ts';
import { type CommitTable, createCommitTable } from './work/commits.ts';
import { createEditTable, type EditTable } from './work/edits.ts';
import { createTallyTable, type TallyTable } from './work/tallies.ts';

/**
 * Turns that a crash may cost, about half a second of work. Each commit writes every page of the database that it touched, and
 * small conversations touch the same ones.
 */
const MOST_OPEN = 1_000;
/** What a conversation weighs beside its turns. */
const CONVERSATION = 10;

/** Everything that is written is kept at the next `commit`; what was written since is gone after a crash or `close`. */
export interface SiteState {
  readonly files: FileTable;
  readonly conversations: ConversationTable;
  readonly joined: JoinedTable;
  readonly places: PlaceTable;
  readonly units: UnitTable;
  readonly entries: EntryTable;
  readonly packs: PackTable;
  readonly lists: ListTable;
  readonly tallies: TallyTable;
  readonly edits: EditTable;
  readonly commits: CommitTable;
  readonly touched: TouchedTable;
  readonly replicaBlobs: ReplicaBlobTable;
  /** A remembered value; undefined when there is none. */
  findMeta(name: string): string | undefined;
  setMeta(name: string, value: string): void;
  forgetMeta(name: string): void;
  commit(): void;
  /** Says that so many turns more are done, and commits when they are worth it. */
  commitSome(turns: number): void;
  close(): void;
}

/** Opens or creates the state of one output folder, for this build alone. Must be closed. Throws BuildRunningError. */
export function openState(cacheDir: string, outputDir: string, log: Log = silentLog): SiteState {
  makeRealFolders(resolve(cacheDir, '..', '..'), resolve(cacheDir));
  const path = pathOf(cacheDir, outputDir);
  let database: Database;
  try {
    database = openDerived(path, { log, prepare, busyMs: 1000 });
  } catch (error) {
    throw error instanceof DatabaseBusyError ? new BuildRunningError(outputDir, error) : error;
  }
  return stateOf(database);
}

/**
 * The state where nothing can be written, to be asked only. Undefined: there is none, its last build did not come to its end, or it
 * is another version's.
 */
export function findFrozenState(cacheDir: string, outputDir: string): SiteState | undefined {
  const path = pathOf(cacheDir, outputDir);
  if (!isPlain(path) || !existsSync(path) || existsSync(`${path}-wal`)) return undefined;
  let database: Database | undefined;
  try {
    database = openDatabase(path, { frozen: true });
    database.exec('BEGIN');
    if (isOfThisVersion(database)) return stateOf(database);
    database.close();
  } catch (error) {
    database?.close();
    if (!(error instanceof BrokenDatabaseError || error instanceof DatabaseDiskError)) throw error;
  }
  return undefined;
}

function pathOf(cacheDir: string, outputDir: string): string {
  return join(cacheDir, `site-${contentHash(resolve(outputDir)).slice(0, 16)}.db`);
}

function stateOf(database: Database): SiteState {
  let open = 0;
  return {
    files: createFileTable(database),
    conversations: createConversationTable(database),
    joined: createJoinedTable(database),
    places: createPlaceTable(database),
    units: createUnitTable(database),
    entries: createEntryTable(database),
    packs: createPackTable(database),
    lists: createListTable(database),
    tallies: createTallyTable(database),
    edits: createEditTable(database),
    commits: createCommitTable(database),
    touched: createTouchedTable(database),
    replicaBlobs: createReplicaBlobTable(database),
    findMeta(name) {
      const value = database.statement('SELECT value FROM meta WHERE name = ?').get(name)?.value;
      return typeof value === 'string' ? value : undefined;
    },
    setMeta(name, value) {
      database.statement('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)').run(name, value);
    },
    forgetMeta(name) {
      database.statement('DELETE FROM meta WHERE name = ?').run(name);
    },
    commit: () => commit(database),
    commitSome(turns) {
      open += turns + CONVERSATION;
      if (open < MOST_OPEN) return;
      open = 0;
      commit(database);
    },
    close() {
      database.exec('ROLLBACK');
      database.close();
    },
  };
}

function prepare(database: Database): void {
  // The lock lasts as long as the build and ends with its process, however that ends.
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  database.exec('PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;');
  // Pages, 64 MB: moving the log into the database waits for the disk, and touches most of it every time.
  database.exec('PRAGMA wal_autocheckpoint = 16384; BEGIN IMMEDIATE');
  prepareTables(database);
  commit(database);
}

function commit(database: Database): void {
  database.exec('COMMIT; BEGIN IMMEDIATE');
}

/** Database files that can be made anew from something else: opened in place of whatever stands there, set aside when damaged. */
/** What is derived never stops anybody. It may have been cut off, hit by a bad disk, or planted. */

import { lstatSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { isAbsent } from './disk.ts';
import { BrokenDatabaseError } from './errors.ts';
import type { Log } from './log.ts';
import { type Database, type DatabaseOptions, openDatabase } from './sqlite.ts';

/** SQLite's files beside a database: it would open them by name, whatever they are. */
const JOURNALS: readonly string[] = ['-wal', '-shm', '-journal'];
const ASIDE = '.broken';

export interface DerivedOptions extends DatabaseOptions {
  /** Is told in one sentence of what was set aside. */
  readonly log: Log;
  /** Settings and tables. What it throws as BrokenDatabaseError makes the file anew. */
  readonly prepare: (database: Database) => void;
}

/**
 * Opens or creates a database that can be made anew; its folder exists. What stands in its place and is no database of ours, a
 * folder or a link too, is set aside. Throws what the disk refuses, and BrokenDatabaseError when a new file is no better.
 */
export function openDerived(path: string, { log, prepare, ...options }: DerivedOptions): Database {
  if (!isPlain(path)) setAside(path, log, 'it is no plain file');
  try {
    return openPrepared(path, prepare, options);
  } catch (error) {
    if (!(error instanceof BrokenDatabaseError)) throw error;
    setAside(path, log, error.reason);
    return openPrepared(path, prepare, options);
  }
}

/** Whether SQLite may be given this name: it, and each journal beside it, is a plain file or absent. */
export function isPlain(path: string): boolean {
  return [path, ...JOURNALS.map((end) => path + end)].every((file) => {
    const stat = statOf(file);
    return stat === undefined || stat.isFile();
  });
}

/** Moves a file, or whatever has its name, out of the way and says so. The one that was set aside before it is removed. */
export function setAside(path: string, log: Log, reason: string): void {
  const kept = freeName(path);
  if (statOf(path) !== undefined) renameSync(path, kept);
  for (const end of JOURNALS) rmSync(path + end, { recursive: true, force: true });
  log.info(`${path} was damaged (${reason}); it was set aside as ${basename(kept)} and is made anew`);
}

/** Whether a name is one that `setAside` gives. */
export function isAside(name: string): boolean {
  return /\.broken(?:-\d+)?$/.test(name);
}

/** A plain file that was set aside gives way; anything else is left alone. */
function freeName(path: string): string {
  for (let n = 1; ; n++) {
    const name = `${path}${ASIDE}${n === 1 ? '' : `-${n}`}`;
    const stat = statOf(name);
    if (stat === undefined) return name;
    if (!stat.isFile()) continue;
    unlinkSync(name);
    return name;
  }
}

function openPrepared(path: string, prepare: (database: Database) => void, options: DatabaseOptions): Database {
  const database = openDatabase(path, options);
  try {
    prepare(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function statOf(path: string) {
  try {
    return lstatSync(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Which conversations a verification reads, and in which order: least recently verified first. */
/** Remembered in private/cache/ as a running number, so that no clock is needed; losing it costs only the order. */

import { openDerived, setAside } from '../../base/derived.ts';
import { errorCode, makeFolders } from '../../base/disk.ts';
import { BrokenDatabaseError, DatabaseBusyError, DatabaseDiskError } from '../../base/errors.ts';
import type { Database } from '../../base/sqlite.ts';
import { type ConversationId, isHash } from '../../model/ids.ts';
import type { VerifyOptions } from '../contract.ts';
import { listArchiveFolder } from '../files/archive-file.ts';
import type { Store } from '../index/store.ts';

const FOLDER = 'private/cache';
const FILE = `${FOLDER}/verified.db`;
const SCHEMA = 'CREATE TABLE IF NOT EXISTS verified (hash BLOB PRIMARY KEY, run INTEGER NOT NULL) WITHOUT ROWID';

/** `all`: how many would have to be read for a complete verification. */
export function verifyOrder(
  store: Store,
  options: VerifyOptions,
): { readonly ids: readonly ConversationId[]; readonly all: number } {
  const wanted = options.conversations === undefined ? undefined : new Set<string>(options.conversations);
  const every = listArchiveFolder(store.disk, store.dir, 'conversations').filter(isHash) as ConversationId[];
  const ids = wanted === undefined ? every : every.filter((id) => wanted.has(id));
  const sorted = withNumbers(store, (database) => {
    const lastOf = (id: string) => {
      const row = database.statement('SELECT run FROM verified WHERE hash=?').get(Buffer.from(id, 'hex'));
      return Number(row?.run ?? 0);
    };
    const numbered = ids.map((id) => ({ id, last: lastOf(id) }));
    return numbered.sort((a, b) => a.last - b.last || (a.id < b.id ? -1 : 1)).map(({ id }) => id);
  });
  const share = Math.min(Math.max(options.sample ?? 1, 0), 1);
  return { ids: (sorted ?? ids).slice(0, Math.ceil(ids.length * share)), all: every.length };
}

/** Notes what was read. After a complete run all are equal, and nothing needs noting. */
export function finishOrder(store: Store, done: readonly ConversationId[], complete: boolean): void {
  if (done.length === 0 || (complete && store.disk.stat(store.path(FILE)) === undefined)) return;
  withNumbers(store, (database) =>
    database.transaction(() => {
      const run = Number(database.statement('SELECT ifnull(max(run), 0) + 1 AS run FROM verified').get()?.run);
      if (complete) database.exec('DELETE FROM verified');
      const note = database.statement('INSERT OR REPLACE INTO verified VALUES (?, ?)');
      if (!complete) for (const id of done) note.run(Buffer.from(id, 'hex'), run);
    }),
  );
}

/** Undefined: nothing can be remembered here. */
function withNumbers<T>(store: Store, work: (database: Database) => T): T | undefined {
  if (store.searchPath === ':memory:') return undefined;
  const path = store.path(FILE);
  let database: Database | undefined;
  try {
    // whoever makes `private` says whose it is
    if (store.disk.stat(store.path('private')) === undefined) return undefined;
    makeFolders(store.disk, store.path(FOLDER));
    const prepare = (opened: Database) => opened.exec(`PRAGMA synchronous=OFF; ${SCHEMA}`);
    database = openDerived(path, { log: store.log, prepare });
    return work(database);
  } catch (error) {
    // a place that takes no file, or another verification at work: this one goes on in the order of ids
    if (error instanceof BrokenDatabaseError && database !== undefined) setAside(path, store.log, error.reason);
    else if (!isRefusal(error)) throw error;
    return undefined;
  } finally {
    database?.close();
  }
}

/** The order is worth no word: whatever the system says, everything that was asked for is read. */
function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseDiskError || error instanceof DatabaseBusyError || /^E[A-Z]+$/.test(errorCode(error));
}

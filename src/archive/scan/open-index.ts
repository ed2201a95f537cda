/** Opening the private index and bringing it in step with the logs. */
/** Lost, stale, foreign or broken: whatever it is, it is rebuilt conversation by conversation and never believed over a log. */

import { isPlain, setAside } from '../../base/derived.ts';
import { isAbsent, readStart, realDisk } from '../../base/disk.ts';
import { BrokenDatabaseError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { type ConversationId, isHash } from '../../model/ids.ts';
import type { ArchiveInfo } from '../contract.ts';
import { listArchiveFolder } from '../files/archive-file.ts';
import { isOtherVersion } from '../index/index-database.ts';
import { forgetLedgerOf } from '../index/ledger.ts';
import { findKnownLog, listLostLogs, noteLostLog } from '../index/lost-logs.ts';
import type { Store } from '../index/store.ts';
import { TurnIndex } from '../index/turn-index.ts';
import { lossReport } from './find-loss.ts';
import { reindex } from './reindex.ts';

/** Whose index a file must be. */
function identityOf(info: ArchiveInfo): string {
  return `${info.origin} ${info.created}`;
}

/**
 * Opens it to be written, in place of whatever does not belong there: what is damaged is set aside, another archive's or another
 * version's goes. `path`: a file of the real disk, or `:memory:`. Throws what the disk refuses.
 */
export function openWritableIndex(path: string, info: ArchiveInfo, log: Log): TurnIndex {
  const inFile = path !== ':memory:';
  if (inFile && !isPlain(path)) setAside(path, log, 'it is no plain file');
  try {
    const index = openOwn(path, info);
    if (index !== undefined) return index;
    removeIndex(path);
  } catch (error) {
    if (!inFile || !(error instanceof BrokenDatabaseError)) throw error;
    if (isOtherVersion(path)) removeIndex(path);
    else setAside(path, log, error.reason);
  }
  return openOwn(path, info) ?? new TurnIndex(path, 'write');
}

/** A new one gets our name. Undefined: it has another's. */
function openOwn(path: string, info: ArchiveInfo): TurnIndex | undefined {
  const index = new TurnIndex(path, 'write');
  try {
    const identity = index.findIdentity();
    const isNew = index.get('SELECT 1 AS one FROM archive') === undefined;
    index.isNew = isNew;
    if (isNew) index.setIdentity(identityOf(info));
    if (isNew || identity === identityOf(info)) return index;
  } catch (error) {
    index.close();
    throw error;
  }
  index.close();
  return undefined;
}

/**
 * Opens it to be read where it stands. Undefined: there is none, it cannot be used, or reading it would change files: one that
 * its writer did not close keeps a journal that every reader shares. `written`: somebody writes to it now, and shares it anyway.
 * Throws BrokenDatabaseError for what is no database.
 */
export function findReadableIndex(path: string, info: ArchiveInfo, written: boolean): TurnIndex | undefined {
  if (path === ':memory:') return undefined;
  if (!isPlain(path)) throw new BrokenDatabaseError(path, 'it is no plain file');
  if (!isThere(path)) return undefined;
  if (!written && (hasSharedJournal(path) || realDisk.stat(`${path}-journal`) !== undefined)) return undefined;
  return findOwn(path, info, 'read');
}

/** A copy to be brought in step with the logs and thrown away: of what there is when that can be used and is `believed`, else a new one. */
export function openScratchIndex(path: string, info: ArchiveInfo, believed: boolean): TurnIndex {
  const usable = believed && isThere(path) && isPlain(path) && realDisk.stat(`${path}-journal`) === undefined;
  const own = usable ? findOwn(path, info, 'scratch') : undefined;
  const index = own ?? new TurnIndex('', 'scratch');
  index.isNew = own === undefined;
  // what changes in a copy has revisions of its own
  index.transaction(() => index.setIdentity(identityOf(info)));
  return index;
}

/** Undefined: it is another archive's or another version's, or there is no way to have it. Throws BrokenDatabaseError. */
function findOwn(path: string, info: ArchiveInfo, use: 'read' | 'scratch'): TurnIndex | undefined {
  let index: TurnIndex | undefined;
  try {
    index = new TurnIndex(path, use);
    if (index.findIdentity() === identityOf(info)) return index;
    index.close();
  } catch (error) {
    index?.close();
    if (error instanceof BrokenDatabaseError && !isOtherVersion(path)) throw error;
  }
  return undefined;
}

/** Byte 18 of a database file: 2 for one in write-ahead mode (https://www.sqlite.org/fileformat2.html, 1.3). */
function hasSharedJournal(path: string): boolean {
  return readStart(realDisk, path, 20)?.[18] === 2;
}

/** SQLite's files stand on the machine's own disk, whatever the archive stands on. */
function isThere(path: string): boolean {
  return path !== ':memory:' && realDisk.stat(path)?.file === true;
}

export interface Differences {
  /** Conversations on disk that the index does not know or knows otherwise. */
  readonly stale: readonly ConversationId[];
  /** Conversations that the index knows and the disk does not have. */
  readonly gone: readonly ConversationId[];
}

/**
 * Compares every checkpoint with the index, by size, time and identity: both sides in order, neither in memory as a whole.
 * `tails`: also looks for bytes beyond the checkpoints.
 */
export function compareIndex(store: Store, tails: boolean): Differences {
  const stale: ConversationId[] = [];
  const gone: ConversationId[] = [];
  const names = listArchiveFolder(store.disk, store.dir, 'conversations');
  let next = 0;
  const lost = new Set(listLostLogs(store.index).map(({ id }) => id));
  const takeUnknown = (until: string | undefined) => {
    for (let name = names[next]; name !== undefined && (until === undefined || name < until); name = names[++next])
      if (isHash(name)) stale.push(name as ConversationId);
  };
  for (const entry of store.index.walkStamps()) {
    takeUnknown(entry.id);
    if (names[next] !== entry.id) {
      gone.push(entry.id);
      continue;
    }
    next++;
    const same = !entry.damaged && !lost.has(entry.id) && entry.stamp !== '' && entry.stamp === store.stampOf(entry.id);
    if (!same || (tails && !store.fitsFiles(entry.id, entry))) stale.push(entry.id);
  }
  takeUnknown(undefined);
  return { stale, gone };
}

/** Reads again what differs, and says what has vanished, now or long ago. */
export function refreshIndex(store: Store, { stale, gone }: Differences): void {
  for (const id of stale) reindex(store, id, true);
  for (const id of gone) {
    store.index.transaction(() => {
      const known = findKnownLog(store.index, id);
      if (known !== undefined) noteLostLog(store.index, known);
      forgetLedgerOf(store.index, id);
      store.index.dropConversation(id);
    });
  }
  for (const lost of listLostLogs(store.index)) if (!store.hasFolder(lost.id)) store.report(lossReport(lost));
  if (stale.length + gone.length > 0 && !store.index.readOnly) store.index.transaction(() => store.index.dropOrphans());
}

function removeIndex(path: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) {
    try {
      realDisk.unlink(path + end);
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }
}

/** Opening the private index and bringing it in step with the logs. */
/** Lost, stale, foreign or broken: whatever it is, it is rebuilt conversation by conversation and never believed over a log. */

import { type Disk, isAbsent, NotPlainFileError } from '../../base/disk.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { ArchiveInfo } from '../contract.ts';
import { forgetLedgerOf } from '../index/ledger.ts';
import type { Store } from '../index/store.ts';
import { TurnIndex } from '../index/turn-index.ts';
import { reindex } from './reindex.ts';

/** Whose index a file must be. */
export function identityOf(info: ArchiveInfo): string {
  return `${info.origin} ${info.created}`;
}

/** Opens it to be written, in place of whatever does not belong there. `path`: a file of the real disk, or `:memory:`. */
export function openWritableIndex(disk: Disk, path: string, info: ArchiveInfo): TurnIndex {
  for (const again of [false, true]) {
    try {
      if (path !== ':memory:' && disk.stat(path)?.file === false) throw new NotPlainFileError(path);
      const index = new TurnIndex(path, false);
      const identity = index.findIdentity();
      const isNew = index.get('SELECT 1 AS one FROM archive') === undefined;
      if (isNew) index.setIdentity(identityOf(info));
      if (isNew || identity === identityOf(info)) return index;
      index.close();
    } catch (error) {
      if (again || path === ':memory:') throw error;
    }
    for (const file of [path, `${path}-wal`, `${path}-shm`]) removeFile(disk, file);
  }
  return new TurnIndex(path, false);
}

/** Opens it to be read. Undefined: there is none, or it cannot be used. */
export function findReadableIndex(disk: Disk, path: string, info: ArchiveInfo): TurnIndex | undefined {
  if (path === ':memory:' || disk.stat(path)?.file !== true) return undefined;
  let index: TurnIndex | undefined;
  try {
    index = new TurnIndex(path, true);
    if (index.findIdentity() === identityOf(info)) return index;
    index.close();
  } catch {
    index?.close(); // no database, or no way to share it: the caller builds one of its own
  }
  return undefined;
}

export interface Differences {
  /** Conversations on disk that the index does not know or knows otherwise. */
  readonly stale: readonly ConversationId[];
  /** Conversations that the index knows and the disk does not have. */
  readonly gone: readonly ConversationId[];
}

/** Compares every checkpoint with the index, by size, time and identity. `tails`: also looks for bytes beyond the checkpoints. */
export function compareIndex(store: Store, tails: boolean): Differences {
  const known = new Map(store.index.listStamps().map((entry) => [entry.id, entry]));
  const stale: ConversationId[] = [];
  const names = store.disk.list(store.path('conversations')) ?? [];
  for (const name of names) {
    if (!/^[0-9a-f]{64}$/.test(name)) continue;
    const id = name as ConversationId;
    const entry = known.get(id);
    known.delete(id);
    const same = entry !== undefined && !entry.damaged && entry.stamp !== '' && entry.stamp === store.stampOf(id);
    if (!same || (tails && !store.fitsFiles(id, entry))) stale.push(id);
  }
  return { stale, gone: [...known.keys()] };
}

/** Reads again what differs, and says what has vanished. */
export function refreshIndex(store: Store, { stale, gone }: Differences): void {
  for (const id of stale) reindex(store, id, true);
  for (const id of gone) {
    const report = { kind: 'log', file: `conversations/${id}`, conversation: id, turns: [] } as const;
    store.report({ ...report, message: 'the conversation is gone from the disk' });
    store.index.transaction(() => {
      forgetLedgerOf(store.index, id);
      store.index.dropConversation(id);
    });
  }
  if (stale.length + gone.length > 0 && !store.index.readOnly) store.index.transaction(() => store.index.dropOrphans());
}

function removeFile(disk: Disk, path: string): void {
  try {
    disk.unlink(path);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

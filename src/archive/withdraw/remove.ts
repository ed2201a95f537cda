/** Takes conversations out of the archive: for a copy of somebody else's, who withdrew all of them. */
/** Each folder is renamed in one step, so it is there or not; what was derived from it goes before and after. */

import { makeFolders } from '../../base/disk.ts';
import type { ConversationId } from '../../model/ids.ts';
import { conversationPath } from '../files/conversation-files.ts';
import { forgetLostLog } from '../index/lost-logs.ts';
import type { Store } from '../index/store.ts';
import { listTurns } from '../read/read-turns.ts';
import { type Forget, finishPurge, notePurge, type PurgeEntry } from './purge.ts';

const REMOVED = 'private/removed';

/** Any step may be the second time. */
export function removeConversations(store: Store, ids: readonly ConversationId[], forget: Forget): void {
  if (ids.length === 0) return;
  const entries = ids.map((id) => entryOf(store, id));
  store.write(() => {
    forget(store, entries);
    // the words are gone from what was derived: of who stops now only blobs would be left
    for (const entry of entries) if (entry.blobs.length > 0) notePurge(store, { ...entry, named: [] });
    // before the folders: what the index knows and nobody finds is lost
    dropRows(store, ids);
    moveFolders(store, ids);
    for (const id of ids) store.files.forget(id);
    finishPurge(store, entries);
  });
  for (const id of ids) store.forgetDamage(id);
}

function dropRows({ index }: Store, ids: readonly ConversationId[]): void {
  index.transaction(() => {
    for (const id of ids) {
      index.dropConversation(id);
      forgetLostLog(index, id);
    }
    index.dropOrphans();
  });
}

function entryOf(store: Store, conversation: ConversationId): PurgeEntry {
  const row = store.index.findRow(conversation);
  const blobs = row === undefined ? [] : store.index.listBlobUse(row.key);
  const named = row === undefined ? [] : listTurns(store, row).map(({ hash }) => hash);
  return { conversation, named, positions: [], blobs };
}

function moveFolders(store: Store, ids: readonly ConversationId[]): void {
  const { disk } = store;
  const own = ids.filter((id) => store.hasFolder(id));
  if (own.length === 0) return;
  for (const folder of makeFolders(disk, store.path(REMOVED))) disk.fsyncDir(folder);
  for (const id of own) disk.rename(store.path(conversationPath(id)), store.path(`${REMOVED}/${id}`));
  for (const folder of [REMOVED, 'conversations']) disk.fsyncDir(store.path(folder));
}

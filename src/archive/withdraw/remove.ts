/** Takes conversations out of the archive: for a copy of somebody else's, who withdrew all of them. */
/** Each folder is renamed in one step, so it is there or not; what was derived from it goes before and after. */

import { makeFolders } from '../../base/disk.ts';
import type { ConversationId } from '../../model/ids.ts';
import { conversationPath } from '../files/conversation-files.ts';
import { forgetLostLog } from '../index/lost-logs.ts';
import type { Store } from '../index/store.ts';
import { listTurns } from '../read/read-turns.ts';
import { dropBlobs, dropQuarantine, type Forget, type PurgeEntry } from './purge.ts';

const REMOVED = 'private/removed';

/** Any step may be the second time. */
export function removeConversations(store: Store, ids: readonly ConversationId[], forget: Forget): void {
  if (ids.length === 0) return;
  const { index } = store;
  const entries = ids.map((id) => entryOf(store, id));
  store.write(() => {
    moveFolders(store, ids);
    index.transaction(() => {
      for (const id of ids) {
        index.dropConversation(id);
        forgetLostLog(index, id);
      }
      index.dropOrphans();
    });
    for (const entry of entries) {
      store.files.forget(entry.conversation);
      dropBlobs(store, entry.blobs);
      dropQuarantine(store, entry);
    }
    // costs as much as the whole index, so once for all of them
    index.scrub();
    forget(store, entries);
  });
  for (const id of ids) store.forgetDamage(id);
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

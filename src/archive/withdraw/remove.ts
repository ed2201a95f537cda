/** Takes a conversation out of the archive: for a copy of somebody else's, who withdrew all of it. */
/** Its folder is renamed in one step, so it is there or not; what was derived from it goes before and after. */

import { makeFolders } from '../../base/disk.ts';
import type { ConversationId } from '../../model/ids.ts';
import { conversationPath } from '../files/conversation-files.ts';
import { forgetLostLog } from '../index/lost-logs.ts';
import type { Store } from '../index/store.ts';
import { listTurns } from '../read/read-turns.ts';
import { dropBlobs, dropQuarantine, type Forget } from './purge.ts';

const REMOVED = 'private/removed';

/** Any step may be the second time. */
export function removeConversation(store: Store, id: ConversationId, forget: Forget): void {
  const { disk, index } = store;
  const row = index.findRow(id);
  const blobs = row === undefined ? [] : index.listBlobUse(row.key);
  const named = row === undefined ? [] : listTurns(store, row).map(({ hash }) => hash);
  const entry = { conversation: id, named, positions: [], blobs };
  store.write(() => {
    if (store.hasFolder(id)) {
      const to = store.path(`${REMOVED}/${id}`);
      for (const folder of makeFolders(disk, store.path(REMOVED))) disk.fsyncDir(folder);
      disk.rename(store.path(conversationPath(id)), to);
      for (const folder of [REMOVED, 'conversations']) disk.fsyncDir(store.path(folder));
    }
    index.transaction(() => {
      index.dropConversation(id);
      forgetLostLog(index, id);
      if (row !== undefined) index.dropOrphans();
    });
    store.files.forget(id);
    dropBlobs(store, blobs);
    dropQuarantine(store, entry);
    index.scrub();
    forget(store, entry);
  });
  store.forgetDamage(id);
}

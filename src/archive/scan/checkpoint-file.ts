/** Writing a conversation's checkpoint: the commit itself. */
/** Temporary file of a fixed name, fsync, rename, fsync of the folder: after a crash there is the old one or the new one. */

import { encodeUtf8 } from '../../base/bytes.ts';
import { replaceFile } from '../../base/disk.ts';
import type { ConversationId } from '../../model/ids.ts';
import { checkpointFile, conversationPath } from '../files/conversation-files.ts';
import { generateCheckpoint } from '../format/checkpoint.ts';
import { type Frontier, rootOf } from '../format/merkle.ts';
import type { Store } from '../index/store.ts';

/** All that the checkpoint counts must be durable before. */
export function writeCheckpoint(store: Store, id: ConversationId, frontier: Frontier): void {
  const checkpoint = { origin: `${store.info.origin}/${id}`, size: frontier.size, root: rootOf(frontier) };
  const path = store.path(checkpointFile(id));
  replaceFile(store.disk, path, `${path}.tmp`, encodeUtf8(generateCheckpoint(checkpoint, store.signingKey)));
  store.disk.fsyncDir(store.path(conversationPath(id)));
}

/** Writing a conversation's checkpoint: the commit itself. */
/** Temporary file of a fixed name, fsync, rename, fsync of the folder: after a crash there is the old one or the new one. */

import { encodeUtf8 } from '../../base/bytes.ts';
import { makeFolders, replaceFile } from '../../base/disk.ts';
import type { ConversationId } from '../../model/ids.ts';
import { checkpointFile, conversationPath } from '../files/conversation-files.ts';
import { generateCheckpoint } from '../format/checkpoint.ts';
import { emptyFrontier, type Frontier, rootOf } from '../format/merkle.ts';
import type { Store } from '../index/store.ts';

/**
 * The bytes of a log's checkpoint. `origin`: of the archive that the log belongs to, undefined for this one; no other's is ever signed
 * here.
 */
export function makeCheckpoint(store: Store, id: ConversationId, frontier: Frontier, origin?: string): Uint8Array {
  const line = `${origin ?? store.info.origin}/${id}`;
  const key = origin === undefined ? store.signingKey : undefined;
  const checkpoint = { origin: line, size: frontier.size, root: rootOf(frontier) };
  return encodeUtf8(generateCheckpoint(checkpoint, key));
}

/** Makes it the conversation's. All that it counts must be durable before. */
export function writeCheckpoint(store: Store, id: ConversationId, frontier: Frontier, origin?: string): void {
  replaceCheckpoint(store, id, makeCheckpoint(store, id, frontier, origin));
}

/**
 * Says whose log it will be before anything of it stands there: what a crash leaves is then cut off as another's, and not taken for
 * a log of this archive that lost its checkpoint.
 */
export function startForeignLog(store: Store, id: ConversationId, origin: string): void {
  const folder = store.path(conversationPath(id));
  for (const touched of makeFolders(store.disk, folder)) store.disk.fsyncDir(touched);
  writeCheckpoint(store, id, emptyFrontier, origin);
}

/** The same with the exact bytes of somebody else's checkpoint. */
export function replaceCheckpoint(store: Store, id: ConversationId, bytes: Uint8Array): void {
  const path = store.path(checkpointFile(id));
  replaceFile(store.disk, path, `${path}.tmp`, bytes);
  store.disk.fsyncDir(store.path(conversationPath(id)));
}

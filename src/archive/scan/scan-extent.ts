/** How many records the tiles of a conversation can hold, by their names alone. */
/** A checkpoint may say any number: nothing is allocated or walked by it before it was held against the files. */

import type { ConversationId } from '../../model/ids.ts';
import { listArchiveFolder } from '../files/archive-file.ts';
import { type ConversationFiles, conversationPath } from '../files/conversation-files.ts';
import { parseTileName, TILE_WIDTH, type TileKind } from '../format/tile-names.ts';

/** Records that may be missing and are still named one by one. */
const NAMED = 256 * TILE_WIDTH;
const KINDS: readonly TileKind[] = ['entries', '0', 'payload'];

/** The size as it is when the tiles can hold it, give or take what can still be named as missing; else what they hold at most. */
export function boundedSize(files: ConversationFiles, id: ConversationId, size: number): number {
  if (size <= NAMED) return size;
  const held = KINDS.reduce((most, kind) => Math.max(most, countTiles(files, id, kind)), 0) * TILE_WIDTH;
  return size <= held + NAMED ? size : held;
}

/** One more than the greatest number of a tile. */
function countTiles({ disk, dir }: ConversationFiles, id: ConversationId, kind: TileKind): number {
  const root = `${conversationPath(id)}/tile/${kind}`;
  let most = 0;
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of listArchiveFolder(disk, dir, `${root}/${folder}`.replace(/\/$/, ''))) {
      const path = `${folder}${name}`;
      if (/^x\d{3}$/.test(name) && folder.length < 16) folders.push(`${path}/`);
      most = Math.max(most, (parseTileName(path) ?? -1) + 1);
    }
  }
  return most;
}

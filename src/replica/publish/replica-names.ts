/** Names of a replica's files, as C2SP tlog-tiles spells them, and ours for payloads. Layout: docs/archive-format.md */
/** Made of fixed words, 64 digits and numbers only, for who writes a replica and for who asks for one. Source: https://c2sp.org/tlog-tiles */

import { TILE_WIDTH, tileName } from '../../archive/format/format.ts';
import type { ConversationId } from '../../model/ids.ts';

/** Below the folder of the replica. */
export const INFO_NAME = 'archive.json';
export const LOG_FOLDER = 'log';
export const CHECKPOINT_NAME = 'checkpoint';

/** `conversations/<root>` */
export function conversationFolder(id: ConversationId): string {
  return `conversations/${id}`;
}

/** `tile/entries/000`, `tile/entries/000.p/17`; `width`: records in it. */
export function entriesName(n: number, width: number): string {
  return `tile/entries/${partName(n, width)}`;
}

/** `tile/1/000.p/2`: hashes of level `level`, each over 256 of the level below. */
export function hashTileName(level: number, n: number, width: number): string {
  return `tile/${level}/${partName(n, width)}`;
}

/** `tile/payload/000.p/17.r2`; `revision`: tombstones that point into the tile. */
export function payloadName(n: number, width: number, revision: number): string {
  return `tile/payload/${partName(n, width)}${revision === 0 ? '' : `.r${revision}`}`;
}

function partName(n: number, width: number): string {
  return width === TILE_WIDTH ? tileName(n) : `${tileName(n)}.p/${width}`;
}

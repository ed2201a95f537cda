/** Where each turn of a conversation stands: one packed table, as the last build of the conversation left it. */
/** Apart from the resolver, because links between conversations ask here too. */

import { encodeHex } from '../../base/bytes.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import { turnAnchor } from '../urls.ts';
import type { SiteState } from './state.ts';

/** Per turn: the first 8 bytes of its hash, then the index of its page (u32, big-endian). Sorted by hash. */
export const ROW = 12;

export function packTurns(
  places: ReadonlyMap<TurnHash, { readonly page: string }>,
  pages: readonly { readonly url: string }[],
): Uint8Array {
  const indexOf = new Map(pages.map((page, i) => [page.url, i]));
  const sorted = [...places].sort(([a], [b]) => (a < b ? -1 : 1));
  const packed = Buffer.alloc(sorted.length * ROW);
  for (const [i, [hash, { page }]] of sorted.entries()) {
    packed.write(hash.slice(0, 16), i * ROW, 'hex');
    packed.writeUInt32BE(indexOf.get(page) ?? 0, i * ROW + 8);
  }
  return packed;
}

/** `/c/<id>/p2/#t-…` of a turn, as the last build of its conversation placed it. */
export function findTurnUrl(state: SiteState, conversation: ConversationId, turn: TurnHash): string | undefined {
  const row = state.database.statement('SELECT pages, turns FROM conversation WHERE id = ?').get(conversation);
  if (row === undefined || !(row.turns instanceof Uint8Array)) return undefined;
  const wanted = turn.slice(0, 16);
  for (let at = 0; at < row.turns.length; at += ROW) {
    if (encodeHex(row.turns.subarray(at, at + 8)) !== wanted) continue;
    const url = (JSON.parse(String(row.pages)) as { url: string }[])[pageAt(row.turns, at)]?.url;
    return url === undefined ? undefined : `${url}#${turnAnchor(turn)}`;
  }
  return undefined;
}

/** Index of the page that a row names. */
export function pageAt(turns: Uint8Array, at: number): number {
  return new DataView(turns.buffer, turns.byteOffset + at + 8, 4).getUint32(0);
}

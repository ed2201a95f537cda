/** `/t/`: finds the page of any turn by its hash, through 256 small files. */
/** Kept as one packed table for each conversation, so that a change reads no log but its own. */

import { encodeHex } from '../base/bytes.ts';
import type { ConversationId, TurnHash } from '../model/ids.ts';
import { keyOf } from './keys.ts';
import type { Output } from './output.ts';
import type { SiteState } from './state.ts';
import { outputPath, resolverShardUrl, turnAnchor } from './urls.ts';

/** Per turn: the first 8 bytes of its hash, then the index of its page (u32, big-endian). Sorted by hash. */
const ROW = 12;
const OWNER = 'resolver';

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

/** Writes the files whose turns changed. Turns of conversations that are gone are gone here too. */
export function buildResolver(state: SiteState, output: Output): void {
  const shards: Map<string, string>[] = Array.from({ length: 256 }, () => new Map());
  const rows = state.database.statement('SELECT pages, turns FROM conversation ORDER BY id').iterate();
  for (const row of rows) {
    const turns = row.turns;
    if (!(turns instanceof Uint8Array) || turns.length === 0) continue;
    const pages = JSON.parse(String(row.pages)) as { url: string }[];
    for (let at = 0; at < turns.length; at += ROW) {
      const url = pages[pageAt(turns, at)]?.url;
      if (url !== undefined) shards[turns[at] ?? 0]?.set(encodeHex(turns.subarray(at, at + 8)), url);
    }
  }
  output.take(OWNER);
  for (const [i, shard] of shards.entries()) {
    if (shard.size === 0) continue;
    const path = outputPath(resolverShardUrl(i.toString(16).padStart(2, '0')));
    const content = JSON.stringify(Object.fromEntries([...shard].sort(([a], [b]) => (a < b ? -1 : 1))));
    if (output.declare(path, OWNER, keyOf(content))) output.put(path, `${content}\n`);
  }
}

function pageAt(turns: Uint8Array, at: number): number {
  return new DataView(turns.buffer, turns.byteOffset + at + 8, 4).getUint32(0);
}

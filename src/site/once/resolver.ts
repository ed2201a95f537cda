/** `/t/`: finds the page of any turn by its hash, through 256 small files. */
/** Kept as one packed table for each conversation, so that a change reads no log but its own. */

import { encodeHex } from '../../base/bytes.ts';
import { keyOf } from '../state/keys.ts';
import type { Output } from '../state/output.ts';
import type { SiteState } from '../state/state.ts';
import { pageAt, ROW } from '../state/turn-places.ts';
import { outputPath, resolverShardUrl } from '../urls.ts';

const OWNER = 'resolver';

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

/** Rendered turns that the next build can use again, packed page by page. */
/** A page's first turn names its pack: cuts never move, so the last page finds its own turns again when it grows. */

import { decodeUtf8 } from '../../base/bytes.ts';
import { declaredSize, decompressZstd } from '../../base/zstd.ts';
import type { TurnHash } from '../../model/ids.ts';
import type { SiteState } from './state.ts';

const LARGEST = 512 * 1024 * 1024;

/** HTML by turn hash for the page that begins with `first`, rendered under the same `key`; empty when there is none. */
export function findPack(state: SiteState, first: TurnHash, key: string): ReadonlyMap<string, string> {
  const data = state.database.statement('SELECT data FROM pack WHERE id = ? AND key = ?').get(first, key)?.data;
  if (!(data instanceof Uint8Array)) return new Map();
  const turns: unknown = JSON.parse(decodeUtf8(decompressZstd(data, declaredSize(data), LARGEST)));
  // Written by runRenderJob; the cache is private to the archive's owner.
  return new Map(turns as [string, string][]);
}

export function savePack(state: SiteState, owner: string, first: TurnHash, key: string, pack: Uint8Array): void {
  state.database
    .statement('INSERT OR REPLACE INTO pack (id, owner, key, data) VALUES (?, ?, ?, ?)')
    .run(first, owner, key, pack);
}

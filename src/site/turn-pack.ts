/** Rendered turns that the next build can use again, packed page by page. */
/** A page's first turn names its pack: cuts never move, so the last page finds its own turns again when it grows. */

import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import type { SafeHtml } from '../base/html.ts';
import { trustHtml } from '../base/html.ts';
import { compressZstd, declaredSize, decompressZstd } from '../base/zstd.ts';
import type { TurnHash } from '../model/ids.ts';
import type { SiteState } from './state.ts';

const LARGEST = 256 * 1024 * 1024;

/** The turns of the page that begins with `first`, rendered under the same `key`; empty when there are none. */
export function findPack(state: SiteState, first: TurnHash, key: string): ReadonlyMap<string, SafeHtml> {
  const data = state.database.statement('SELECT data FROM pack WHERE id = ? AND key = ?').get(first, key)?.data;
  if (!(data instanceof Uint8Array)) return new Map();
  const turns: unknown = JSON.parse(decodeUtf8(decompressZstd(data, declaredSize(data), LARGEST)));
  // Written by savePack from turns that the renderer made; the cache is private.
  return new Map((turns as [string, string][]).map(([hash, rendered]) => [hash, trustHtml(rendered)]));
}

export function savePack(
  state: SiteState,
  owner: string,
  first: TurnHash,
  key: string,
  turns: ReadonlyMap<string, SafeHtml>,
): void {
  const data = compressZstd(encodeUtf8(JSON.stringify([...turns])), 1);
  state.database
    .statement('INSERT OR REPLACE INTO pack (id, owner, key, data) VALUES (?, ?, ?, ?)')
    .run(first, owner, key, data);
}

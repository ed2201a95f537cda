/** The text of one page for the search index, kept so that a part of the index is built without reading logs. */
/** Stored compressed beside its key; the key decides whether a part has to be built again. */

import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { compressZstd, declaredSize, decompressZstd } from '../../base/zstd.ts';
import type { ConversationId } from '../../model/ids.ts';
import { contentHash } from '../state/keys.ts';
import type { SiteState } from '../state/state.ts';
import type { SearchUnit } from './search-text.ts';

const LARGEST = 256 * 1024 * 1024;

/** Remembers a page's text. Gives its key, and its bytes as the index counts them. */
export function saveUnit(
  state: SiteState,
  conversation: ConversationId,
  unit: SearchUnit,
): { readonly key: string; readonly bytes: number } {
  const json = encodeUtf8(JSON.stringify(unit));
  const key = contentHash(json);
  state.database
    .statement('INSERT OR REPLACE INTO unit (url, conversation, key, data) VALUES (?, ?, ?, ?)')
    .run(unit.url, conversation, key, compressZstd(json, 1));
  return { key, bytes: unit.records.length === 0 ? 0 : json.length };
}

/** The text of a page, as saveUnit left it; undefined when there is none. */
export function findUnit(state: SiteState, url: string): SearchUnit | undefined {
  const data = state.database.statement('SELECT data FROM unit WHERE url = ?').get(url)?.data;
  if (!(data instanceof Uint8Array)) return undefined;
  return JSON.parse(decodeUtf8(decompressZstd(data, declaredSize(data), LARGEST))) as SearchUnit;
}

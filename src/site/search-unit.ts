/** The text of one page for the search index, kept so that a part of the index is built without reading logs. */
/** Stored compressed beside its key; the key decides whether a part has to be built again. */

import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { compressZstd, declaredSize, decompressZstd } from '../base/zstd.ts';
import type { ConversationWork, FilledPage } from './conversation-work.ts';
import { contentHash } from './keys.ts';
import { agentName, projectName } from './names.ts';
import { plainTitle } from './render/plain-title.ts';
import type { SearchUnit } from './search-text.ts';
import type { SiteState } from './state.ts';

const LARGEST = 256 * 1024 * 1024;

/** Remembers a page's text and adds its record. `title`: how results call the page. */
export function saveUnit(work: ConversationWork, page: FilledPage, title: string): void {
  const { summary, tags } = work.conversation;
  const unit: SearchUnit = {
    url: page.url,
    title,
    agent: summary.meta.agent === undefined ? '' : agentName(summary.meta.agent),
    project: summary.meta.project === undefined ? '' : projectName(summary.meta.project),
    tags: tags.map((tag) => plainTitle(tag, 60)),
    records: page.search,
  };
  const json = encodeUtf8(JSON.stringify(unit));
  const key = contentHash(json);
  work.records.push({
    url: page.url,
    lastMs: Math.max(...page.turns.map(({ view }) => view.turn.timeMs)),
    searchKey: key,
    searchBytes: page.search.length === 0 ? 0 : json.length,
  });
  work.context.state.database
    .statement('INSERT OR REPLACE INTO unit (url, conversation, key, data) VALUES (?, ?, ?, ?)')
    .run(page.url, summary.id, key, compressZstd(json, 1));
}

/** The text of a page, as saveUnit left it; undefined when there is none. */
export function findUnit(state: SiteState, url: string): SearchUnit | undefined {
  const data = state.database.statement('SELECT data FROM unit WHERE url = ?').get(url)?.data;
  if (!(data instanceof Uint8Array)) return undefined;
  return JSON.parse(decodeUtf8(decompressZstd(data, declaredSize(data), LARGEST))) as SearchUnit;
}

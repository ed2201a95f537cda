/** Summaries from the index one after the other, a page of rows in memory at a time. */
/** However many conversations there are, a list of them costs what is taken from it. */

import { encodeHex } from '../../base/bytes.ts';
import type { SqlRow, SqlValue } from '../../base/sqlite.ts';
import type { ConversationSummary } from '../../model/conversation.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { ConversationCounts, ConversationFilter, Revision, WalkOptions } from '../contract.ts';
import type { IndexDatabase } from './index-database.ts';
import { headFromRow, indexBytes, indexNumber, summaryFromRow } from './index-rows.ts';
import { JOINED_INTO } from './index-schema.ts';
import { findTookOver } from './took-over.ts';

const PAGE = 256;

/** How each order goes on after a row: the columns of an index, and where to begin. */
const ORDERS: Readonly<
  Record<NonNullable<WalkOptions['order']>, { after: string; by: string; start: readonly SqlValue[] }>
> = {
  newest: { after: '(newest, hash) > (?1, ?2)', by: 'newest, hash', start: [-Number.MAX_SAFE_INTEGER, Buffer.of()] },
  oldest: {
    after: '(newest, hash) < (?1, ?2)',
    by: 'newest DESC, hash DESC',
    start: [Number.MAX_SAFE_INTEGER, Buffer.of()],
  },
  changed: { after: 'revision > ?1 AND ?2 IS NULL', by: 'revision', start: [0, null] },
};

const FILTER = `(turns > 0 OR damage IS NOT NULL) AND (?3 = '' OR iif(json_valid(meta), meta ->> '$.agent', '') = ?3)
  AND (?4 = '' OR iif(json_valid(meta), meta ->> '$.project', '') = ?4)
  AND (?6 = 1 OR ${JOINED_INTO} IS NULL)`;

/** A conversation that changes during the walk may come twice or, when it moves to the other side, not at all: see its revision. */
export function* walkSummaries(index: IndexDatabase, options: WalkOptions = {}): Generator<ConversationSummary> {
  const { after, by, start } = ORDERS[options.order ?? 'newest'];
  const since = options.since ?? 0;
  const sql = `SELECT * FROM conversations WHERE ${after} AND revision > ?5 AND ${FILTER} ORDER BY ${by} LIMIT ${PAGE}`;
  let [from, hash] = options.order === 'changed' ? [since, null] : start;
  for (;;) {
    const at = [from ?? null, hash ?? null];
    const rows = index.all(sql, ...at, options.agent ?? '', options.project ?? '', since, withJoined(options));
    for (const row of rows) yield summaryAt(index, row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    [from, hash] = options.order === 'changed' ? [last.revision, null] : [last.newest, last.hash];
  }
}

/** Conversations and their turns, without reading a summary. */
export function countSummaries(index: IndexDatabase, filter: ConversationFilter = {}): ConversationCounts {
  const row = index.get(
    `SELECT count(*) AS conversations, total(turns) AS turns FROM conversations WHERE ?1 IS NULL AND ?2 IS NULL AND ?5 IS NULL AND ${FILTER}`,
    ...[null, null, filter.agent ?? '', filter.project ?? '', null, withJoined(filter)],
  );
  return { conversations: indexNumber(row?.conversations), turns: indexNumber(row?.turns) };
}

function withJoined({ joined }: ConversationFilter): number {
  return joined === false ? 0 : 1;
}

export function revisionOf(index: IndexDatabase): Revision {
  const row = index.get(
    'SELECT max(ifnull((SELECT max(revision) FROM conversations), 0), ifnull((SELECT max(revision) FROM gone), 0)) AS revision',
  );
  return { generation: index.findGeneration(), revision: indexNumber(row?.revision) };
}

/** In the order in which they went. */
export function* walkGone(index: IndexDatabase, since: number): Generator<ConversationId> {
  for (let from = since; ; ) {
    const rows = index.all(`SELECT hash, revision FROM gone WHERE revision > ? ORDER BY revision LIMIT ${PAGE}`, from);
    for (const row of rows) yield encodeHex(indexBytes(row.hash)) as ConversationId;
    if (rows.length < PAGE) return;
    from = indexNumber(rows.at(-1)?.revision);
  }
}

function summaryAt(index: IndexDatabase, row: SqlRow): ConversationSummary {
  const heads = index.all('SELECT name, turn, time_ms FROM heads WHERE conversation=? ORDER BY name', row.id ?? null);
  const id = encodeHex(indexBytes(row.hash)) as ConversationId;
  return summaryFromRow(row, heads.map(headFromRow), findTookOver(index, id));
}

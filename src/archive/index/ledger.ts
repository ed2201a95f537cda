/** The importers' ledger: which source, up to where, became which turns. */
/** It lives in the index. It may lag behind the archive, so what it says of turns that are not there is not said at all. */

import { encodeHex } from '../../base/bytes.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
import type { SqlValue } from '../../base/sqlite.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import type { Ledger, LedgerSource, StartedConversation } from '../contract.ts';
import { indexBytes, indexNumber, indexText } from './index-rows.ts';
import type { TurnIndex } from './turn-index.ts';

export interface LedgerParts {
  readonly index: TurnIndex;
  readonly hasTurn: (hash: TurnHash) => boolean;
  /** Throws when nothing may be written. */
  readonly assertWritable: () => void;
}

/** A source says nothing of turns that are not there: all its conversations must be. */
const IS_HERE = `NOT EXISTS (
  SELECT 1 FROM source_conversations AS said WHERE said.path = sources.path
  AND NOT EXISTS (SELECT 1 FROM conversations WHERE hash = said.conversation))`;
/** Its key has a turn, and its conversation's meta says another one. Told by the rows alone: no log is read for it. */
const IS_UNLINKED = `EXISTS (
  SELECT 1 FROM keys LEFT JOIN conversations ON conversations.hash = source_conversations.conversation
  WHERE keys.key = started_by
  AND CASE WHEN json_valid(meta) THEN meta ->> '$.parent.turn' END IS NOT lower(hex(keys.turn)))`;
const PAGE = 256;

export function openLedger({ index, hasTurn, assertWritable }: LedgerParts): Ledger {
  return {
    findSource(path) {
      return parseSource(index.get(`SELECT json FROM sources WHERE path=? AND ${IS_HERE}`, path)?.json);
    },
    walkSources: () => walkSources(index, 'true'),
    walkUnfinished: () => walkSources(index, 'unfinished'),
    listSourcesOf(conversation) {
      const own = 'path IN (SELECT path FROM source_conversations WHERE conversation=?)';
      const rows = index.all(
        `SELECT json FROM sources WHERE ${own} AND ${IS_HERE} ORDER BY path`,
        Buffer.from(conversation, 'hex'),
      );
      return rows.flatMap(({ json }) => parseSource(json) ?? []);
    },
    walkSeen: () => walkSeen(index),
    walkStarted: () => walkStarted(index, 'true'),
    walkUnlinked: () => walkStarted(index, IS_UNLINKED),
    listSources: () => [...walkSources(index, 'true')],
    findKey(key) {
      const row = index.get('SELECT turn FROM keys WHERE key=?', key);
      if (row === undefined) return undefined;
      const turn = encodeHex(indexBytes(row.turn)) as TurnHash;
      return hasTurn(turn) ? turn : undefined;
    },
    record({ sources = [], keys = [] }) {
      assertWritable();
      index.transaction(() => {
        for (const source of sources) recordSource(index, source);
        for (const { key, turn } of keys)
          index.run('INSERT OR REPLACE INTO keys VALUES (?, ?)', key, Buffer.from(turn, 'hex'));
      });
    },
  };
}

function* walkSources(index: TurnIndex, which: 'true' | 'unfinished'): Generator<LedgerSource> {
  const sql = `SELECT path, json FROM sources WHERE ${which} AND path > ? AND ${IS_HERE} ORDER BY path LIMIT ${PAGE}`;
  for (let from = ''; ; ) {
    const rows = index.all(sql, from);
    for (const { json } of rows) {
      const source = parseSource(json);
      if (source !== undefined) yield source;
    }
    if (rows.length < PAGE) return;
    from = indexText(rows.at(-1)?.path) ?? '';
  }
}

function* walkSeen(index: TurnIndex): Generator<Pick<LedgerSource, 'path' | 'size' | 'mtimeNs'>> {
  const sql = `SELECT path, size, mtime_ns FROM sources WHERE path > ? AND ${IS_HERE} ORDER BY path LIMIT ${PAGE}`;
  for (let from = ''; ; ) {
    const rows = index.all(sql, from);
    for (const { path, size, mtime_ns } of rows) {
      yield { path: indexText(path) ?? '', size: indexNumber(size), mtimeNs: indexText(mtime_ns) ?? '' };
    }
    if (rows.length < PAGE) return;
    from = indexText(rows.at(-1)?.path) ?? '';
  }
}

function* walkStarted(index: TurnIndex, which: 'true' | typeof IS_UNLINKED): Generator<StartedConversation> {
  const sql = `SELECT conversation, path, started_by FROM source_conversations
    WHERE started_by IS NOT NULL AND (conversation, path) > (?, ?) AND ${which} ORDER BY conversation, path LIMIT ${PAGE}`;
  let from: readonly [SqlValue, SqlValue] = [Buffer.of(), ''];
  for (;;) {
    const rows = index.all(sql, ...from);
    for (const { conversation, started_by } of rows) {
      const id = encodeHex(indexBytes(conversation)) as ConversationId;
      yield { conversation: id, startedBy: indexText(started_by) ?? '' };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    from = [last.conversation ?? null, last.path ?? null];
  }
}

function recordSource(index: TurnIndex, source: LedgerSource): void {
  const { path, size, mtimeNs, conversations } = source;
  const unfinished = source.unfinished === true ? 1 : 0;
  index.run(
    'INSERT OR REPLACE INTO sources (path, json, unfinished, size, mtime_ns) VALUES (?, ?, ?, ?, ?)',
    ...[path, JSON.stringify(source), unfinished, size, mtimeNs],
  );
  index.run('DELETE FROM source_conversations WHERE path=?', path);
  const started = new Map((source.started ?? []).map((each) => [each.conversation, each.startedBy]));
  for (const id of conversations) {
    const by = started.get(id) ?? null;
    index.run('INSERT OR IGNORE INTO source_conversations VALUES (?, ?, ?)', Buffer.from(id, 'hex'), path, by);
  }
}

/** A conversation lost records: its sources have to be read again. Inside a transaction. */
export function forgetLedgerOf(index: TurnIndex, id: ConversationId): void {
  const conversation = Buffer.from(id, 'hex');
  index.run(
    'DELETE FROM sources WHERE path IN (SELECT path FROM source_conversations WHERE conversation=?)',
    conversation,
  );
  index.run('DELETE FROM source_conversations WHERE conversation=?', conversation);
}

/** Written by this file; a row that does not read as a source costs a full read of it, nothing else. */
function parseSource(json: unknown): LedgerSource | undefined {
  const text = indexText(json);
  if (text === undefined) return undefined;
  const value = parseJson(text);
  const whole = isJsonObject(value) && typeof value.path === 'string' && Array.isArray(value.conversations);
  return whole ? (value as unknown as LedgerSource) : undefined;
}

/** The importers' ledger: which source, up to where, became which turns. */
/** It lives in the index. It may lag behind the archive, so what it says of turns that are not there is not said at all. */

import { encodeHex } from '../../base/bytes.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
import type { SqlValue } from '../../base/sqlite.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import type { Ledger, LedgerSource } from '../contract.ts';
import { indexBytes, indexText } from './index-rows.ts';
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
    walkStarted: () => walkStarted(index),
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

function* walkStarted(index: TurnIndex): Generator<ConversationId> {
  const sql = `SELECT DISTINCT conversation FROM source_conversations WHERE started AND conversation > ? ORDER BY conversation LIMIT ${PAGE}`;
  for (let from: SqlValue = Buffer.of(); ; ) {
    const rows = index.all(sql, from);
    for (const row of rows) yield encodeHex(indexBytes(row.conversation)) as ConversationId;
    if (rows.length < PAGE) return;
    from = rows.at(-1)?.conversation ?? null;
  }
}

function recordSource(index: TurnIndex, source: LedgerSource): void {
  const unfinished = source.unfinished === true ? 1 : 0;
  index.run('INSERT OR REPLACE INTO sources VALUES (?, ?, ?)', source.path, JSON.stringify(source), unfinished);
  index.run('DELETE FROM source_conversations WHERE path=?', source.path);
  const started = new Set(source.started ?? []);
  for (const id of source.conversations) {
    const how = started.has(id) ? 1 : 0;
    index.run('INSERT OR IGNORE INTO source_conversations VALUES (?, ?, ?)', Buffer.from(id, 'hex'), source.path, how);
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

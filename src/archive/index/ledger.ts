/** The importers' ledger: which source, up to where, became which turns. */
/** It lives in the index. It may lag behind the archive, so what it says of turns that are not there is not said at all. */

import { encodeHex } from '../../base/bytes.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
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

export function openLedger({ index, hasTurn, assertWritable }: LedgerParts): Ledger {
  const isHere = (source: LedgerSource) => source.conversations.every((id) => index.findRow(id) !== undefined);
  return {
    findSource(path) {
      const row = index.get('SELECT json FROM sources WHERE path=?', path);
      const source = parseSource(row?.json);
      return source !== undefined && isHere(source) ? source : undefined;
    },
    listSources() {
      return index.all('SELECT json FROM sources ORDER BY path').flatMap(({ json }) => {
        const source = parseSource(json);
        return source !== undefined && isHere(source) ? [source] : [];
      });
    },
    findKey(key) {
      const row = index.get('SELECT turn FROM keys WHERE key=?', key);
      if (row === undefined) return undefined;
      const turn = encodeHex(indexBytes(row.turn)) as TurnHash;
      return hasTurn(turn) ? turn : undefined;
    },
    record({ sources = [], keys = [] }) {
      assertWritable();
      index.transaction(() => {
        for (const source of sources) {
          index.run('INSERT OR REPLACE INTO sources VALUES (?, ?)', source.path, JSON.stringify(source));
          index.run('DELETE FROM source_conversations WHERE path=?', source.path);
          for (const id of source.conversations) {
            index.run('INSERT OR IGNORE INTO source_conversations VALUES (?, ?)', Buffer.from(id, 'hex'), source.path);
          }
        }
        for (const { key, turn } of keys)
          index.run('INSERT OR REPLACE INTO keys VALUES (?, ?)', key, Buffer.from(turn, 'hex'));
      });
    },
  };
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

/** What was last known of logs that are not there any more, or are there without what was known. */
/** A log only grows: one that is gone, shorter or another one has lost something, and is said to have until it is back or a person accepts it. */

import { encodeHex } from '../../base/bytes.ts';
import type { SqlRow } from '../../base/sqlite.ts';
import type { ConversationId } from '../../model/ids.ts';
import { rootOf } from '../format/merkle.ts';
import { indexBytes, indexNumber } from './index-rows.ts';
import type { TurnIndex } from './turn-index.ts';

/** A state that a log was in: any later one begins with these records. */
export interface KnownLog {
  readonly id: ConversationId;
  readonly size: number;
  readonly root: Uint8Array;
  readonly turns: number;
}

/** The greatest state that is remembered: one that was lost, else the one the index has. Undefined: nothing was ever known. */
export function findKnownLog(index: TurnIndex, id: ConversationId): KnownLog | undefined {
  const lost = index.get('SELECT * FROM lost_logs WHERE hash=?', Buffer.from(id, 'hex'));
  if (lost !== undefined) return knownFromRow(lost);
  const row = index.findRow(id);
  if (row === undefined || row.frontier.size === 0) return undefined;
  return { id, size: row.frontier.size, root: rootOf(row.frontier), turns: row.state.turns };
}

/** The same without what was made of a damaged log: that would make the damage the truth. */
export function findTrustedLog(index: TurnIndex, id: ConversationId): KnownLog | undefined {
  const isLost = index.get('SELECT 1 AS one FROM lost_logs WHERE hash=?', Buffer.from(id, 'hex')) !== undefined;
  return isLost || index.findRow(id)?.damage === undefined ? findKnownLog(index, id) : undefined;
}

/** Inside a transaction. The first loss stands: what was known after it is a shorter story. */
export function noteLostLog(index: TurnIndex, { id, size, root, turns }: KnownLog): void {
  index.run('INSERT OR IGNORE INTO lost_logs VALUES (?, ?, ?, ?)', Buffer.from(id, 'hex'), size, root, turns);
}

/** Before the index is dropped: all that it knows of whole logs, until it is found again. Inside a transaction. */
export function noteAllLogs(index: TurnIndex): void {
  index.run(
    'INSERT OR IGNORE INTO lost_logs SELECT hash, size, root, turns FROM conversations WHERE size > 0 AND damage IS NULL',
  );
}

/** It was found again. Inside a transaction. */
export function forgetLostLog(index: TurnIndex, id: ConversationId): void {
  index.run('DELETE FROM lost_logs WHERE hash=?', Buffer.from(id, 'hex'));
}

/** A person knows of it. Inside a transaction. */
export function acceptLostLogs(index: TurnIndex): void {
  index.run('DELETE FROM lost_logs');
}

/** By id. */
export function listLostLogs(index: TurnIndex): readonly KnownLog[] {
  return index.all('SELECT * FROM lost_logs ORDER BY hash').map(knownFromRow);
}

function knownFromRow(row: SqlRow): KnownLog {
  return {
    id: encodeHex(indexBytes(row.hash)) as ConversationId,
    size: indexNumber(row.size),
    root: indexBytes(row.root),
    turns: indexNumber(row.turns),
  };
}

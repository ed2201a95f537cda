/** Finding turns by name, listing a log, walking a branch. */
/** The index only says where to look: a turn is returned when the record there hashes to its name. */

import { type ConversationId, isHash, type TurnHash } from '../../model/ids.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { AmbiguousPrefixError } from '../errors.ts';
import { findRecord } from '../files/conversation-files.ts';
import { findEntry } from '../format/entry-tile.ts';
import type { LogRecord } from '../format/record.ts';
import { TILE_WIDTH, tileCount, tileRecords } from '../format/tile-names.ts';
import type { ConversationRow, TurnPlace } from '../index/conversation-row.ts';
import type { Store } from '../index/store.ts';
import { reindex } from '../scan/reindex.ts';

/** By full hash or by a prefix of lowercase hex digits. Throws AmbiguousPrefixError. */
export function findTurn(store: Store, prefix: string): LoggedTurn | undefined {
  const { turns, stale } = lookAt(store, prefix);
  if (stale.length > 0) {
    // the index leads nowhere: it is wrong about these conversations, not the logs
    for (const id of stale) reindex(store, id);
    return pickOne(prefix, lookAt(store, prefix).turns);
  }
  return pickOne(prefix, turns);
}

/** All turns of a conversation from position `from` on, in log order. Damaged records are left out (and known as damage). */
export function listTurns(store: Store, row: ConversationRow, from = 0): LoggedTurn[] {
  const turns: LoggedTurn[] = [];
  const size = row.frontier.size;
  for (let n = Math.floor(from / TILE_WIDTH); n < tileCount(size); n++) {
    const records = readTile(store, row, n);
    for (const [i, record] of records.entries()) {
      const position = n * TILE_WIDTH + i;
      if (record?.kind === 'turn' && position >= from) turns.push(logged(record, row.id, position));
    }
  }
  return turns;
}

/**
 * The path to `turn`, root first; with `after`, only what follows that ancestor (all of it when `after` is none). Where a
 * record on the way is damaged the path starts behind it: its first turn then has a parent.
 */
export function listBranch(store: Store, turn: LoggedTurn, after?: TurnHash): LoggedTurn[] {
  const path: LoggedTurn[] = [];
  const row = store.index.findRow(turn.conversation);
  let at: LoggedTurn | undefined = turn;
  while (at !== undefined && at.hash !== after) {
    path.push(at);
    at = at.parent === null || row === undefined ? undefined : findParent(store, row, at.parent, at.position);
  }
  return path.reverse();
}

/** Whether a turn is in the archive. Its record is read, so a stale index cannot say yes. */
export function hasTurn(store: Store, hash: TurnHash): boolean {
  return findTurn(store, hash) !== undefined;
}

/** The records of tile `n`, checked; a tile that does not fit has its conversation scanned first, so that damage gets named. */
export function readTile(store: Store, row: ConversationRow, n: number): readonly (LogRecord | undefined)[] {
  const count = tileRecords(row.frontier.size, n);
  const tile = store.files.readTile(row.id, n, count);
  if (!tile.whole && row.damage === undefined) {
    const again = reindex(store, row.id);
    if (again !== undefined) return store.files.readTile(row.id, n, tileRecords(again.frontier.size, n)).records;
  }
  return tile.records;
}

function logged(record: LogRecord & { kind: 'turn' }, conversation: ConversationId, position: number): LoggedTurn {
  const { kind: _, ...turn } = record;
  return { ...turn, conversation, position };
}

/** Mostly the record just before; else in the same or the previous tile; else wherever the index says. */
function findParent(store: Store, row: ConversationRow, parent: TurnHash, position: number): LoggedTurn | undefined {
  const n = Math.floor(position / TILE_WIDTH);
  for (const tile of n === 0 ? [0] : [n, n - 1]) {
    const records = readTile(store, row, tile);
    const end = Math.min(records.length, position - tile * TILE_WIDTH);
    for (let i = end - 1; i >= 0; i--) {
      const record = records[i];
      if (record?.kind === 'turn' && record.hash === parent) return logged(record, row.id, tile * TILE_WIDTH + i);
    }
  }
  const found = findTurn(store, parent);
  if (found === undefined || found.position >= position) return undefined;
  readTile(store, row, Math.floor(found.position / TILE_WIDTH)); // its neighbours are likely to be next
  return found;
}

function lookAt(store: Store, prefix: string): { turns: LoggedTurn[]; stale: ConversationId[] } {
  const turns: LoggedTurn[] = [];
  const stale: ConversationId[] = [];
  for (const place of store.index.listPlaces(prefix)) {
    const id = store.index.findConversationId(place.key);
    const row = id === undefined ? undefined : store.index.findRow(id);
    if (row === undefined) continue;
    const turn = readAt(store, row, place);
    if (turn === undefined) {
      if (row.damage === undefined) stale.push(row.id);
    } else if (turn.hash.startsWith(prefix)) turns.push(turn);
    else if (!turn.hash.startsWith(prefix.slice(0, 12))) stale.push(row.id);
  }
  return { turns, stale };
}

/** The turn at a place. Only its own record is decoded: the hash that was asked for is the check. */
function readAt(store: Store, row: ConversationRow, { position }: TurnPlace): LoggedTurn | undefined {
  if (position >= row.frontier.size) return undefined;
  const n = Math.floor(position / TILE_WIDTH);
  const kept = store.files.findKeptTile(row.id, n)?.records[position % TILE_WIDTH];
  if (kept?.kind === 'turn') return logged(kept, row.id, position);
  if (row.damage !== undefined) {
    // lengths may be bad: the leaf hashes lead to what is still whole
    const found = readTile(store, row, n)[position % TILE_WIDTH];
    if (found?.kind === 'turn') return logged(found, row.id, position);
    // or only its leaf hash is bad: then the record's own hash still tells
  }
  const tile = store.files.readTileBytes(row.id, 'entries', n);
  const bytes = tile === undefined ? undefined : findEntry(tile, position % TILE_WIDTH);
  const record = bytes === undefined ? undefined : findRecord(bytes);
  return record?.kind === 'turn' ? logged(record, row.id, position) : undefined;
}

function pickOne(prefix: string, turns: readonly LoggedTurn[]): LoggedTurn | undefined {
  if (turns.length > 1 && !isHash(prefix))
    throw new AmbiguousPrefixError(
      prefix,
      turns.slice(0, 3).map((turn) => turn.hash),
    );
  return turns[0];
}

/** Brings the ledger of an index in step with the native ids that were kept beside it, and these with what only the index knows. */
/** An index may be new, of a backup, or have lost its last moments; a file may be gone. Afterwards both say the same. */

import { encodeHex } from '../../base/bytes.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
import type { SqlRow, SqlValue } from '../../base/sqlite.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import type { LostParent } from '../ledger-contract.ts';
import { indexBytes, indexText } from './index-rows.ts';
import { type EntryMark, type NativeIds, type NativeIdsUpdate, NO_ENTRY } from './native-ids.ts';
import type { TurnIndex } from './turn-index.ts';

/** Which of two meanings of a key stands: what is written now, or what was there. */
type Newest = 'written' | 'there';

/** Returns the entry behind which more is to be written. */
export function catchUp(index: TurnIndex, ids: NativeIds): EntryMark {
  const known = findMark(index);
  if (known !== undefined && ids.has(known)) return takeIn(index, ids, known, 'written');
  const isNew = !holdsAny(index);
  const end = takeIn(index, ids, NO_ENTRY, isNew ? 'written' : 'there');
  if (isNew) return end;
  const mark = ids.replace(walkRows(index));
  index.transaction(() => setMark(index, mark));
  return mark;
}

function takeIn(index: TurnIndex, ids: NativeIds, after: EntryMark, newest: Newest): EntryMark {
  let at = after;
  for (const { mark, update } of ids.walk(after)) {
    index.transaction(() => {
      writeIds(index, update, newest);
      setMark(index, mark);
    });
    at = mark;
  }
  return at;
}

/** Inside a transaction. */
export function writeIds(index: TurnIndex, update: NativeIdsUpdate, newest: Newest): void {
  const { keys = [], moved = [], joined = [], lost = [], found = [] } = update;
  const insert = newest === 'written' ? 'INSERT OR REPLACE' : 'INSERT OR IGNORE';
  for (const { key, turn, provisional } of keys)
    index.run(`${insert} INTO keys VALUES (?, ?, ?)`, key, bytesOf(turn), provisional === true ? 1 : 0);
  for (const { turn, into } of moved) index.run(`${insert} INTO moved VALUES (?, ?)`, bytesOf(turn), bytesOf(into));
  for (const { conversation, into } of joined)
    index.run(`${insert} INTO joined VALUES (?, ?)`, bytesOf(conversation), bytesOf(into));
  for (const { parent, turn, place } of lost)
    index.run(`${insert} INTO lost_parents VALUES (?, ?, ?)`, parent, bytesOf(turn), place);
  for (const turn of found) index.run('DELETE FROM lost_parents WHERE turn=?', bytesOf(turn));
}

/** Inside a transaction. */
export function setMark(index: TurnIndex, mark: EntryMark): void {
  index.run("INSERT OR REPLACE INTO archive VALUES ('native_ids', ?)", JSON.stringify(mark));
}

function findMark(index: TurnIndex): EntryMark | undefined {
  const text = indexText(index.get("SELECT value FROM archive WHERE key='native_ids'")?.value);
  const value = text === undefined ? undefined : parseJson(text);
  return isJsonObject(value) && typeof value.hash === 'string' ? (value as unknown as EntryMark) : undefined;
}

function holdsAny(index: TurnIndex): boolean {
  const tables = ['keys', 'moved', 'joined', 'lost_parents'];
  return tables.some((table) => index.get(`SELECT 1 AS one FROM ${table} LIMIT 1`) !== undefined);
}

/** All that the index knows, in updates of some size. */
function* walkRows(index: TurnIndex): Generator<NativeIdsUpdate> {
  yield* inPages(index, 'SELECT * FROM keys ORDER BY key', (rows) => ({
    keys: rows.map(({ key, turn, provisional }) => ({
      key: indexText(key) ?? '',
      turn: hashOf(turn),
      ...(provisional === 1 ? { provisional: true } : {}),
    })),
  }));
  yield* inPages(index, 'SELECT * FROM moved ORDER BY turn', (rows) => ({
    moved: rows.map(({ turn, into_turn }) => ({ turn: hashOf(turn), into: hashOf(into_turn) })),
  }));
  yield* inPages(index, 'SELECT * FROM joined ORDER BY conversation', (rows) => ({
    joined: rows.map(({ conversation, into_conversation }) => ({
      conversation: hashOf(conversation) as string as ConversationId,
      into: hashOf(into_conversation) as string as ConversationId,
    })),
  }));
  yield* inPages(index, 'SELECT * FROM lost_parents ORDER BY parent, turn', (rows) => ({
    lost: rows.map(({ parent, turn, place }) => ({
      parent: indexText(parent) ?? '',
      turn: hashOf(turn),
      place: (indexText(place) ?? 'at') as LostParent['place'],
    })),
  }));
}

function* inPages(
  index: TurnIndex,
  sql: string,
  updateOf: (rows: readonly SqlRow[]) => NativeIdsUpdate,
): Generator<NativeIdsUpdate> {
  let page: SqlRow[] = [];
  for (const row of index.iterate(sql)) {
    page.push(row);
    if (page.length < PAGE) continue;
    yield updateOf(page);
    page = [];
  }
  if (page.length > 0) yield updateOf(page);
}

function bytesOf(hash: string): Buffer {
  return Buffer.from(hash, 'hex');
}

function hashOf(value: SqlValue | undefined): TurnHash {
  return encodeHex(indexBytes(value)) as TurnHash;
}

const PAGE = 4096;

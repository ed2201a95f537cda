/** The private index (SQLite): where each turn stands, what lists show, the importers' ledger. */
/** Derived from the logs, so it may lag or vanish; it is trusted only as far as the checkpoint it remembers and the hash it leads to. */

import { encodeHex } from '../../base/bytes.ts';
import type { Head } from '../../model/conversation.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import { encodeFrontier, rootOf } from '../format/merkle.ts';
import type { MetaTombstone, Tombstone } from '../format/record.ts';
import type {
  ChunkRow,
  ConversationRow,
  IndexUpdate,
  LoggedTombstone,
  StampRow,
  TurnPlace,
} from './conversation-row.ts';
import { IndexDatabase } from './index-database.ts';
import {
  chunkFromRow,
  conversationFromRow,
  headFromRow,
  indexBytes,
  indexNumber,
  metaTombstoneFromRow,
  stampFromRow,
  tombstoneFromRow,
} from './index-rows.ts';

/** Positions share a 53-bit row id with the conversation's key. */
const POSITION_SPAN = 2 ** 28;
const ROWS_KEPT = 1024;
/** As in a record. */
const ACTION_NUMBERS = { withheld: 1, replaced: 2, 'meta withheld': 3 } as const;
/** One more than any row has: whatever changes gets it. */
const NEXT_REVISION =
  '(SELECT 1 + max(ifnull((SELECT max(revision) FROM conversations), 0), ifnull((SELECT max(revision) FROM gone), 0)))';

export class TurnIndex extends IndexDatabase {
  /** Made in this opening: what it does not know may have been known to the one before. */
  isNew = false;
  readonly #rows = new Map<ConversationId, ConversationRow>();
  readonly #heads = new Map<ConversationId, Map<string, Head>>();
  readonly #ids = new Map<number, ConversationId>();

  /** All or nothing. */
  override transaction<T>(work: () => T): T {
    try {
      return super.transaction(work);
    } catch (error) {
      this.forgetRows();
      throw error;
    }
  }

  /** Rows are kept in memory between calls; another process may have changed them. */
  forgetRows(): void {
    this.#rows.clear();
    this.#heads.clear();
    this.#ids.clear();
  }

  /** Id, stamp and lengths of every conversation by id, without the rest: what opening compares. A page of them is in memory at a time. */
  *walkStamps(): Generator<StampRow> {
    const sql =
      'SELECT hash, stamp, size, entry_bytes, payload_bytes, damage FROM conversations WHERE hash > ? ORDER BY hash LIMIT 1024';
    for (let from = new Uint8Array(0); ; ) {
      const rows = this.all(sql, from);
      for (const row of rows) yield stampFromRow(row);
      if (rows.length < 1024) return;
      from = new Uint8Array(indexBytes(rows.at(-1)?.hash));
    }
  }

  findRow(id: ConversationId): ConversationRow | undefined {
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    const row = this.get('SELECT * FROM conversations WHERE hash=?', hashBytes(id));
    if (row === undefined) return undefined;
    const key = indexNumber(row.id);
    const heads = this.all('SELECT name, turn, time_ms FROM heads WHERE conversation=? ORDER BY name', key);
    const kept = new Map(heads.map(headFromRow).map((head) => [head.name, head]));
    const found = conversationFromRow(id, row, kept);
    if (found === undefined) return undefined;
    this.#keep(found, kept);
    return found;
  }

  #keep(row: ConversationRow, heads: Map<string, Head>): void {
    if (this.#rows.size > ROWS_KEPT) this.forgetRows();
    this.#rows.set(row.id, row);
    this.#heads.set(row.id, heads);
    this.#ids.set(row.key, row.id);
  }

  findConversationId(key: number): ConversationId | undefined {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const row = this.get('SELECT hash FROM conversations WHERE id=?', key);
    if (row === undefined) return undefined;
    const id = encodeHex(indexBytes(row.hash)) as ConversationId;
    if (this.#ids.size > 64 * ROWS_KEPT) this.#ids.clear();
    this.#ids.set(key, id);
    return id;
  }

  /** Ids that start with the digits, at most three. */
  listConversationsByPrefix(prefix: string): ConversationId[] {
    const rows = this.all(
      'SELECT hash FROM conversations WHERE hash BETWEEN ? AND ? AND (turns > 0 OR damage IS NOT NULL) ORDER BY hash LIMIT 3',
      hashBytes(prefix.padEnd(64, '0')),
      hashBytes(prefix.padEnd(64, 'f')),
    );
    return rows.map((row) => encodeHex(indexBytes(row.hash)) as ConversationId);
  }

  /** Places of turns whose hash may start with the digits (told apart up to 12 digits), at most eight. */
  listPlaces(prefix: string): TurnPlace[] {
    const digits = prefix.slice(0, 12);
    const low = Number.parseInt(digits.padEnd(12, '0'), 16);
    const high = Number.parseInt(digits.padEnd(12, 'f'), 16);
    const rows = this.all('SELECT id FROM turns WHERE h48 BETWEEN ? AND ? LIMIT 8', low, high);
    return rows.map((row) => placeOf(indexNumber(row.id)));
  }

  /** Whether the index leads from this turn to this position. */
  hasPlace(key: number, hash: TurnHash, position: number): boolean {
    const id = key * POSITION_SPAN + position;
    return this.get('SELECT 1 AS one FROM turns WHERE h48=? AND id=?', prefix48(hash), id) !== undefined;
  }

  /** Log position → first 12 digits of the turn that stands there. Reads the whole table: for naming what is lost. */
  listTurnPrefixes(key: number): Map<number, string> {
    const rows = this.all(
      'SELECT h48, id FROM turns WHERE id >= ? AND id < ?',
      key * POSITION_SPAN,
      (key + 1) * POSITION_SPAN,
    );
    return new Map(
      rows.map((row) => [
        indexNumber(row.id) - key * POSITION_SPAN,
        indexNumber(row.h48).toString(16).padStart(12, '0'),
      ]),
    );
  }

  /** Those of turns. */
  listTombstones(key: number): Tombstone[] {
    const rows = this.all('SELECT * FROM tombstones WHERE conversation=? AND action < 3 ORDER BY position', key);
    return rows.map(tombstoneFromRow);
  }

  listMetaTombstones(key: number): MetaTombstone[] {
    const rows = this.all('SELECT * FROM tombstones WHERE conversation=? AND action = 3 ORDER BY position', key);
    return rows.map(metaTombstoneFromRow);
  }

  /** Blobs that something in the conversation needs, sorted. */
  listBlobUse(key: number): string[] {
    const rows = this.all('SELECT hash FROM blob_use WHERE conversation=? ORDER BY hash', key);
    return rows.map((row) => encodeHex(indexBytes(row.hash)));
  }

  /** Whether something that was not taken back needs this blob, in any conversation. */
  isBlobUsed(hash: string): boolean {
    return this.get('SELECT 1 AS one FROM blob_use WHERE hash=? LIMIT 1', hashBytes(hash)) !== undefined;
  }

  /** Chunks of a conversation's payload tiles as they were written, in log order. */
  listChunks(key: number): ChunkRow[] {
    const rows = this.all(
      'SELECT tile, first, offset, length, crc FROM chunks WHERE conversation=? ORDER BY tile, first',
      key,
    );
    return rows.map(chunkFromRow);
  }

  /** CRC-32 and length of a blob file as written. Undefined: not recorded. */
  findBlob(hash: string): { readonly length: number; readonly crc: number } | undefined {
    const row = this.get('SELECT length, crc FROM blobs WHERE hash=?', hashBytes(hash));
    return row === undefined ? undefined : { length: indexNumber(row.length), crc: indexNumber(row.crc) };
  }

  recordBlob(hash: string, length: number, crc: number): void {
    this.run('INSERT OR REPLACE INTO blobs VALUES (?, ?, ?)', hashBytes(hash), length, crc);
  }

  dropBlob(hash: string): void {
    this.run('DELETE FROM blobs WHERE hash=?', hashBytes(hash));
  }

  /** Makes room for a conversation; what was known of it is dropped. `unnamed`: as the ledger means it. Inside a transaction. Returns its key. */
  startConversation(id: ConversationId, unnamed = false): number {
    this.dropConversation(id);
    this.run(
      `INSERT INTO conversations (hash, unnamed, revision) VALUES (?, ?, ${NEXT_REVISION})`,
      ...[hashBytes(id), unnamed ? 1 : 0],
    );
    this.run('DELETE FROM gone WHERE hash=?', hashBytes(id));
    return indexNumber(this.get('SELECT id FROM conversations WHERE hash=?', hashBytes(id))?.id);
  }

  /** Inside a transaction. */
  insertTurn(key: number, hash: TurnHash, position: number): void {
    this.run('INSERT OR IGNORE INTO turns VALUES (?, ?)', prefix48(hash), key * POSITION_SPAN + position);
  }

  /** Inside a transaction. */
  apply(update: IndexUpdate): void {
    const { key, id, state, frontier, entryBytes, payloadBytes, stamp, damage, origin } = update.row;
    this.run(
      `UPDATE conversations SET origin=?, size=?, root=?, frontier=?, entry_bytes=?, payload_bytes=?, stamp=?, damage=?, turns=?, prompts=?,
       tool_calls=?, input_tokens=?, output_tokens=?, first_prompt=?, first_ms=?, last_ms=?, withheld=?,
       meta_withheld=?, meta=?, revision=${NEXT_REVISION} WHERE id=?`,
      origin ?? null,
      ...[frontier.size, rootOf(frontier), encodeFrontier(frontier), entryBytes, payloadBytes, stamp, damage ?? null],
      ...[state.turns, state.prompts, state.toolCalls, state.inputTokens, state.outputTokens, state.firstPrompt],
      ...[state.firstMs, state.lastMs, state.withheld, state.metaWithheld ? 1 : 0, state.metaJson, key],
    );
    for (const head of update.heads) {
      this.run('INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?)', key, head.name, hashBytes(head.turn), head.timeMs);
    }
    for (const { hash, position } of update.turns) this.insertTurn(key, hash, position);
    for (const tombstone of update.tombstones) this.#insertTombstone(key, tombstone);
    for (const hash of update.blobs) this.insertBlobUse(key, hash);
    for (const tile of update.rewrittenTiles) this.run('DELETE FROM chunks WHERE conversation=? AND tile=?', key, tile);
    for (const { tile, first, offset, length, crc } of update.chunks) {
      this.run('INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?, ?)', key, tile, first, offset, length, crc);
    }
    // changed in place: a copy for each append would make many branches cost their square
    const heads = this.#heads.get(id) ?? new Map(state.heads);
    for (const head of update.heads) heads.set(head.name, head);
    this.#keep({ ...update.row, state: { ...state, heads } }, heads);
  }

  /** Inside a transaction. */
  insertBlobUse(key: number, hash: string): void {
    this.run('INSERT OR IGNORE INTO blob_use VALUES (?, ?)', hashBytes(hash), key);
  }

  #insertTombstone(key: number, tombstone: LoggedTombstone): void {
    const { position, action, reason, timeMs } = tombstone;
    const named = action === 'meta withheld' ? tombstone.meta : tombstone.turn;
    const replacement = action === 'replaced' ? tombstone.replacement : undefined;
    this.run(
      'INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[key, position, hashBytes(named), ACTION_NUMBERS[action], reason, timeMs],
      replacement === undefined ? null : hashBytes(replacement),
    );
    // remembered beside the log: one that is lost, or put back as it was, must not bring the turn back
    if (action !== 'meta withheld') this.run('INSERT OR IGNORE INTO withdrawn VALUES (?)', hashBytes(named));
  }

  /** Its turns' places stay until `dropOrphans`: they lead to a key that nobody has any more. */
  dropConversation(id: ConversationId): void {
    const key = this.get('SELECT id FROM conversations WHERE hash=?', hashBytes(id))?.id;
    this.#rows.delete(id);
    this.#heads.delete(id);
    if (typeof key !== 'number') return;
    this.#ids.delete(key);
    for (const table of ['heads', 'tombstones', 'chunks', 'blob_use'])
      this.run(`DELETE FROM ${table} WHERE conversation=?`, key);
    this.run(`INSERT OR REPLACE INTO gone VALUES (?, ${NEXT_REVISION})`, hashBytes(id));
    this.run('DELETE FROM conversations WHERE id=?', key);
  }

  /** Removes the places of dropped conversations, in one pass over all turns. Inside a transaction. */
  dropOrphans(): void {
    // @NOTE a bound number is a REAL to SQLite, and would not divide as whole numbers do
    this.run(`DELETE FROM turns WHERE id / ${POSITION_SPAN} NOT IN (SELECT id FROM conversations)`);
  }

  /** Everything but the ledger, which no log can give back. */
  dropDerived(): void {
    for (const table of ['conversations', 'gone', 'turns', 'heads', 'tombstones', 'chunks', 'blobs', 'blob_use'])
      this.run(`DELETE FROM ${table}`);
    this.startGeneration();
    this.forgetRows();
  }
}

function placeOf(id: number): TurnPlace {
  const key = Math.floor(id / POSITION_SPAN);
  return { key, position: id - key * POSITION_SPAN };
}

function prefix48(hash: string): number {
  return Number.parseInt(hash.slice(0, 12), 16);
}

function hashBytes(hash: string): Uint8Array {
  return Buffer.from(hash, 'hex');
}

/** The private index (SQLite): where each turn stands, what lists show, the importers' ledger. */
/** Derived from the logs, so it may lag or vanish; it is trusted only as far as the checkpoint it remembers and the hash it leads to. */

import { encodeHex } from '../base/bytes.ts';
import { type Database, openDatabase, type SqlRow, type SqlValue } from '../base/sqlite.ts';
import { type ConversationSummary, type Head, listLiveHeads } from '../model/conversation.ts';
import type { ConversationId, TurnHash } from '../model/ids.ts';
import type { Tombstone } from './contract.ts';
import { headFromRow, indexBytes, indexNumber, indexText, parseMeta, summaryFromRow } from './index-rows.ts';
import { SCHEMA, SCHEMA_VERSION } from './index-schema.ts';
import { decodeFrontier, encodeFrontier, type Frontier, rootOf } from './merkle.ts';
import type { SummaryState } from './summary.ts';

/** What the index knows of one conversation's files: all that an append needs. */
export interface ConversationRow {
  /** Small number that stands for the conversation inside the index. */
  readonly key: number;
  readonly id: ConversationId;
  readonly frontier: Frontier;
  /** Bytes of the last entry tile and of the last payload tile up to the checkpoint. */
  readonly entryBytes: number;
  readonly payloadBytes: number;
  /** Size, time and identity of the checkpoint file when it was read; empty: read it again. */
  readonly stamp: string;
  readonly state: SummaryState;
  /** Undefined: none known. With damage the conversation is read-only. */
  readonly damage: string | undefined;
}

/** Where a turn should stand. A hint: the record there must hash to the turn. */
export interface TurnPlace {
  readonly key: number;
  readonly position: number;
}

/** A payload chunk as it was written: its CRC-32 shows a flip even where zstd would not look. */
export interface ChunkRow {
  readonly tile: number;
  readonly first: number;
  readonly offset: number;
  readonly length: number;
  readonly crc: number;
}

/** What one conversation's growth changes in the index. */
export interface IndexUpdate {
  readonly row: ConversationRow;
  /** Heads that are new or moved. */
  readonly heads: readonly Head[];
  readonly turns: readonly { readonly hash: TurnHash; readonly position: number }[];
  readonly tombstones: readonly LoggedTombstone[];
  readonly chunks: readonly ChunkRow[];
  /** Tiles that were rewritten: their old chunks are forgotten first. */
  readonly rewrittenTiles: readonly number[];
}

/** A tombstone and its place in the log. */
export type LoggedTombstone = Tombstone & { readonly position: number };

/** Positions share a 53-bit row id with the conversation's key. */
const POSITION_SPAN = 2 ** 28;
const ROWS_KEPT = 1024;

export class TurnIndex {
  readonly db: Database;
  readonly readOnly: boolean;
  readonly #rows = new Map<ConversationId, ConversationRow>();
  readonly #ids = new Map<number, ConversationId>();

  /** Throws what SQLite throws for a file that is no database. */
  constructor(path: string, readOnly: boolean) {
    this.readOnly = readOnly;
    this.db = openDatabase(path, { readOnly });
    if (readOnly) return;
    // WAL without a sync per commit: a power cut can take the newest commits, never the file's consistency
    this.db.exec(
      'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000; PRAGMA temp_store=MEMORY',
    );
    this.db.exec(SCHEMA);
  }

  /** Whose index this is, as `setIdentity` wrote it; undefined for a new one or one of another version. Throws on a broken file. */
  findIdentity(): string | undefined {
    const values = new Map(this.all('SELECT key, value FROM archive').map((row) => [row.key, row.value]));
    return values.get('schema') === SCHEMA_VERSION ? indexText(values.get('identity')) : undefined;
  }

  setIdentity(identity: string): void {
    this.run("INSERT OR REPLACE INTO archive VALUES ('schema', ?), ('identity', ?)", SCHEMA_VERSION, identity);
  }

  close(): void {
    this.db.close();
  }

  /** All or nothing. */
  transaction<T>(work: () => T): T {
    try {
      return this.db.transaction(work);
    } catch (error) {
      this.forgetRows();
      throw error;
    }
  }

  /** Rows are kept in memory between calls; another process may have changed them. */
  forgetRows(): void {
    this.#rows.clear();
    this.#ids.clear();
  }

  /** Id, stamp and lengths of every conversation, without the rest: what opening compares. */
  listStamps(): {
    id: ConversationId;
    stamp: string;
    size: number;
    entryBytes: number;
    payloadBytes: number;
    damaged: boolean;
  }[] {
    return this.all('SELECT hash, stamp, size, entry_bytes, payload_bytes, damage FROM conversations').map((row) => ({
      id: encodeHex(indexBytes(row.hash)) as ConversationId,
      stamp: indexText(row.stamp) ?? '',
      size: indexNumber(row.size),
      entryBytes: indexNumber(row.entry_bytes),
      payloadBytes: indexNumber(row.payload_bytes),
      damaged: row.damage !== null,
    }));
  }

  findRow(id: ConversationId): ConversationRow | undefined {
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    const row = this.get('SELECT * FROM conversations WHERE hash=?', hashBytes(id));
    const frontier = row === undefined ? undefined : decodeFrontier(indexNumber(row.size), indexBytes(row.frontier));
    if (row === undefined || frontier === undefined) return undefined;
    const key = indexNumber(row.id);
    const heads = this.all('SELECT name, turn, time_ms FROM heads WHERE conversation=? ORDER BY name', key).map(
      headFromRow,
    );
    const found: ConversationRow = {
      ...{ key, id, frontier },
      entryBytes: indexNumber(row.entry_bytes),
      payloadBytes: indexNumber(row.payload_bytes),
      stamp: indexText(row.stamp) ?? '',
      damage: indexText(row.damage),
      state: {
        turns: indexNumber(row.turns),
        prompts: indexNumber(row.prompts),
        toolCalls: indexNumber(row.tool_calls),
        inputTokens: indexNumber(row.input_tokens),
        outputTokens: indexNumber(row.output_tokens),
        firstPrompt: indexText(row.first_prompt) ?? '',
        firstMs: indexNumber(row.first_ms),
        lastMs: indexNumber(row.last_ms),
        withheld: indexNumber(row.withheld),
        metaJson: indexText(row.meta) ?? '',
        heads: new Map(heads.map((head) => [head.name, head])),
      },
    };
    if (this.#rows.size > ROWS_KEPT) this.forgetRows();
    this.#rows.set(id, found);
    this.#ids.set(key, id);
    return found;
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
      'SELECT hash FROM conversations WHERE hash BETWEEN ? AND ? AND turns > 0 ORDER BY hash LIMIT 3',
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

  /** Log position → first 12 digits of the turn that stands there. */
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

  /** Newest activity first; equal times by id. */
  listSummaries(): ConversationSummary[] {
    const headRows = this.all('SELECT conversation, name, turn, time_ms FROM heads ORDER BY conversation, name');
    const heads = Map.groupBy(headRows, (row) => indexNumber(row.conversation));
    const rows = this.all('SELECT * FROM conversations WHERE turns > 0 ORDER BY last_ms DESC, hash');
    return rows.map((row) => summaryFromRow(row, (heads.get(indexNumber(row.id)) ?? []).map(headFromRow)));
  }

  listTombstones(key: number): Tombstone[] {
    const rows = this.all('SELECT * FROM tombstones WHERE conversation=? ORDER BY position', key);
    return rows.map((row) => ({
      turn: encodeHex(indexBytes(row.turn)) as TurnHash,
      action: row.action === 1 ? 'withheld' : 'replaced',
      reason: indexNumber(row.reason),
      timeMs: indexNumber(row.time_ms),
      ...(row.replacement === null ? {} : { replacement: encodeHex(indexBytes(row.replacement)) as TurnHash }),
    }));
  }

  /** Chunks of a conversation's payload tiles as they were written, in log order. */
  listChunks(key: number): ChunkRow[] {
    const rows = this.all(
      'SELECT tile, first, offset, length, crc FROM chunks WHERE conversation=? ORDER BY tile, first',
      key,
    );
    return rows.map((row) => ({
      tile: indexNumber(row.tile),
      first: indexNumber(row.first),
      offset: indexNumber(row.offset),
      length: indexNumber(row.length),
      crc: indexNumber(row.crc),
    }));
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

  /** Makes room for a conversation; what was known of it is dropped. Inside a transaction. Returns its key. */
  startConversation(id: ConversationId): number {
    this.dropConversation(id);
    this.run('INSERT INTO conversations (hash) VALUES (?)', hashBytes(id));
    return indexNumber(this.get('SELECT id FROM conversations WHERE hash=?', hashBytes(id))?.id);
  }

  /** Inside a transaction. */
  insertTurn(key: number, hash: TurnHash, position: number): void {
    this.run('INSERT OR IGNORE INTO turns VALUES (?, ?)', prefix48(hash), key * POSITION_SPAN + position);
  }

  /** Inside a transaction. */
  apply(update: IndexUpdate): void {
    const { key, id, state, frontier, entryBytes, payloadBytes, stamp, damage } = update.row;
    this.run(
      `UPDATE conversations SET size=?, root=?, frontier=?, entry_bytes=?, payload_bytes=?, stamp=?, damage=?, turns=?, prompts=?,
       tool_calls=?, input_tokens=?, output_tokens=?, first_prompt=?, first_ms=?, last_ms=?, withheld=?, meta=? WHERE id=?`,
      ...[frontier.size, rootOf(frontier), encodeFrontier(frontier), entryBytes, payloadBytes, stamp, damage ?? null],
      ...[state.turns, state.prompts, state.toolCalls, state.inputTokens, state.outputTokens, state.firstPrompt],
      ...[state.firstMs, state.lastMs, state.withheld, state.metaJson, key],
    );
    for (const head of update.heads) {
      this.run('INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?)', key, head.name, hashBytes(head.turn), head.timeMs);
    }
    for (const { hash, position } of update.turns) this.insertTurn(key, hash, position);
    for (const { position, turn, action, reason, timeMs, replacement } of update.tombstones) {
      this.run(
        'INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...[key, position, hashBytes(turn), action === 'withheld' ? 1 : 2, reason, timeMs],
        replacement === undefined ? null : hashBytes(replacement),
      );
    }
    for (const tile of update.rewrittenTiles) this.run('DELETE FROM chunks WHERE conversation=? AND tile=?', key, tile);
    for (const { tile, first, offset, length, crc } of update.chunks) {
      this.run('INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?, ?)', key, tile, first, offset, length, crc);
    }
    this.#rows.set(id, update.row);
    this.#ids.set(key, id);
  }

  dropConversation(id: ConversationId): void {
    const key = this.get('SELECT id FROM conversations WHERE hash=?', hashBytes(id))?.id;
    this.#rows.delete(id);
    if (typeof key !== 'number') return;
    this.#ids.delete(key);
    this.run('DELETE FROM turns WHERE id >= ? AND id < ?', key * POSITION_SPAN, (key + 1) * POSITION_SPAN);
    for (const table of ['heads', 'tombstones', 'chunks']) this.run(`DELETE FROM ${table} WHERE conversation=?`, key);
    this.run('DELETE FROM conversations WHERE id=?', key);
  }

  /** Leaves nothing of deleted or overwritten values in the file or its journal. */
  scrub(): void {
    this.db.exec('PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** Everything but the ledger, which no log can give back. */
  dropDerived(): void {
    for (const table of ['conversations', 'turns', 'heads', 'tombstones', 'chunks', 'blobs'])
      this.run(`DELETE FROM ${table}`);
    this.forgetRows();
  }

  get(sql: string, ...values: SqlValue[]): SqlRow | undefined {
    return this.db.statement(sql).get(...values);
  }

  all(sql: string, ...values: SqlValue[]): readonly SqlRow[] {
    return this.db.statement(sql).all(...values);
  }

  run(sql: string, ...values: SqlValue[]): void {
    this.db.statement(sql).run(...values);
  }
}

/** What lists show of a row. Heads by name. */
export function summaryOf(row: ConversationRow): ConversationSummary {
  const { state } = row;
  return {
    id: row.id,
    size: row.frontier.size,
    rootHash: encodeHex(rootOf(row.frontier)),
    heads: listLiveHeads(
      [...state.heads.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
      row.id,
    ),
    meta: parseMeta(state.metaJson),
    turns: state.turns,
    prompts: state.prompts,
    toolCalls: state.toolCalls,
    inputTokens: state.inputTokens,
    outputTokens: state.outputTokens,
    firstPrompt: state.firstPrompt,
    firstMs: state.firstMs,
    lastMs: state.lastMs,
    withheld: state.withheld,
    ...(row.damage === undefined ? {} : { damage: row.damage }),
  };
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

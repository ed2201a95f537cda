/** What the archive log says, by conversation: private/log.db. The one file that knows its tables. */
/** Derived: without it the log is read from its first record. A conversation takes a row, so 10^6 of them take no memory. */

import { decodeFrontier, encodeFrontier, type Frontier } from '../../archive/format/format.ts';
import { blake3 } from '../../base/blake3.ts';
import { decodeHex, encodeHex, encodeUtf8, equalBytes } from '../../base/bytes.ts';
import { isPlain, openDerived } from '../../base/derived.ts';
import { realDisk } from '../../base/disk.ts';
import { BrokenDatabaseError, DatabaseBusyError, DatabaseDiskError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { type Database, openDatabase, type SqlRow } from '../../base/sqlite.ts';
import { type ConversationId, turnHash } from '../../model/ids.ts';
import type { ArchiveLogRecord } from './log-record.ts';
import { generateVerifierKey } from './verifier-key.ts';

/** The last state of a conversation. */
export interface LoggedState {
  readonly conversation: ConversationId;
  /** Where it stands in the log. */
  readonly position: number;
  readonly published: boolean;
  /** Of the last published state, also when that was withdrawn since. */
  readonly size: number;
  readonly root: string;
  readonly timeMs: number;
  /** The host did not have it when it was asked for this state. */
  readonly wasAbsent?: true;
}

export interface LoggedKey {
  readonly position: number;
  readonly timeMs: number;
  /** Verifier key. */
  readonly key: string;
}

const VERSION = 3;
const SCHEMA = `
CREATE TABLE log (size INTEGER NOT NULL, frontier BLOB NOT NULL, sum BLOB NOT NULL, unsure INTEGER NOT NULL);
CREATE TABLE state (
  conversation BLOB PRIMARY KEY, position INTEGER NOT NULL, published INTEGER NOT NULL,
  size INTEGER NOT NULL, root BLOB NOT NULL, time INTEGER NOT NULL, held INTEGER, absent INTEGER
) WITHOUT ROWID;
CREATE INDEX state_pending ON state (position) WHERE held IS NOT position;
CREATE TABLE key (position INTEGER PRIMARY KEY, time INTEGER NOT NULL, key TEXT NOT NULL);
INSERT INTO log VALUES (0, x'', x'', 1);
PRAGMA user_version=${VERSION};
`;
const COLUMNS = 'conversation, position, published, size, root, time';
const READ = `${COLUMNS}, absent`;
const PENDING = 'held IS NOT position AND ifnull(absent, -1) < ?';
/** Rows that are in memory at a time. */
const PAGE = 512;

/** An open index. Must be closed. */
export class LogIndex {
  readonly #db: Database;

  private constructor(db: Database) {
    this.#db = db;
  }

  /** Opened or made; what is damaged is made anew. Its folder exists. */
  static open(path: string, log: Log): LogIndex {
    return new LogIndex(openDerived(path, { log, prepare: (db) => prepare(db, path) }));
  }

  /** An empty one that goes when it is closed; it may grow past memory. */
  static scratch(): LogIndex {
    const db = openDatabase('');
    db.exec(SCHEMA);
    return new LogIndex(db);
  }

  /** The one that stands there, to read only. Undefined: none that can be read now. */
  static findReadable(path: string): LogIndex | undefined {
    if (!isPlain(path) || realDisk.stat(path) === undefined) return undefined;
    let db: Database | undefined;
    try {
      db = openDatabase(path, { readOnly: true });
      if (versionOf(db) === VERSION && isWhole(db)) return new LogIndex(db);
    } catch (error) {
      db?.close();
      const known = [BrokenDatabaseError, DatabaseDiskError, DatabaseBusyError];
      if (!known.some((kind) => error instanceof kind)) throw error;
      return undefined;
    }
    db.close();
    return undefined;
  }

  close(): void {
    this.#db.close();
  }

  transaction<T>(work: () => T): T {
    return this.#db.transaction(work);
  }

  /** For a transaction whose end is not known yet: ended by `commit` or `rollback`. */
  begin(): void {
    this.#db.exec('BEGIN IMMEDIATE');
  }

  commit(): void {
    this.#db.exec('COMMIT');
  }

  rollback(): void {
    this.#db.exec('ROLLBACK');
  }

  /** Drops everything, also what is held. */
  clear(): void {
    for (const table of ['state', 'key']) this.#db.statement(`DELETE FROM ${table}`).run();
    this.#db.statement("UPDATE log SET size=0, frontier=x'', sum=x''").run();
  }

  /** Whether a publish may have stopped among the checkpoints of conversations, or nobody knows. */
  get unsure(): boolean {
    return this.#db.statement('SELECT unsure FROM log').get()?.unsure !== 0;
  }

  set unsure(unsure: boolean) {
    this.#db.statement('UPDATE log SET unsure=?').run(unsure ? 1 : 0);
  }

  /** How far the log was read. */
  get frontier(): Frontier {
    const row = this.#db.statement('SELECT size, frontier FROM log').get();
    const size = Number(row?.size ?? 0);
    return decodeFrontier(size, bytesOf(row?.frontier)) ?? { size: 0, hashes: [] };
  }

  set frontier(frontier: Frontier) {
    this.#db.statement('UPDATE log SET size=?, frontier=?').run(frontier.size, encodeFrontier(frontier));
    this.#db.statement('UPDATE log SET sum=?').run(sumOf(this.#db));
  }

  put(record: ArchiveLogRecord, position: number): void {
    if (record.kind === 'key') {
      const key = generateVerifierKey(record.key);
      this.#db.statement('INSERT INTO key VALUES (?, ?, ?)').run(position, record.timeMs, key);
      return;
    }
    const id = decodeHex(record.conversation);
    if (record.action === 'withdrawn') {
      const sql = 'UPDATE state SET position=?, absent=NULL, published=0, time=? WHERE conversation=?';
      this.#db.statement(sql).run(position, record.timeMs, id);
      return;
    }
    this.#db
      .statement(
        `INSERT INTO state (${COLUMNS}) VALUES (?, ?, 1, ?, ?, ?)
        ON CONFLICT (conversation) DO UPDATE SET
        position=excluded.position, absent=NULL, published=1, size=excluded.size, root=excluded.root, time=excluded.time`,
      )
      .run(id, position, record.size, decodeHex(record.root), record.timeMs);
  }

  findState(conversation: ConversationId): LoggedState | undefined {
    const row = this.#db.statement(`SELECT ${READ} FROM state WHERE conversation=?`).get(decodeHex(conversation));
    return row === undefined ? undefined : stateOf(row);
  }

  /** The first few conversations whose id begins so. */
  listByPrefix(prefix: string): readonly ConversationId[] {
    const [from, to] = [prefix.padEnd(64, '0'), prefix.padEnd(64, 'f')].map(decodeHex);
    return this.#db
      .statement('SELECT conversation FROM state WHERE conversation BETWEEN ? AND ? ORDER BY conversation LIMIT 5')
      .all(from ?? null, to ?? null)
      .map((row) => turnHash(encodeHex(bytesOf(row.conversation))));
  }

  /** Conversations with a state, by id. A page of them is in memory at a time; the log may change meanwhile. */
  *walkStates(): Generator<LoggedState> {
    let after: Uint8Array = new Uint8Array(0);
    for (;;) {
      const rows = this.#db
        .statement(`SELECT ${READ} FROM state WHERE conversation > ? ORDER BY conversation LIMIT ${PAGE}`)
        .all(after);
      yield* rows.map(stateOf);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = bytesOf(last.conversation);
    }
  }

  /**
   * Conversations of which another state is held than the last one, in the order of the log; the same way. `absentSince`: without those
   * that were noted as absent then or later.
   */
  *walkPending(absentSince = Number.MAX_SAFE_INTEGER): Generator<LoggedState> {
    let after = -1;
    for (;;) {
      const rows = this.#db
        .statement(`SELECT ${READ} FROM state WHERE ${PENDING} AND position > ? ORDER BY position LIMIT ${PAGE}`)
        .all(absentSince, after);
      yield* rows.map(stateOf);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = Number(last.position);
    }
  }

  countPending(absentSince = Number.MAX_SAFE_INTEGER): number {
    return Number(this.#db.statement(`SELECT count(*) AS n FROM state WHERE ${PENDING}`).get(absentSince)?.n);
  }

  /** Forgotten with the next state. */
  noteAbsent(conversation: ConversationId, nowMs: number): void {
    this.#db.statement('UPDATE state SET absent=? WHERE conversation=?').run(nowMs, decodeHex(conversation));
  }

  /** The state at this position is what the archive here holds of the conversation. */
  setHeld(conversation: ConversationId, position: number): void {
    this.#db
      .statement('UPDATE state SET held=?, absent=NULL WHERE conversation=?')
      .run(position, decodeHex(conversation));
  }

  forgetHeld(conversation: ConversationId): void {
    this.#db.statement('UPDATE state SET held=NULL, absent=NULL WHERE conversation=?').run(decodeHex(conversation));
  }

  /** Whether the archive here was noted to hold the last state. */
  isHeld(conversation: ConversationId): boolean {
    const sql = 'SELECT 1 AS one FROM state WHERE conversation=? AND held IS position';
    return this.#db.statement(sql).get(decodeHex(conversation)) !== undefined;
  }

  countPublished(): number {
    return Number(this.#db.statement('SELECT count(*) AS n FROM state WHERE published=1').get()?.n);
  }

  /** In the order of the log; the last one signs. */
  listKeys(): readonly LoggedKey[] {
    return this.#db
      .statement('SELECT position, time, key FROM key ORDER BY position')
      .all()
      .map((row) => ({ position: Number(row.position), timeMs: Number(row.time), key: String(row.key) }));
  }
}

function prepare(db: Database, path: string): void {
  db.exec('PRAGMA synchronous=NORMAL');
  if (versionOf(db) === VERSION) {
    if (isWhole(db)) return;
    throw new BrokenDatabaseError(path, 'what it says of the log is not what was written');
  }
  // in one change: by itself each of these waits for the disk
  db.transaction(() => {
    for (const table of ['log', 'state', 'key']) db.exec(`DROP TABLE IF EXISTS ${table}`);
    db.exec(SCHEMA);
  });
}

function versionOf(db: Database): unknown {
  return db.statement('PRAGMA user_version').get()?.user_version;
}

/** Else a bad page would say that the log is not the one that was read. */
function isWhole(db: Database): boolean {
  const row = db.statement("SELECT size || '' AS size, sum FROM log").get();
  const sum = bytesOf(row?.sum);
  return row?.size === '0' ? sum.length === 0 : equalBytes(sum, sumOf(db));
}

/** Of what the log is held against: how far it was read, and who signed. */
function sumOf(db: Database): Uint8Array {
  const log = db.statement("SELECT size || ' ' || hex(frontier) AS said FROM log").all();
  const keys = db.statement("SELECT position || ' ' || time || ' ' || key AS said FROM key ORDER BY position").all();
  return blake3(encodeUtf8([...log, ...keys].map(({ said }) => String(said)).join('\n')));
}

function stateOf(row: SqlRow): LoggedState {
  return {
    conversation: turnHash(encodeHex(bytesOf(row.conversation))),
    position: Number(row.position),
    published: row.published === 1,
    size: Number(row.size),
    root: encodeHex(bytesOf(row.root)),
    timeMs: Number(row.time),
    ...(row.absent !== null && { wasAbsent: true }),
  };
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}

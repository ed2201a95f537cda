/** Full-text search over an archive (SQLite FTS5), filled when somebody asks, from what is new. */
/** Derived and private: delete the file and the next search builds it again. It keeps words, not texts; snippets come from payloads. */

import { decodeHex, encodeHex } from '../../base/bytes.ts';
import { openDerived } from '../../base/derived.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { type Database, openDatabase } from '../../base/sqlite.ts';
import type { ConversationSummary } from '../../model/conversation.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import type { LoggedTurn, Payload } from '../../model/turn.ts';
import type { ArchiveReader, Revision, SearchHit, SearchQuery } from '../contract.ts';
import { DamageError } from '../errors.ts';
import { SEARCH_QUERY, SEARCH_SCHEMA, SEARCH_TABLES, SEARCH_VERSION } from './search-schema.ts';
import { beginningOf, matchExpression, parseTerms, snippetOf, spaceText, type Term } from './search-words.ts';
import { searchableText } from './searchable-text.ts';

/** What searching needs of an archive. */
export type SearchSource = Pick<
  ArchiveReader,
  | 'revision'
  | 'walkConversations'
  | 'walkGone'
  | 'findConversation'
  | 'findTurn'
  | 'listTurns'
  | 'listTombstones'
  | 'readPayloads'
  | 'getTurn'
>;

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;
/** Turns, and bytes of their payloads, that are in memory at once; a single one may be larger. */
const BATCH = 256;
const BATCH_BYTES = 4 * 1024 * 1024;

/** Opens the file, in place of one that is no search index; in a temporary file where nothing can be written. `:memory:` for none. */
export function openSearch(path: string, log: Log): SearchIndex {
  if (path !== ':memory:') {
    try {
      return new SearchIndex(openDerived(path, { log, prepare, busyMs: BUSY_MS }));
    } catch (error) {
      // no place for one, or no way to have it: what is asked for now is found all the same
      log.detail(`the search index is made for this search only: ${messageOf(error)}`);
    }
  }
  const database = openDatabase(path === ':memory:' ? path : '');
  prepare(database);
  return new SearchIndex(database);
}

/** Another search may be filling the file. */
const BUSY_MS = 60_000;

function prepare(database: Database): void {
  // without fsync: kill -9 is survived, and after a power cut the file can be built again
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE; PRAGMA cache_size=-32000');
  if (database.statement('PRAGMA user_version').get()?.user_version === SEARCH_VERSION) return;
  for (const table of SEARCH_TABLES) database.exec(`DROP TABLE IF EXISTS ${table}`);
  database.exec(SEARCH_SCHEMA);
}

/** An open search index. Must be closed. */
export class SearchIndex {
  readonly #db: Database;

  /** `database` has our tables. */
  constructor(database: Database) {
    this.#db = database;
  }

  close(): void {
    this.#db.close();
  }

  /** Best first; equal ones newest first. Brings the index up to date before it asks. */
  search(source: SearchSource, query: SearchQuery): SearchHit[] {
    const terms = parseTerms(query.text);
    if (terms.length === 0) return [];
    this.update(source);
    return this.#find(matchExpression(terms), query).flatMap((row) => hitOf(source, row, terms));
  }

  /** Adds what is new in the archive, forgets what was taken back. Turns added. Asks only for what changed since the last time. */
  update(source: SearchSource): number {
    const now = source.revision();
    const before = this.#findProgress();
    const since = before?.generation === now.generation ? before.revision : undefined;
    if (since === now.revision) return 0;
    let added = 0;
    const walk =
      since === undefined ? source.walkConversations() : source.walkConversations({ order: 'changed', since });
    for (const summary of walk) {
      // its turns stand in the one that took it over, and are found there
      if (summary.meta.joined !== undefined) {
        this.#db.transaction(() => this.#drop(summary.id));
        continue;
      }
      const known = this.#db.statement('SELECT root FROM conversations WHERE hash=?').get(summary.id);
      if (known?.root === summary.rootHash) continue;
      added += this.#db.transaction(() => this.#updateOne(source, summary));
    }
    const gone = since === undefined ? this.#walkUnknown(source) : source.walkGone(since);
    for (const id of gone) this.#db.transaction(() => this.#drop(id));
    this.#db.transaction(() => this.#keepProgress(now));
    return added;
  }

  #findProgress(): Revision | undefined {
    const row = this.#db.statement('SELECT generation, revision FROM progress').get();
    return row === undefined ? undefined : { generation: String(row.generation), revision: Number(row.revision) };
  }

  #keepProgress({ generation, revision }: Revision): void {
    this.#db.exec('DELETE FROM progress');
    this.#db.statement('INSERT INTO progress VALUES (?, ?)').run(generation, revision);
  }

  /** Conversations of the index that the archive does not have. */
  *#walkUnknown(source: SearchSource): Generator<ConversationId> {
    const page = this.#db.statement('SELECT hash FROM conversations WHERE hash > ? ORDER BY hash LIMIT 256');
    for (let from = ''; ; ) {
      const ids = page.all(from).map((row) => String(row.hash) as ConversationId);
      for (const id of ids) if (source.findConversation(id) === undefined) yield id;
      const last = ids.at(-1);
      if (last === undefined) return;
      from = last;
    }
  }

  #updateOne(source: SearchSource, summary: ConversationSummary): number {
    const before = this.#db.statement('SELECT size, last FROM conversations WHERE hash=?').get(summary.id);
    const size = Number(before?.size ?? 0);
    const last = source.findTurn(String(before?.last ?? ''));
    const grown =
      before !== undefined && last?.conversation === summary.id && last.position < size && size <= summary.size;
    if (before !== undefined && !grown) this.#drop(summary.id);
    const fresh = source.listTurns(summary.id, grown ? size : 0);
    const id = this.#keepConversation(summary, fresh.at(-1)?.hash ?? last?.hash ?? '');
    for (const { turn } of source.listTombstones(summary.id)) this.#dropTurn(turn);
    let batch: LoggedTurn[] = [];
    let bytes = 0;
    for (const turn of fresh) {
      if (batch.length >= BATCH || (batch.length > 0 && bytes + turn.rawLength > BATCH_BYTES)) {
        this.#addTurns(source, id, batch);
        batch = [];
        bytes = 0;
      }
      batch.push(turn);
      bytes += turn.rawLength;
    }
    this.#addTurns(source, id, batch);
    return fresh.length;
  }

  #keepConversation({ id, rootHash, size, meta }: ConversationSummary, last: string): number {
    const row = this.#db
      .statement(
        `INSERT INTO conversations (hash, root, size, last, agent, project) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (hash) DO UPDATE SET root=excluded.root, size=excluded.size, last=excluded.last, agent=excluded.agent,
           project=excluded.project RETURNING id`,
      )
      .get(id, rootHash, size, last, folded(meta.agent), folded(meta.project));
    const key = Number(row?.id);
    this.#db.statement('DELETE FROM labels WHERE conversation=?').run(key);
    const insert = this.#db.statement('INSERT OR IGNORE INTO labels VALUES (?, ?, ?)');
    for (const tag of meta.tags ?? []) insert.run(key, 'tag', folded(tag));
    for (const model of meta.models ?? []) insert.run(key, 'model', folded(model));
    return key;
  }

  #addTurns(source: SearchSource, conversation: number, turns: readonly LoggedTurn[]): void {
    const insertTurn = this.#db.statement(
      'INSERT OR IGNORE INTO turns (hash, conversation, time_ms, role, model) VALUES (?, ?, ?, ?, ?) RETURNING id',
    );
    const insertWords = this.#db.statement('INSERT INTO words (rowid, text, reasoning, output) VALUES (?, ?, ?, ?)');
    const payloads = source.readPayloads(turns);
    for (const [i, turn] of turns.entries()) {
      const found = searchableText(turn, payloads[i]);
      if (found === undefined) continue;
      const row = insertTurn.get(decodeHex(turn.hash), conversation, turn.timeMs, found.role, found.model ?? null);
      if (row === undefined) continue;
      insertWords.run(Number(row.id), spaceText(found.text), spaceText(found.reasoning), spaceText(found.toolOutput));
    }
  }

  #dropTurn(turn: TurnHash): void {
    const row = this.#db.statement('DELETE FROM turns WHERE hash=? RETURNING id').get(decodeHex(turn));
    if (row !== undefined) this.#db.statement('DELETE FROM words WHERE rowid=?').run(Number(row.id));
  }

  #drop(conversation: ConversationId): void {
    const row = this.#db.statement('DELETE FROM conversations WHERE hash=? RETURNING id').get(conversation);
    if (row === undefined) return;
    const id = Number(row.id);
    this.#db.statement('DELETE FROM words WHERE rowid IN (SELECT id FROM turns WHERE conversation=?)').run(id);
    this.#db.statement('DELETE FROM turns WHERE conversation=?').run(id);
    this.#db.statement('DELETE FROM labels WHERE conversation=?').run(id);
  }

  #find(expression: string, query: SearchQuery): readonly FoundRow[] {
    const limit = Math.min(Math.max(1, Math.floor(query.limit ?? DEFAULT_LIMIT)), MAX_LIMIT);
    const until = Math.floor(query.untilMs ?? Number.MAX_SAFE_INTEGER);
    const rows = this.#db
      .statement(SEARCH_QUERY)
      .all(
        ...[expression, Math.floor(query.sinceMs ?? 0), until, query.role ?? '', folded(query.agent)],
        ...[folded(query.project), folded(query.tag), folded(query.model), limit],
      );
    return rows.map((row) => ({
      hash: (row.hash instanceof Uint8Array ? encodeHex(row.hash) : '') as TurnHash,
      conversation: String(row.conversation) as ConversationId,
      timeMs: Number(row.time_ms),
      role: String(row.role),
    }));
  }
}

/** As labels are kept and asked for; empty for none. */
function folded(value: string | undefined): string {
  return value?.toLowerCase() ?? '';
}

interface FoundRow {
  readonly hash: TurnHash;
  readonly conversation: ConversationId;
  readonly timeMs: number;
  readonly role: string;
}

/** A turn that cannot be read any more is a hit without words: it was said, and the damage is its conversation's. None: it is not in the archive. */
function hitOf(source: SearchSource, row: FoundRow, terms: readonly Term[]): SearchHit[] {
  const { hash, timeMs, role } = row;
  try {
    const turn = source.findTurn(hash);
    if (turn === undefined)
      return source.findConversation(row.conversation)?.damage === undefined ? [] : [damagedHit(row)];
    // one payload at a time: together they could be of any size
    const [payload] = source.readPayloads([turn]);
    if (payload?.status === 'damaged') return [damagedHit({ ...row, conversation: turn.conversation })];
    return [{ turn: hash, conversation: turn.conversation, timeMs, role, snippet: snippet(turn, payload, terms) }];
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    return [damagedHit(row)];
  }
}

function damagedHit({ hash, conversation, timeMs, role }: FoundRow): SearchHit {
  return { turn: hash, conversation, timeMs, role, snippet: '(this turn is damaged: "turnpress verify" says how)' };
}

function snippet(turn: LoggedTurn, payload: Payload | undefined, terms: readonly Term[]): string {
  const found = searchableText(turn, payload);
  if (found === undefined) return '';
  const texts = [found.text, found.reasoning, found.toolOutput];
  const shown = texts.map((text) => snippetOf(text, terms)).find((text) => text !== undefined);
  return shown ?? beginningOf(texts.find((text) => text !== '') ?? '');
}

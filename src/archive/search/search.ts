/** Full-text search over an archive (SQLite FTS5), filled when somebody asks, from what is new. */
/** Derived and private: delete the file and the next search builds it again. It keeps words, not texts; snippets come from payloads. */

import { decodeHex, encodeHex } from '../../base/bytes.ts';
import type { Disk } from '../../base/disk.ts';
import { type Database, openDatabase } from '../../base/sqlite.ts';
import type { ConversationSummary } from '../../model/conversation.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import type { LoggedTurn, Payload } from '../../model/turn.ts';
import type { ArchiveReader, SearchHit, SearchQuery } from '../contract.ts';
import { beginningOf, matchExpression, parseTerms, snippetOf, spaceText, type Term } from './search-words.ts';
import { searchableText } from './searchable-text.ts';

/** What searching needs of an archive. */
export type SearchSource = Pick<
  ArchiveReader,
  'listConversations' | 'listTurns' | 'listTombstones' | 'readPayloads' | 'getTurn'
>;

const VERSION = 1;
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;
/** Turns whose payloads are in memory at once. */
const BATCH = 256;

const SCHEMA = `
CREATE TABLE conversations (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, root TEXT NOT NULL, size INTEGER NOT NULL, last TEXT NOT NULL);
CREATE TABLE turns (
  id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, conversation INTEGER NOT NULL, time_ms INTEGER NOT NULL, role TEXT NOT NULL, model TEXT);
CREATE INDEX turns_conversation ON turns (conversation);
CREATE VIRTUAL TABLE words USING fts5(text, reasoning, output, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2");
PRAGMA user_version=${VERSION};
`;

/** Opens the file, in place of one that is no search index; in memory where nothing can be written. */
export function openSearch(disk: Disk, path: string): SearchIndex {
  try {
    if (path === ':memory:' || disk.stat(path)?.file !== false) return new SearchIndex(path);
  } catch {
    // no database of ours, or no place for one: it can always be built again
  }
  try {
    for (const end of ['', '-wal', '-shm']) if (disk.stat(path + end) !== undefined) disk.unlink(path + end);
    return new SearchIndex(path);
  } catch {
    return new SearchIndex(':memory:');
  }
}

/** An open search index. Must be closed. */
export class SearchIndex {
  readonly #db: Database;

  /** `path` is a file in `private/`, or `:memory:`. Throws what SQLite throws for a file that is none: delete it then. */
  constructor(path: string) {
    this.#db = openDatabase(path);
    try {
      // without fsync: kill -9 is survived, and after a power cut the file can be built again
      this.#db.exec(
        'PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536',
      );
      const version = this.#db.statement('PRAGMA user_version').get()?.user_version;
      if (version !== VERSION) this.#startOver();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }

  /** Best first; equal ones newest first. Brings the index up to date before it asks. */
  search(source: SearchSource, query: SearchQuery): SearchHit[] {
    const terms = parseTerms(query.text);
    if (terms.length === 0) return [];
    const summaries = source.listConversations();
    this.#update(source, summaries);
    const rows = this.#find(matchExpression(terms), query, summaries);
    const turns = rows.map((row) => source.getTurn(row.hash));
    const payloads = source.readPayloads(turns);
    return rows.map((row, i) => {
      const turn = turns[i];
      return {
        turn: row.hash,
        conversation: turn?.conversation ?? row.hash,
        timeMs: row.timeMs,
        role: row.role,
        snippet: turn === undefined ? '' : snippet(turn, payloads[i], terms),
      };
    });
  }

  /** Adds what is new in the archive, forgets what was taken back. Turns added. */
  update(source: SearchSource): number {
    return this.#update(source, source.listConversations());
  }

  #update(source: SearchSource, summaries: readonly ConversationSummary[]): number {
    const known = new Map(
      this.#db
        .statement('SELECT hash, id, root, size, last FROM conversations')
        .all()
        .map((row) => [String(row.hash), row]),
    );
    let added = 0;
    for (const summary of summaries) {
      const row = known.get(summary.id);
      known.delete(summary.id);
      if (row?.root === summary.rootHash) continue;
      added += this.#db.transaction(() => this.#updateOne(source, summary));
    }
    for (const gone of known.keys()) this.#db.transaction(() => this.#drop(gone as ConversationId));
    return added;
  }

  #updateOne(source: SearchSource, summary: ConversationSummary): number {
    const before = this.#db.statement('SELECT id, size, last FROM conversations WHERE hash=?').get(summary.id);
    const all = source.listTurns(summary.id);
    const size = Number(before?.size ?? 0);
    const last = all.findLast((turn) => turn.position < size)?.hash ?? '';
    const grown = before !== undefined && size <= summary.size && before.last === last;
    if (before !== undefined && !grown) this.#drop(summary.id);
    this.#db
      .statement(
        `INSERT INTO conversations (hash, root, size, last) VALUES (?, ?, ?, ?)
         ON CONFLICT (hash) DO UPDATE SET root=excluded.root, size=excluded.size, last=excluded.last`,
      )
      .run(summary.id, summary.rootHash, summary.size, all.at(-1)?.hash ?? '');
    const id = Number(this.#db.statement('SELECT id FROM conversations WHERE hash=?').get(summary.id)?.id);
    for (const { turn } of source.listTombstones(summary.id)) this.#dropTurn(turn);
    const fresh = grown ? all.filter((turn) => turn.position >= size) : all;
    for (let i = 0; i < fresh.length; i += BATCH) this.#addTurns(source, id, fresh.slice(i, i + BATCH));
    return fresh.length;
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
  }

  #find(expression: string, query: SearchQuery, summaries: readonly ConversationSummary[]) {
    const limit = Math.min(Math.max(1, Math.floor(query.limit ?? DEFAULT_LIMIT)), MAX_LIMIT);
    const allowed = summaries.filter((summary) => fits(summary, query));
    const withModel =
      query.model === undefined ? [] : allowed.filter((summary) => has(summary.meta.models, query.model));
    const rows = this.#db
      .statement(
        `SELECT turns.hash AS hash, turns.time_ms AS time_ms, turns.role AS role FROM words
         JOIN turns ON turns.id = words.rowid JOIN conversations ON conversations.id = turns.conversation
         WHERE words MATCH ?1 AND turns.time_ms BETWEEN ?2 AND ?3 AND (?4 = '' OR turns.role = ?4)
           AND conversations.hash IN (SELECT value FROM json_each(?5))
           AND (?6 = '' OR lower(turns.model) = ?6 OR (turns.model IS NULL AND conversations.hash IN (SELECT value FROM json_each(?7))))
         ORDER BY bm25(words, 4.0, 2.0, 1.0), turns.time_ms DESC, turns.hash LIMIT ?8`,
      )
      .all(
        ...[
          expression,
          Math.floor(query.sinceMs ?? 0),
          Math.floor(query.untilMs ?? Number.MAX_SAFE_INTEGER),
          query.role ?? '',
        ],
        ...[JSON.stringify(allowed.map(({ id }) => id)), (query.model ?? '').toLowerCase()],
        ...[JSON.stringify(withModel.map(({ id }) => id)), limit],
      );
    return rows.map((row) => ({
      hash: (row.hash instanceof Uint8Array ? encodeHex(row.hash) : '') as TurnHash,
      timeMs: Number(row.time_ms),
      role: String(row.role),
    }));
  }

  #startOver(): void {
    for (const table of ['words', 'turns', 'conversations']) this.#db.exec(`DROP TABLE IF EXISTS ${table}`);
    this.#db.exec(SCHEMA);
  }
}

/** Agent, project and tag of the conversation; case does not count. */
function fits({ meta, lastMs, firstMs }: ConversationSummary, query: SearchQuery): boolean {
  if (query.agent !== undefined && !has([meta.agent], query.agent)) return false;
  if (query.project !== undefined && !has([meta.project], query.project)) return false;
  if (query.tag !== undefined && !has(meta.tags, query.tag)) return false;
  return lastMs >= (query.sinceMs ?? 0) && firstMs <= (query.untilMs ?? Number.MAX_SAFE_INTEGER);
}

function has(values: readonly (string | undefined)[] | undefined, wanted: string | undefined): boolean {
  return (
    Array.isArray(values) &&
    values.some((value) => typeof value === 'string' && value.toLowerCase() === wanted?.toLowerCase())
  );
}

function snippet(turn: LoggedTurn, payload: Payload | undefined, terms: readonly Term[]): string {
  const found = searchableText(turn, payload);
  if (found === undefined) return '';
  const texts = [found.text, found.reasoning, found.toolOutput];
  const shown = texts.map((text) => snippetOf(text, terms)).find((text) => text !== undefined);
  return shown ?? beginningOf(texts.find((text) => text !== '') ?? '');
}

/** The importers' ledger: which source, up to where, became which turns. */
/** It lives in the index. It may lag behind the archive, so what it says of turns that are not there is not said at all. */

import { encodeHex } from '../../base/bytes.ts';
import { canonicalJson, isJsonObject, parseJson } from '../../base/json.ts';
import type { SqlValue } from '../../base/sqlite.ts';
import type { ConversationId, PayloadHash, TurnHash } from '../../model/ids.ts';
import type { Ledger, LedgerSource, LostParent, RedactedPayload, StartedConversation } from '../ledger-contract.ts';
import { indexBytes, indexNumber, indexText } from './index-rows.ts';
import { catchUp, setMark, writeIds } from './kept-ids.ts';
import { NativeIds, type NativeIdsUpdate } from './native-ids.ts';
import type { Store } from './store.ts';
import type { TurnIndex } from './turn-index.ts';

/** A source says nothing of turns that are not there: all its conversations must be. */
const IS_HERE = `NOT EXISTS (
  SELECT 1 FROM source_conversations AS said WHERE said.path = sources.path
  AND NOT EXISTS (SELECT 1 FROM conversations WHERE hash = said.conversation))`;
/** Its key has a turn, and its conversation's meta says another one. Told by the rows alone: no log is read for it. */
const IS_UNLINKED = `EXISTS (
  SELECT 1 FROM keys LEFT JOIN conversations ON conversations.hash = source_conversations.conversation
  WHERE keys.key = started_by
  AND CASE WHEN json_valid(meta) THEN meta ->> '$.parent.turn' END IS NOT lower(hex(keys.turn)))`;
const PAGE = 256;

export function openLedger(store: Store, hasTurn: (hash: TurnHash) => boolean): Ledger {
  const { index } = store;
  const ids = new NativeIds(store.disk, store.path('private'));
  let kept = catchUp(index, ids);
  return {
    findSource(path) {
      return parseSource(index.get(`SELECT json FROM sources WHERE path=? AND ${IS_HERE}`, path)?.json);
    },
    walkUnfinished: () => walkUnfinished(index),
    listSourcesOf(conversation) {
      const own = 'path IN (SELECT path FROM source_conversations WHERE conversation=?)';
      const rows = index.all(
        `SELECT json FROM sources WHERE ${own} AND ${IS_HERE} ORDER BY path`,
        Buffer.from(conversation, 'hex'),
      );
      return rows.flatMap(({ json }) => parseSource(json) ?? []);
    },
    walkSeen: () => walkSeen(index),
    walkStarted: () => walkStarted(index, 'true'),
    walkUnlinked: () => walkStarted(index, IS_UNLINKED),
    findKey(key) {
      const turn = turnOf(index.get('SELECT turn FROM keys WHERE key=?', key)?.turn);
      const now = turn === undefined ? undefined : (findMoved(index, turn) ?? turn);
      return now !== undefined && hasTurn(now) ? now : undefined;
    },
    isProvisional: (key) => index.get('SELECT 1 AS one FROM keys WHERE key=? AND provisional', key) !== undefined,
    isWithdrawn(key) {
      const turn = turnOf(index.get('SELECT turn FROM keys WHERE key=?', key)?.turn);
      if (turn === undefined) return false;
      return [turn, ...walkMoves(index, turn)].some(
        (each) => index.get('SELECT 1 AS one FROM withdrawn WHERE turn=?', bytesOf(each)) !== undefined,
      );
    },
    findMoved: (turn) => findMoved(index, turn),
    findJoined(conversation) {
      const hops = walkHops(index, 'SELECT into_conversation AS next FROM joined WHERE conversation=?', conversation);
      return [...hops].at(-1) as ConversationId | undefined;
    },
    listJoined: (conversation) => listJoined(index, conversation),
    listLost(parent) {
      const rows = index.all('SELECT turn, place FROM lost_parents WHERE parent=? ORDER BY turn', parent);
      return rows.flatMap(({ turn, place }) => {
        const hash = turnOf(turn);
        return hash === undefined
          ? []
          : [{ parent, turn: hash, place: (indexText(place) ?? 'at') as LostParent['place'] }];
      });
    },
    hasLost: () => index.get('SELECT 1 AS one FROM lost_parents LIMIT 1') !== undefined,
    isUnnamed: (conversation) =>
      index.get('SELECT 1 AS one FROM conversations WHERE hash=? AND unnamed', bytesOf(conversation)) !== undefined,
    listUnnamed(firstMs) {
      const rows = index.all('SELECT hash FROM conversations WHERE unnamed AND first_ms=? ORDER BY hash', firstMs);
      return rows.flatMap(({ hash }) => (turnOf(hash) as string as ConversationId | undefined) ?? []);
    },
    listRedacted: (payloads) => listRedacted(index, payloads),
    record({ sources = [], redacted = [], ...update }) {
      store.assertWritable();
      // first what cannot be made again: an index that is behind it catches up
      const now = isEmpty(update) ? kept : store.write(() => ids.append(kept, pagesOf(update)));
      index.transaction(() => {
        for (const source of sources) recordSource(index, source);
        for (const each of redacted) recordRedacted(index, each);
        writeIds(index, update, 'written');
        if (now !== kept) setMark(index, now);
      });
      kept = now;
    },
  };
}

function isEmpty(update: NativeIdsUpdate): boolean {
  return Object.values(update).every((rows) => rows.length === 0);
}

/** An entry is bounded, however much was moved at once. */
function* pagesOf({
  keys = [],
  moved = [],
  joined = [],
  lost = [],
  found = [],
}: NativeIdsUpdate): Generator<NativeIdsUpdate> {
  for (let at = 0; at < keys.length; at += MOST_ROWS) yield { keys: keys.slice(at, at + MOST_ROWS) };
  for (let at = 0; at < moved.length; at += MOST_ROWS) yield { moved: moved.slice(at, at + MOST_ROWS) };
  if (joined.length + lost.length + found.length > 0) yield { joined, lost, found };
}

const MOST_ROWS = 65_536;

function findMoved(index: TurnIndex, turn: TurnHash): TurnHash | undefined {
  return [...walkMoves(index, turn)].at(-1) as TurnHash | undefined;
}

function walkMoves(index: TurnIndex, turn: TurnHash): Generator<string> {
  return walkHops(index, 'SELECT into_turn AS next FROM moved WHERE turn=?', turn);
}

/** What a row names, what that one's row names, and so on. */
function* walkHops(index: TurnIndex, sql: string, from: string): Generator<string> {
  let at: string | undefined = from;
  for (let hops = 0; at !== undefined && hops < MOST_HOPS; hops++) {
    at = turnOf(index.get(sql, bytesOf(at))?.next);
    if (at !== undefined) yield at;
  }
}

/** Those that it took over, and those that these had taken over. */
function listJoined(index: TurnIndex, conversation: ConversationId): readonly ConversationId[] {
  const found = new Set<ConversationId>();
  const queue = [conversation];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const row of index.all('SELECT conversation FROM joined WHERE into_conversation=?', bytesOf(id))) {
      const each = turnOf(row.conversation) as ConversationId | undefined;
      if (each === undefined || found.has(each)) continue;
      found.add(each);
      queue.push(each);
    }
  }
  return [...found].sort();
}

/** Ways of a turn that was moved again and again; more are a circle. */
const MOST_HOPS = 1024;

function bytesOf(hash: string): Buffer {
  return Buffer.from(hash, 'hex');
}

function turnOf(value: SqlValue | undefined): TurnHash | undefined {
  return value === undefined || value === null ? undefined : (encodeHex(indexBytes(value)) as TurnHash);
}

function* walkUnfinished(index: TurnIndex): Generator<LedgerSource> {
  const sql = `SELECT path, json FROM sources WHERE unfinished AND path > ? AND ${IS_HERE} ORDER BY path LIMIT ${PAGE}`;
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

function* walkSeen(index: TurnIndex): Generator<Pick<LedgerSource, 'path' | 'size' | 'mtimeNs' | 'lookAgainMs'>> {
  const sql = `SELECT path, size, mtime_ns, look_again_ms FROM sources WHERE path > ? AND ${IS_HERE} ORDER BY path LIMIT ${PAGE}`;
  for (let from = ''; ; ) {
    const rows = index.all(sql, from);
    for (const { path, size, mtime_ns, look_again_ms } of rows) {
      const lookAgainMs = indexNumber(look_again_ms);
      yield { path: indexText(path) ?? '', size: indexNumber(size), mtimeNs: indexText(mtime_ns) ?? '', lookAgainMs };
    }
    if (rows.length < PAGE) return;
    from = indexText(rows.at(-1)?.path) ?? '';
  }
}

function* walkStarted(index: TurnIndex, which: 'true' | typeof IS_UNLINKED): Generator<StartedConversation> {
  const sql = `SELECT conversation, path, started_by FROM source_conversations
    WHERE started_by IS NOT NULL AND (conversation, path) > (?, ?) AND ${which} ORDER BY conversation, path LIMIT ${PAGE}`;
  let from: readonly [SqlValue, SqlValue] = [Buffer.of(), ''];
  for (;;) {
    const rows = index.all(sql, ...from);
    for (const { conversation, started_by } of rows) {
      const id = encodeHex(indexBytes(conversation)) as ConversationId;
      yield { conversation: id, startedBy: indexText(started_by) ?? '' };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    from = [last.conversation ?? null, last.path ?? null];
  }
}

function recordSource(index: TurnIndex, source: LedgerSource): void {
  const { path, size, mtimeNs, conversations } = source;
  const unfinished = source.unfinished === true ? 1 : 0;
  index.run(
    'INSERT OR REPLACE INTO sources (path, json, unfinished, look_again_ms, size, mtime_ns) VALUES (?, ?, ?, ?, ?, ?)',
    ...[path, JSON.stringify(source), unfinished, source.lookAgainMs ?? 0, size, mtimeNs],
  );
  index.run('DELETE FROM source_conversations WHERE path=?', path);
  const started = new Map((source.started ?? []).map((each) => [each.conversation, each.startedBy]));
  for (const id of conversations) {
    const by = started.get(id) ?? null;
    index.run('INSERT OR IGNORE INTO source_conversations VALUES (?, ?, ?)', Buffer.from(id, 'hex'), path, by);
  }
}

function recordRedacted(index: TurnIndex, { payload, redactions, findings }: RedactedPayload): void {
  index.run(
    `INSERT INTO redacted VALUES (?, ?)
    ON CONFLICT (payload) DO UPDATE SET counts=excluded.counts WHERE excluded.counts > redacted.counts`,
    bytesOf(payload),
    canonicalJson({ redactions, findings }),
  );
}

/** Many at once: a conversation may have any number of turns. */
function listRedacted(index: TurnIndex, payloads: readonly PayloadHash[]): readonly RedactedPayload[] {
  const sql = 'SELECT payload, counts FROM redacted WHERE payload IN (SELECT unhex(value) FROM json_each(?))';
  const found: RedactedPayload[] = [];
  for (let at = 0; at < payloads.length; at += MOST_ASKED) {
    for (const { payload, counts } of index.all(sql, JSON.stringify(payloads.slice(at, at + MOST_ASKED)))) {
      const value = parseJson(indexText(counts) ?? '{}') as unknown as Omit<RedactedPayload, 'payload'>;
      found.push({ payload: encodeHex(indexBytes(payload)) as PayloadHash, ...value });
    }
  }
  return found;
}

const MOST_ASKED = 4096;

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

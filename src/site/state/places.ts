/** The pages of each conversation, and on which of them each turn stands. */
/** Asked by the resolver, by links between conversations, by the sitemap and by search. */

import { decodeHex, encodeHex } from '../../base/bytes.ts';
import type { Database, SqlRow } from '../../base/sqlite.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import { createTouchedTable, touches } from './touched.ts';

/** What a later build needs to know of a page without making it. */
export interface PageRecord {
  readonly url: string;
  /** Time of its newest turn. */
  readonly lastMs: number;
}

/** A page with the title of its conversation. */
export interface TitledPage {
  readonly conversation: ConversationId;
  readonly url: string;
  readonly lastMs: number;
}

export interface PlaceTable {
  /** In the order in which they were made. */
  listPages(conversation: ConversationId): readonly PageRecord[];
  /** Replaces the pages of a conversation and the places of its turns, and touches what shows them. */
  save(
    conversation: ConversationId,
    pages: readonly PageRecord[],
    places: ReadonlyMap<TurnHash, { readonly page: string }>,
  ): void;
  /** The page of a turn, as the last build of its conversation placed it. */
  findPage(conversation: ConversationId, turn: TurnHash): string | undefined;
  /** Turns whose hash begins with this byte: 16 digits of each and its page, by hash. */
  walkPlaces(firstByte: number): Iterable<{ readonly digits: string; readonly url: string }>;
  /** Pages of the conversations that began in a month (`2026-01`), oldest conversation first. */
  walkMonth(month: string): Iterable<TitledPage>;
  listMonths(): readonly string[];
}

export function createPlaceTable(database: Database): PlaceTable {
  const touched = createTouchedTable(database);
  const list = database.statement('SELECT url, last_ms FROM page WHERE conversation = ? ORDER BY number');
  return {
    listPages: (conversation) => list.all(conversation).map(pageFromRow),
    save(conversation, pages, places) {
      const ids = savePages(database, conversation, pages);
      for (const digits of savePlaces(database, conversation, places, ids)) touched.touch(touches.places + digits);
      const month = database.statement('SELECT month FROM conversation WHERE id = ?').get(conversation)?.month;
      touched.touch(touches.month + String(month));
    },
    findPage(conversation, turn) {
      const row = database
        .statement('SELECT url FROM place JOIN page ON page.id = place.page WHERE turn = ? AND place.conversation = ?')
        .get(decodeHex(turn.slice(0, 16)), conversation);
      return row === undefined ? undefined : String(row.url);
    },
    *walkPlaces(firstByte) {
      const sql = 'SELECT turn, url FROM place JOIN page ON page.id = place.page WHERE turn >= ? AND turn < ?';
      const from = Uint8Array.of(firstByte);
      // Longer than any turn that begins with 255.
      const to = firstByte === 255 ? new Uint8Array(9).fill(255) : Uint8Array.of(firstByte + 1);
      for (const row of database.statement(`${sql} ORDER BY turn, place.conversation`).iterate(from, to)) {
        yield { digits: row.turn instanceof Uint8Array ? encodeHex(row.turn) : '', url: String(row.url) };
      }
    },
    *walkMonth(month) {
      const rows = database
        .statement(
          `SELECT conversation.id, url, page.last_ms FROM conversation JOIN page ON page.conversation = conversation.id
           WHERE month = ? AND gone = 0 ORDER BY first_ms, conversation.id, number`,
        )
        .iterate(month);
      for (const row of rows) {
        yield { conversation: String(row.id) as ConversationId, url: String(row.url), lastMs: Number(row.last_ms) };
      }
    },
    listMonths: () =>
      database
        .statement('SELECT DISTINCT month FROM conversation WHERE gone = 0 ORDER BY month')
        .all()
        .map((row) => String(row.month)),
  };
}

/** Address → row id. */
function savePages(
  database: Database,
  conversation: ConversationId,
  pages: readonly PageRecord[],
): ReadonlyMap<string, number> {
  const save = database.statement(
    `INSERT INTO page (conversation, number, url, last_ms) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (url) DO UPDATE SET conversation = ?1, number = ?2, last_ms = ?4 RETURNING id`,
  );
  const ids = new Map<string, number>();
  for (const [number, { url, lastMs }] of pages.entries()) {
    ids.set(url, Number(save.get(conversation, number, url, lastMs)?.id));
  }
  for (const { id, url } of database.statement('SELECT id, url FROM page WHERE conversation = ?').all(conversation)) {
    if (!ids.has(String(url))) database.statement('DELETE FROM page WHERE id = ?').run(Number(id));
  }
  return ids;
}

/** Writes differences only: of a long conversation hardly any turn moves. Gives the first two digits of those that came, went or moved. */
function savePlaces(
  database: Database,
  conversation: ConversationId,
  places: ReadonlyMap<TurnHash, { readonly page: string }>,
  ids: ReadonlyMap<string, number>,
): ReadonlySet<string> {
  const old = new Map<string, number>();
  for (const { turn, page } of database
    .statement('SELECT turn, page FROM place WHERE conversation = ?')
    .all(conversation)) {
    if (turn instanceof Uint8Array) old.set(encodeHex(turn), Number(page));
  }
  const changed = new Set<string>();
  const save = database.statement('INSERT OR REPLACE INTO place (turn, conversation, page) VALUES (?, ?, ?)');
  for (const [hash, { page }] of places) {
    const digits = hash.slice(0, 16);
    const id = ids.get(page);
    const known = old.get(digits);
    old.delete(digits);
    if (id === undefined || known === id) continue;
    save.run(decodeHex(digits), conversation, id);
    changed.add(digits.slice(0, 2));
  }
  for (const digits of old.keys()) {
    database.statement('DELETE FROM place WHERE turn = ? AND conversation = ?').run(decodeHex(digits), conversation);
    changed.add(digits.slice(0, 2));
  }
  return changed;
}

function pageFromRow(row: SqlRow): PageRecord {
  return {
    url: String(row.url),
    lastMs: Number(row.last_ms),
  };
}

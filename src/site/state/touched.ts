/** What the files that list things have to look at again: kept until they were made. */
/** So that their cost follows the change, also over builds that were cut off. */

import type { Database } from '../../base/sqlite.ts';

/** Names of what is touched, beside the addresses of lists. */
export const touches = {
  /** `places:3f`: turns whose hash begins so came, went or moved. */
  places: 'places:',
  /** `month:2026-01`: pages of conversations that began then. */
  month: 'month:',
  /** `lists:tag`: lists of this kind came, went, or have other members. */
  lists: 'lists:',
  /** `files:["project","folder"]`: files of this folder were changed by other conversations, or otherwise. */
  files: 'files:',
  /** Conversations came, went or were renamed. */
  titles: 'titles',
} as const;

/** One change in a list: where it is, and whether members behind it moved. */
export interface Touch {
  readonly firstMs: number;
  readonly conversation: string;
  readonly moved: boolean;
}

export interface TouchedTable {
  /** `what`: a list's address, or a name that its builder chose. */
  touch(what: string, at?: Touch): void;
  isTouched(what: string): boolean;
  /** Names that begin with `prefix` and were touched. */
  listTouched(prefix: string): readonly string[];
  /** The changes of one list, from the oldest member on. */
  walkTouches(what: string): Iterable<Touch>;
  /** All was looked at. */
  clear(): void;
}

export function createTouchedTable(database: Database): TouchedTable {
  const touch = database.statement(
    `INSERT INTO touched (what, first_ms, conversation, moved) VALUES (?, ?, ?, ?)
     ON CONFLICT (what, first_ms, conversation) DO UPDATE SET moved = max(moved, excluded.moved)`,
  );
  return {
    touch(what, at) {
      touch.run(what, at?.firstMs ?? 0, at?.conversation ?? '', at?.moved === true ? 1 : 0);
    },
    isTouched: (what) => database.statement('SELECT 1 FROM touched WHERE what = ? LIMIT 1').get(what) !== undefined,
    listTouched: (prefix) =>
      database
        .statement('SELECT DISTINCT what FROM touched WHERE what >= ? AND what < ? ORDER BY what')
        .all(prefix, `${prefix}\u{10ffff}`)
        .map((row) => String(row.what)),
    *walkTouches(what) {
      const rows = database
        .statement('SELECT first_ms, conversation, moved FROM touched WHERE what = ? ORDER BY first_ms, conversation')
        .iterate(what);
      for (const row of rows) {
        yield { firstMs: Number(row.first_ms), conversation: String(row.conversation), moved: row.moved === 1 };
      }
    },
    clear: () => database.exec('DELETE FROM touched'),
  };
}

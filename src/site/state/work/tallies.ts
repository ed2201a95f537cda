/** What was done, counted: of each page by day, and the sums of all pages for the whole site and for each project. */
/** A page that changes takes its old numbers out of the sums and puts the new ones in, so sums cost what changed. */

import type { Database, SqlRow } from '../../../base/sqlite.ts';

export const TOKEN_KINDS = ['fresh', 'cached', 'written', 'out'] as const;

/**
 * `prompt` by hour of the day (UTC), of people alone; `turn`; `tool` and `failed` by the tool's name; tokens by model: `fresh` input,
 * input that came out of a cache (`cached`) or went into one (`written`), and output (`out`).
 */
export type TallyKind = 'prompt' | 'turn' | 'tool' | 'failed' | (typeof TOKEN_KINDS)[number];

/** So often, on this day (`2026-01-02`). `name` is empty where the kind has none. */
export interface Tally {
  readonly kind: TallyKind;
  readonly name: string;
  readonly day: string;
  readonly n: number;
}

/** Everything; every other scope is the address of a project's list. */
export const WHOLE = '/';

export interface TallyTable {
  /** What was done on a page; what was known of it before is forgotten. `scope` beside the whole; empty: none. */
  save(conversation: string, page: string, scope: string, tallies: readonly Tally[]): void;
  /** Forgets the pages of a conversation other than these. */
  keep(conversation: string, pages: readonly string[]): void;
  /** One number for each day, oldest first. */
  listDays(scope: string, kind: TallyKind, since?: string): readonly { readonly day: string; readonly n: number }[];
  /** One number for each name, biggest first. */
  listNames(scope: string, kind: TallyKind): readonly { readonly name: string; readonly n: number }[];
  sum(scope: string, kind: TallyKind): number;
}

export function createTallyTable(database: Database): TallyTable {
  const find = database.statement('SELECT conversation, scope, data FROM tally WHERE page = ?');
  const store = database.statement(
    'INSERT OR REPLACE INTO tally (page, conversation, scope, data) VALUES (?, ?, ?, ?)',
  );
  const add = database.statement(
    `INSERT INTO total (scope, kind, name, day, n) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (scope, kind, name, day) DO UPDATE SET n = n + excluded.n`,
  );
  const addAll = (scope: string, tallies: readonly Tally[], sign: 1 | -1): void => {
    for (const each of new Set([WHOLE, scope]))
      if (each !== '') for (const { kind, name, day, n } of tallies) add.run(each, kind, name, day, sign * n);
  };
  const forget = (page: string): void => {
    const row = find.get(page);
    if (row !== undefined) addAll(String(row.scope), talliesOf(row), -1);
    database.statement('DELETE FROM tally WHERE page = ?').run(page);
  };
  return {
    save(conversation, page, scope, tallies) {
      const data = JSON.stringify(tallies.map(({ kind, name, day, n }) => [kind, name, day, n]));
      const old = find.get(page);
      if (old?.data === data && old.scope === scope && old.conversation === conversation) return;
      forget(page);
      store.run(page, conversation, scope, data);
      addAll(scope, tallies, 1);
    },
    keep(conversation, pages) {
      const gone = database
        .statement('SELECT page FROM tally WHERE conversation = ? AND page NOT IN (SELECT value FROM json_each(?))')
        .all(conversation, JSON.stringify(pages));
      for (const { page } of gone) forget(String(page));
    },
    listDays: (scope, kind, since = '') =>
      database
        .statement(
          'SELECT day, sum(n) AS n FROM total WHERE scope = ? AND kind = ? AND day >= ? GROUP BY day HAVING sum(n) > 0 ORDER BY day',
        )
        .all(scope, kind, since)
        .map((row) => ({ day: String(row.day), n: Number(row.n) })),
    listNames: (scope, kind) =>
      database
        .statement(
          'SELECT name, sum(n) AS n FROM total WHERE scope = ? AND kind = ? GROUP BY name HAVING sum(n) > 0 ORDER BY sum(n) DESC, name',
        )
        .all(scope, kind)
        .map((row) => ({ name: String(row.name), n: Number(row.n) })),
    sum: (scope, kind) =>
      Number(database.statement('SELECT total(n) AS n FROM total WHERE scope = ? AND kind = ?').get(scope, kind)?.n),
  };
}

/** Written by `save`; the state is private to the archive's owner. */
function talliesOf(row: SqlRow): readonly Tally[] {
  const data = JSON.parse(String(row.data)) as readonly (readonly [TallyKind, string, string, number])[];
  return data.map(([kind, name, day, n]) => ({ kind, name, day, n }));
}

/** What the person chose of each entry, and when: kept apart from the entries, so that it outlives them and may come before them. */
/** The entries' own columns `unread` and `starred` follow it, for the lists. */

import type { Database, SqlRow } from '../../base/sqlite.ts';
import {
  type Choice,
  type EntryChoices,
  laterChoice,
  READING_FIELDS,
  type ReadingState,
} from '../../model/reading/state.ts';

export const CHOICES = `CREATE TABLE choice (
  key TEXT PRIMARY KEY,
  read INTEGER, read_ms INTEGER,
  starred INTEGER, starred_ms INTEGER
) WITHOUT ROWID;
`;

type Field = (typeof READING_FIELDS)[number];

export class ChoiceTable {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** A choice of now stands against all that were made before, whatever their clock said. */
  choose(keys: readonly string[], field: Field, is: boolean, nowMs: number): void {
    this.#db.transaction(() => {
      for (const key of keys) {
        const known = this.#find(key)[field];
        if (known?.is === is) continue;
        this.#put(key, field, { is, ms: Math.max(nowMs, (known?.ms ?? 0) + 1) });
      }
    });
  }

  /** What another machine or a file says: of each field the later choice stands. Returns how many were news. */
  merge(state: ReadingState): number {
    return this.#db.transaction(() => {
      let news = 0;
      for (const [key, theirs] of state) {
        const ours = this.#find(key);
        for (const field of READING_FIELDS) {
          const choice = laterChoice(ours[field], theirs[field]);
          if (choice === undefined || choice === ours[field]) continue;
          this.#put(key, field, choice);
          news++;
        }
      }
      return news;
    });
  }

  all(): ReadingState {
    const rows = this.#db.statement('SELECT * FROM choice ORDER BY key').all();
    return new Map(rows.map((row) => [String(row.key), choicesOf(row)]));
  }

  /** Brings an entry that is new here in step with what was chosen of it elsewhere. */
  applyTo(key: string): void {
    const known = this.#find(key);
    for (const field of READING_FIELDS) if (known[field] !== undefined) this.#show(key, field, known[field].is);
  }

  #find(key: string): EntryChoices {
    const row = this.#db.statement('SELECT * FROM choice WHERE key=?').get(key);
    return row === undefined ? {} : choicesOf(row);
  }

  #put(key: string, field: Field, { is, ms }: Choice): void {
    this.#db
      .statement(
        `INSERT INTO choice (key, ${field}, ${field}_ms) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET ${field}=?2, ${field}_ms=?3`,
      )
      .run(key, is ? 1 : 0, ms);
    this.#show(key, field, is);
  }

  /** What is forgotten stays read. */
  #show(key: string, field: Field, is: boolean): void {
    const column = field === 'read' ? `unread=${is ? 0 : 1}` : `starred=${is ? 1 : 0}`;
    this.#db.statement(`UPDATE entry SET ${column} WHERE key=? AND forgotten=0`).run(key);
  }
}

function choicesOf(row: SqlRow): EntryChoices {
  const of = (is: unknown, ms: unknown): Choice | undefined =>
    ms === null ? undefined : { is: is === 1, ms: Number(ms) };
  const [read, starred] = [of(row.read, row.read_ms), of(row.starred, row.starred_ms)];
  return { ...(read && { read }), ...(starred && { starred }) };
}

/** What the gate has let pass, so that it looks at each turn once for each set of rules. */
/** Derived and private: without the file everything is looked at again. */

import { resolve } from 'node:path';
import { decodeHex, encodeHex } from '../../base/bytes.ts';
import { makeRealFolders } from '../../base/confined-disk.ts';
import { openDerived } from '../../base/derived.ts';
import type { Log } from '../../base/log.ts';
import type { Database } from '../../base/sqlite.ts';
import type { ConversationId } from '../../model/ids.ts';

/** How far a conversation has passed. */
export interface Passed {
  /** Root of its log. */
  readonly root: string;
  /** Its first so many turns, and a hash over their names: the log may have grown since, or been replaced. */
  readonly turns: number;
  readonly names: string;
}

const VERSION = 1;
const SCHEMA = `
CREATE TABLE rules (version TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE passed (conversation BLOB PRIMARY KEY, root BLOB NOT NULL, turns INTEGER NOT NULL, names BLOB NOT NULL) WITHOUT ROWID;
PRAGMA user_version=${VERSION};
`;

/** An open memory of the gate. Must be closed. */
export class PassedStore {
  readonly #db: Database;

  /** What passed under other rules than `rules` is forgotten. A file that is no database of ours is set aside. */
  constructor(path: string, rules: string, log: Log) {
    makeRealFolders(resolve(path, '..', '..', '..'), resolve(path, '..'));
    this.#db = openDerived(path, { log, prepare });
    const known = this.#db.statement('SELECT version FROM rules').get()?.version;
    if (known === rules) return;
    this.#db.transaction(() => {
      this.#db.statement('DELETE FROM passed').run();
      this.#db.statement('DELETE FROM rules').run();
      this.#db.statement("INSERT INTO rules (version, state) VALUES (?, '')").run(rules);
    });
  }

  close(): void {
    this.#db.close();
  }

  /** The state of archive and configuration in which all that is public has passed; empty: none. */
  get state(): string {
    return String(this.#db.statement('SELECT state FROM rules').get()?.state ?? '');
  }

  set state(state: string) {
    this.#db.statement('UPDATE rules SET state=?').run(state);
  }

  find(conversation: ConversationId): Passed | undefined {
    const row = this.#db
      .statement('SELECT root, turns, names FROM passed WHERE conversation=?')
      .get(decodeHex(conversation));
    if (!(row?.root instanceof Uint8Array) || !(row.names instanceof Uint8Array)) return undefined;
    return { root: encodeHex(row.root), turns: Number(row.turns), names: encodeHex(row.names) };
  }

  put(conversation: ConversationId, { root, turns, names }: Passed): void {
    this.#db
      .statement('INSERT OR REPLACE INTO passed (conversation, root, turns, names) VALUES (?, ?, ?, ?)')
      .run(decodeHex(conversation), decodeHex(root), turns, decodeHex(names));
  }
}

function prepare(db: Database): void {
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL');
  if (db.statement('PRAGMA user_version').get()?.user_version === VERSION) return;
  for (const table of ['rules', 'passed']) db.exec(`DROP TABLE IF EXISTS ${table}`);
  db.exec(SCHEMA);
}

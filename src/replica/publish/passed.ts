/** What the gate has let pass, so that it looks at each turn once for each set of rules. */
/** Derived and private: without the file everything is looked at again, and so is what this machine did not mark itself. */

import { createHmac, timingSafeEqual } from 'node:crypto';
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

/** Under which rules things pass, and the key of the machine that lets them; without one nothing is remembered. */
export interface PassedBy {
  readonly rules: string;
  readonly key: Uint8Array | undefined;
}

const VERSION = 3;
const SCHEMA = `
CREATE TABLE rules (version TEXT NOT NULL);
CREATE TABLE state (scope TEXT PRIMARY KEY, state TEXT NOT NULL, mark BLOB NOT NULL);
CREATE TABLE passed (conversation BLOB PRIMARY KEY, root BLOB NOT NULL, turns INTEGER NOT NULL, names BLOB NOT NULL, mark BLOB NOT NULL) WITHOUT ROWID;
PRAGMA user_version=${VERSION};
`;

/** An open memory of the gate. Must be closed. */
export class PassedStore {
  readonly #db: Database;
  readonly #by: PassedBy;

  /** What passed under other rules is forgotten. A file that is no database of ours is set aside. */
  constructor(path: string, by: PassedBy, log: Log) {
    this.#by = by;
    const { rules } = by;
    makeRealFolders(resolve(path, '..', '..', '..'), resolve(path, '..'));
    this.#db = openDerived(path, { log, prepare });
    const known = this.#db.statement('SELECT version FROM rules').get()?.version;
    if (known === rules) return;
    this.#db.transaction(() => {
      for (const table of ['passed', 'state', 'rules']) this.#db.statement(`DELETE FROM ${table}`).run();
      this.#db.statement('INSERT INTO rules (version) VALUES (?)').run(rules);
    });
  }

  close(): void {
    this.#db.close();
  }

  /** The state of archive and configuration in which all that is public has passed, in this part of it; undefined: none. */
  findState(scope: string): string | undefined {
    const row = this.#db.statement('SELECT state, mark FROM state WHERE scope=?').get(scope);
    const state = String(row?.state ?? '');
    return this.#isOurs(row?.mark, ['state', scope, state]) ? state : undefined;
  }

  setState(scope: string, state: string): void {
    const mark = this.#markOf(['state', scope, state]);
    if (mark === undefined) return;
    this.#db.statement('INSERT OR REPLACE INTO state (scope, state, mark) VALUES (?, ?, ?)').run(scope, state, mark);
  }

  find(conversation: ConversationId): Passed | undefined {
    const row = this.#db
      .statement('SELECT root, turns, names, mark FROM passed WHERE conversation=?')
      .get(decodeHex(conversation));
    if (!(row?.root instanceof Uint8Array) || !(row.names instanceof Uint8Array)) return undefined;
    const passed = { root: encodeHex(row.root), turns: Number(row.turns), names: encodeHex(row.names) };
    return this.#isOurs(row.mark, wordsOf(conversation, passed)) ? passed : undefined;
  }

  put(conversation: ConversationId, passed: Passed): void {
    const mark = this.#markOf(wordsOf(conversation, passed));
    if (mark === undefined) return;
    this.#db
      .statement('INSERT OR REPLACE INTO passed (conversation, root, turns, names, mark) VALUES (?, ?, ?, ?, ?)')
      .run(decodeHex(conversation), decodeHex(passed.root), passed.turns, decodeHex(passed.names), mark);
  }

  /** HMAC-SHA256 over the rules and the words, none of which holds a line end. */
  #markOf(words: readonly string[]): Uint8Array | undefined {
    const { key, rules } = this.#by;
    return (
      key &&
      createHmac('sha256', key)
        .update([rules, ...words].join('\n'))
        .digest()
    );
  }

  #isOurs(mark: unknown, words: readonly string[]): boolean {
    const ours = this.#markOf(words);
    return (
      ours !== undefined && mark instanceof Uint8Array && mark.length === ours.length && timingSafeEqual(mark, ours)
    );
  }
}

function wordsOf(conversation: ConversationId, { root, turns, names }: Passed): readonly string[] {
  return ['passed', conversation, root, String(turns), names];
}

function prepare(db: Database): void {
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL');
  if (db.statement('PRAGMA user_version').get()?.user_version === VERSION) return;
  for (const table of ['rules', 'state', 'passed']) db.exec(`DROP TABLE IF EXISTS ${table}`);
  db.exec(SCHEMA);
}

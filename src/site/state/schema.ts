/** The tables of a site's state. */
/** Derived and private: of another version's state only what stands in the output folder is kept, and the next build makes everything again. */

import type { Database } from '../../base/sqlite.ts';

/** Raised when the tables or what stands in them change meaning. */
const STATE_VERSION = '14';

/** Name of the mark of a build whose files are being moved into place. */
export const MOVING = 'moving';

const META = 'CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID';

/**
 * What we wrote, by which a site is ours to build into: taken over from another version that has just these tables. What they
 * mean must not change without their columns.
 */
const WRITTEN = {
  // hash: wanted content, NULL: none any more. placed: content in the output folder, NULL: none. They differ: staged, or to be removed.
  file: 'CREATE TABLE file (path TEXT PRIMARY KEY, owner TEXT NOT NULL, key TEXT NOT NULL, hash TEXT, placed TEXT, size INTEGER NOT NULL) WITHOUT ROWID',
  // Files that were removed, and what they held: an older site that is put back brings them with it.
  former: 'CREATE TABLE former (path TEXT PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID',
};

const TABLES = `
CREATE INDEX file_owner ON file (owner);
CREATE INDEX file_waiting ON file (path) WHERE hash IS NOT placed;

-- input: hash of what its own log and the rules say. dirty: its pages wait to be made. item: what lists show, '' until it was built.
-- project, git_branch: '' where none is known.
CREATE TABLE conversation (id TEXT PRIMARY KEY, input TEXT NOT NULL, dirty INTEGER NOT NULL, gone INTEGER NOT NULL, failed INTEGER NOT NULL,
  private INTEGER NOT NULL, title TEXT NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, month TEXT NOT NULL, turns INTEGER NOT NULL,
  parent TEXT, parent_turn TEXT, parent_call TEXT, project TEXT NOT NULL, git_branch TEXT NOT NULL, item TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX conversation_order ON conversation (first_ms, id);
CREATE INDEX conversation_dirty ON conversation (first_ms, id) WHERE dirty = 1;
CREATE INDEX conversation_gone ON conversation (id) WHERE gone = 1;
CREATE INDEX conversation_failed ON conversation (id) WHERE failed = 1;
CREATE INDEX conversation_month ON conversation (month, first_ms, id);
CREATE INDEX conversation_parent ON conversation (parent, first_ms, id) WHERE parent IS NOT NULL;
CREATE INDEX conversation_project ON conversation (project, first_ms, id) WHERE parent IS NULL AND gone = 0;

-- Conversations that another one took over, and that one. shown: a page says so.
CREATE TABLE joined (id TEXT PRIMARY KEY, into_id TEXT NOT NULL, last_ms INTEGER NOT NULL, shown INTEGER NOT NULL) WITHOUT ROWID;

-- number: in the order in which pages are made.
CREATE TABLE page (id INTEGER PRIMARY KEY, conversation TEXT NOT NULL, number INTEGER NOT NULL, url TEXT NOT NULL UNIQUE, last_ms INTEGER NOT NULL);
CREATE INDEX page_conversation ON page (conversation, number);
-- turn: the first 8 bytes of its hash.
CREATE TABLE place (turn BLOB NOT NULL, conversation TEXT NOT NULL, page INTEGER NOT NULL, PRIMARY KEY (turn, conversation)) WITHOUT ROWID;
CREATE INDEX place_conversation ON place (conversation);
-- What a page said on a day, in the order in which the search index takes it; and what it can be filtered by.
CREATE TABLE unit (url TEXT NOT NULL, day TEXT NOT NULL, conversation TEXT NOT NULL, start INTEGER NOT NULL, rank INTEGER NOT NULL,
  size INTEGER NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (url, day));
CREATE INDEX unit_order ON unit (start, url, day, rank, size, key);
CREATE INDEX unit_conversation ON unit (conversation);
CREATE TABLE facet (name TEXT NOT NULL, value TEXT NOT NULL, url TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (name, value, url, day)) WITHOUT ROWID;
CREATE INDEX facet_url ON facet (url);
-- What the search page is told of a part of the index.
CREATE TABLE part (name TEXT PRIMARY KEY, key TEXT NOT NULL, meta TEXT NOT NULL, words BLOB NOT NULL) WITHOUT ROWID;

-- Blobs of the replica, which conversations share. upto: records of a conversation whose blobs are known, under that key.
CREATE TABLE replica_blob (conversation TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (conversation, hash)) WITHOUT ROWID;
CREATE INDEX replica_blob_hash ON replica_blob (hash);
CREATE TABLE replica_upto (conversation TEXT PRIMARY KEY, upto INTEGER NOT NULL, key TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE entry (turn TEXT PRIMARY KEY, conversation TEXT NOT NULL, time INTEGER NOT NULL, key TEXT NOT NULL, data TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX entry_conversation ON entry (conversation, time DESC, turn, key);
-- Conversations with an exchange that has not ended. ms: of its last turn; told: its entry is there all the same, because nothing came for long.
CREATE TABLE held (conversation TEXT NOT NULL, ms INTEGER NOT NULL, told INTEGER NOT NULL, PRIMARY KEY (conversation, ms)) WITHOUT ROWID;
CREATE TABLE deleted (turn TEXT PRIMARY KEY, conversation TEXT NOT NULL, time INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX deleted_conversation ON deleted (conversation);
CREATE INDEX deleted_time ON deleted (time DESC, turn);
CREATE TABLE pack (id TEXT PRIMARY KEY, owner TEXT NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX pack_owner ON pack (owner);

-- What was done on a page, as JSON, and the sums: of everything (scope '/') and of each project (its list's address).
CREATE TABLE tally (page TEXT PRIMARY KEY, conversation TEXT NOT NULL, scope TEXT NOT NULL, data TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX tally_conversation ON tally (conversation);
CREATE TABLE total (scope TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, day TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (scope, kind, name, day)) WITHOUT ROWID;
-- What was done to a file after a prompt. turns: the first of them, as JSON.
CREATE TABLE edit (project TEXT NOT NULL, folder TEXT NOT NULL, file TEXT NOT NULL, conversation TEXT NOT NULL, prompt TEXT NOT NULL,
  page TEXT NOT NULL, title TEXT NOT NULL, why TEXT NOT NULL, ms INTEGER NOT NULL, count INTEGER NOT NULL, turns TEXT NOT NULL,
  PRIMARY KEY (project, folder, file, conversation, prompt, page)) WITHOUT ROWID;
CREATE INDEX edit_page ON edit (conversation, page);
-- Commits that were made. prompt: the turn that opened the exchange.
CREATE TABLE made (project TEXT NOT NULL, hash TEXT NOT NULL, conversation TEXT NOT NULL, ms INTEGER NOT NULL, subject TEXT NOT NULL,
  url TEXT NOT NULL, page TEXT NOT NULL, prompt TEXT NOT NULL, PRIMARY KEY (project, hash, conversation)) WITHOUT ROWID;
CREATE INDEX made_conversation ON made (conversation);

-- members, pages: as the last build of the list left them.
CREATE TABLE list (url TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL, members INTEGER NOT NULL, pages INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX list_size ON list (kind, members DESC, url);
CREATE TABLE member (list TEXT NOT NULL, first_ms INTEGER NOT NULL, conversation TEXT NOT NULL, last_ms INTEGER NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY (list, first_ms, conversation)) WITHOUT ROWID;
CREATE INDEX member_conversation ON member (conversation);
CREATE INDEX member_recent ON member (list, last_ms DESC, conversation);
-- What the next build of a list, or of another file that lists things, has to look at.
CREATE TABLE touched (what TEXT NOT NULL, first_ms INTEGER NOT NULL, conversation TEXT NOT NULL, moved INTEGER NOT NULL,
  PRIMARY KEY (what, first_ms, conversation)) WITHOUT ROWID;
`;

/** Creates the tables; of those of another version it keeps what they say of the output folder, as files that nobody wants. */
export function prepareTables(database: Database): void {
  const known = database.statement("SELECT name FROM sqlite_schema WHERE name = 'meta'").get() !== undefined;
  if (known && isOfThisVersion(database)) return;
  if (!known) database.exec(META);
  const kept = known && knowsWhatStands(database) ? ['meta', ...Object.keys(WRITTEN)] : ['meta'];
  if (known) dropAllBut(database, kept);
  for (const [name, sql] of Object.entries(WRITTEN)) if (!kept.includes(name)) database.exec(sql);
  database.exec(TABLES);
  database.statement("INSERT INTO meta (name, value) VALUES ('version', ?)").run(STATE_VERSION);
}

/** The same tables, and no build that was stopped while it moved its files into place. */
function knowsWhatStands(database: Database): boolean {
  if (database.statement(`SELECT 1 FROM meta WHERE name = '${MOVING}'`).get() !== undefined) return false;
  const find = database.statement("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?");
  return Object.entries(WRITTEN).every(([name, sql]) => find.get(name)?.sql === sql);
}

function dropAllBut(database: Database, kept: readonly string[]): void {
  const made = database.statement('SELECT type, name FROM sqlite_schema WHERE sql IS NOT NULL').all();
  const indexes = made.filter(({ type }) => type === 'index');
  for (const { name } of indexes) database.exec(`DROP INDEX "${String(name)}"`);
  for (const { type, name } of made)
    if (type === 'table' && !kept.includes(String(name))) database.exec(`DROP TABLE "${String(name)}"`);
  database.exec("DELETE FROM meta WHERE name NOT IN ('stamp', 'stamps', 'staging')");
  if (!kept.includes('file')) return;
  database.exec('DELETE FROM file WHERE placed IS NULL');
  database.exec("UPDATE file SET owner = '', key = '', hash = placed");
}

/** Throws BrokenDatabaseError for what is no state at all. */
export function isOfThisVersion(database: Database): boolean {
  return database.statement("SELECT value FROM meta WHERE name = 'version'").get()?.value === STATE_VERSION;
}

/** The reader's memory, `private/reader.db`: which feeds are followed, how they do, what they said and what was read of it. */
/** What people did (read, starred) exists only here, so a file that is damaged is set aside and never thrown away. */

import { openDerived } from '../../base/derived.ts';
import type { Log } from '../../base/log.ts';
import type { Database } from '../../base/sqlite.ts';
import { CHOICES, ChoiceTable } from './choices.ts';
import { EntryTable, entryKey } from './entries.ts';
import { FeedTable } from './feeds.ts';

const VERSION = 2;
const SCHEMA = `
CREATE TABLE feed (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL, home TEXT, folder TEXT NOT NULL,
  followed INTEGER NOT NULL,
  allowed TEXT NOT NULL DEFAULT '',
  archive TEXT,
  pictures INTEGER NOT NULL DEFAULT 0,
  next_ms INTEGER NOT NULL,
  health TEXT NOT NULL
);
CREATE INDEX feed_due ON feed (next_ms) WHERE followed = 1;
CREATE TABLE entry (
  id INTEGER PRIMARY KEY,
  feed INTEGER NOT NULL REFERENCES feed (id),
  guid TEXT NOT NULL,
  key TEXT NOT NULL,
  digest BLOB NOT NULL,
  title TEXT NOT NULL, url TEXT, author TEXT,
  html TEXT, text TEXT, more TEXT,
  time_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL,
  unread INTEGER NOT NULL, starred INTEGER NOT NULL, forgotten INTEGER NOT NULL DEFAULT 0,
  UNIQUE (feed, guid)
);
CREATE INDEX entry_unread ON entry (time_ms, id) WHERE unread = 1;
CREATE INDEX entry_starred ON entry (time_ms, id) WHERE starred = 1;
CREATE INDEX entry_time ON entry (time_ms, id);
CREATE INDEX entry_feed ON entry (feed, time_ms, id);
CREATE INDEX entry_key ON entry (key);
${CHOICES}CREATE VIRTUAL TABLE words USING fts5 (title, text, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2");
PRAGMA user_version=${VERSION};
`;

/** An open memory. Must be closed. */
export interface ReaderStore {
  readonly feeds: FeedTable;
  readonly entries: EntryTable;
  readonly choices: ChoiceTable;
  close(): void;
}

/** Its folder exists. A file that is no database of ours is set aside, and said so. */
export function openReaderStore(path: string, log: Log): ReaderStore {
  const db = openDerived(path, { log, prepare });
  const choices = new ChoiceTable(db);
  return { feeds: new FeedTable(db), entries: new EntryTable(db, choices), choices, close: () => db.close() };
}

function prepare(db: Database): void {
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON');
  const version = db.statement('PRAGMA user_version').get()?.user_version;
  if (version === 0) db.exec(SCHEMA);
  if (version === 1) db.transaction(() => bringUp(db));
}

/** Version 1 knew what was read, and not when: what it knew counts as chosen when the entry was first seen. */
function bringUp(db: Database): void {
  db.exec('ALTER TABLE feed ADD COLUMN archive TEXT; ALTER TABLE feed ADD COLUMN pictures INTEGER NOT NULL DEFAULT 0');
  db.exec(`ALTER TABLE entry ADD COLUMN key TEXT NOT NULL DEFAULT ''; ${CHOICES}`);
  const rows = db.statement('SELECT entry.id, feed.url, guid FROM entry JOIN feed ON feed.id = feed').all();
  for (const { id = null, url, guid } of rows)
    db.statement('UPDATE entry SET key=? WHERE id=?').run(entryKey(String(url), String(guid)), id);
  db.exec(`CREATE INDEX entry_key ON entry (key);
INSERT OR IGNORE INTO choice (key, read, read_ms, starred, starred_ms)
  SELECT key, iif(unread=0, 1, NULL), iif(unread=0, seen_ms, NULL), iif(starred=1, 1, NULL), iif(starred=1, seen_ms, NULL)
  FROM entry WHERE forgotten=0 AND (unread=0 OR starred=1);
PRAGMA user_version=${VERSION}`);
}

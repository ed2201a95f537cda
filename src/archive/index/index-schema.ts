/** The tables of the private index. */
/** A change here only raises the version: an index of another version is thrown away and built again. */

export const SCHEMA_VERSION = '11';

/** The conversation that took a row's one over, as its meta says; NULL for most. */
export const JOINED_INTO = "iif(json_valid(meta), meta ->> '$.joined', NULL)";

export const SCHEMA = `
CREATE TABLE IF NOT EXISTS archive (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS conversations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, origin TEXT, size INTEGER NOT NULL DEFAULT 0, root BLOB, frontier BLOB,
  entry_bytes INTEGER NOT NULL DEFAULT 0, payload_bytes INTEGER NOT NULL DEFAULT 0, stamp TEXT NOT NULL DEFAULT '',
  turns INTEGER NOT NULL DEFAULT 0, prompts INTEGER NOT NULL DEFAULT 0, tool_calls INTEGER NOT NULL DEFAULT 0,
  input_tokens INTEGER NOT NULL DEFAULT 0, output_tokens INTEGER NOT NULL DEFAULT 0, first_prompt TEXT NOT NULL DEFAULT '',
  first_ms INTEGER NOT NULL DEFAULT 0, last_ms INTEGER NOT NULL DEFAULT 0, withheld INTEGER NOT NULL DEFAULT 0,
  meta TEXT NOT NULL DEFAULT '', meta_withheld INTEGER NOT NULL DEFAULT 0, damage TEXT, revision INTEGER NOT NULL DEFAULT 0, unnamed INTEGER NOT NULL DEFAULT 0,
  newest INTEGER AS (-last_ms) VIRTUAL);
CREATE INDEX IF NOT EXISTS conversations_newest ON conversations (newest, hash, revision, turns);
CREATE INDEX IF NOT EXISTS conversations_revision ON conversations (revision);
CREATE INDEX IF NOT EXISTS conversations_unnamed ON conversations (first_ms, hash) WHERE unnamed;
CREATE INDEX IF NOT EXISTS conversations_joined ON conversations (${JOINED_INTO}) WHERE ${JOINED_INTO} IS NOT NULL;
CREATE TABLE IF NOT EXISTS gone (hash BLOB PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS gone_revision ON gone (revision);
CREATE TABLE IF NOT EXISTS lost_logs (hash BLOB PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, turns INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS turns (h48 INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (h48, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS heads (
  conversation INTEGER NOT NULL, name TEXT NOT NULL, turn BLOB NOT NULL, time_ms INTEGER NOT NULL,
  PRIMARY KEY (conversation, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tombstones (
  conversation INTEGER NOT NULL, position INTEGER NOT NULL, named BLOB NOT NULL, action INTEGER NOT NULL,
  reason INTEGER NOT NULL, time_ms INTEGER NOT NULL, replacement BLOB, PRIMARY KEY (conversation, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chunks (
  conversation INTEGER NOT NULL, tile INTEGER NOT NULL, first INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
  crc INTEGER NOT NULL, PRIMARY KEY (conversation, tile, first)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blobs (hash BLOB PRIMARY KEY, length INTEGER NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blob_use (hash BLOB NOT NULL, conversation INTEGER NOT NULL, PRIMARY KEY (hash, conversation)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS blob_use_of ON blob_use (conversation);
CREATE TABLE IF NOT EXISTS sources (
  path TEXT PRIMARY KEY, json TEXT NOT NULL, unfinished INTEGER NOT NULL, look_again_ms INTEGER NOT NULL, size INTEGER NOT NULL,
  mtime_ns TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS sources_seen ON sources (path, size, mtime_ns, look_again_ms);
CREATE INDEX IF NOT EXISTS sources_unfinished ON sources (path) WHERE unfinished;
CREATE TABLE IF NOT EXISTS source_conversations (
  conversation BLOB NOT NULL, path TEXT NOT NULL, started_by TEXT, PRIMARY KEY (conversation, path)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS source_conversations_path ON source_conversations (path, conversation);
CREATE INDEX IF NOT EXISTS source_conversations_started ON source_conversations (conversation, path) WHERE started_by IS NOT NULL;
CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, turn BLOB NOT NULL, provisional INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS moved (turn BLOB PRIMARY KEY, into_turn BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS joined (conversation BLOB PRIMARY KEY, into_conversation BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS joined_into ON joined (into_conversation);
CREATE TABLE IF NOT EXISTS lost_parents (parent TEXT NOT NULL, turn BLOB NOT NULL, place TEXT NOT NULL, PRIMARY KEY (parent, turn)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS redacted (payload BLOB PRIMARY KEY, counts TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS withdrawn (turn BLOB PRIMARY KEY) WITHOUT ROWID;
`;

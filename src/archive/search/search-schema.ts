/** The tables of the search index. */
/** A change here only raises the version: an index of another version is emptied and filled again. */

export const SEARCH_VERSION = 3;

export const SEARCH_TABLES: readonly string[] = ['words', 'labels', 'turns', 'conversations', 'progress'];

/** Agent, project and labels (tags and models) in lower case: they are asked for without regard to case. */
export const SEARCH_SCHEMA = `
CREATE TABLE progress (generation TEXT NOT NULL, revision INTEGER NOT NULL);
CREATE TABLE conversations (
  id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, root TEXT NOT NULL, size INTEGER NOT NULL, last TEXT NOT NULL,
  agent TEXT NOT NULL, project TEXT NOT NULL);
CREATE TABLE labels (
  conversation INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (conversation, kind, value)) WITHOUT ROWID;
CREATE TABLE turns (
  id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, conversation INTEGER NOT NULL, time_ms INTEGER NOT NULL, role TEXT NOT NULL, model TEXT);
CREATE INDEX turns_conversation ON turns (conversation);
CREATE VIRTUAL TABLE words USING fts5(text, reasoning, output, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2");
PRAGMA user_version=${SEARCH_VERSION};
`;

/** Parameters: expression, from and until in ms, role, agent, project, tag, model, limit; an empty text is no condition. */
export const SEARCH_QUERY = `
SELECT turns.hash AS hash, conversations.hash AS conversation, turns.time_ms AS time_ms, turns.role AS role FROM words
JOIN turns ON turns.id = words.rowid JOIN conversations ON conversations.id = turns.conversation
WHERE words MATCH ?1 AND turns.time_ms BETWEEN ?2 AND ?3 AND (?4 = '' OR turns.role = ?4)
  AND (?5 = '' OR conversations.agent = ?5) AND (?6 = '' OR conversations.project = ?6)
  AND (?7 = '' OR EXISTS (SELECT 1 FROM labels WHERE labels.conversation = conversations.id AND kind = 'tag' AND value = ?7))
  AND (?8 = '' OR lower(turns.model) = ?8 OR (turns.model IS NULL AND EXISTS (
    SELECT 1 FROM labels WHERE labels.conversation = conversations.id AND kind = 'model' AND value = ?8)))
ORDER BY bm25(words, 4.0, 2.0, 1.0), turns.time_ms DESC, turns.hash LIMIT ?9`;

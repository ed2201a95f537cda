/** What was taken back leaves the search index at once: its rows only, not the work of hours. */
/** A row that is deleted leaves its words in the index's segments, so they are merged once without it. */

import { decodeHex } from '../../base/bytes.ts';
import { openDatabase } from '../../base/sqlite.ts';
import type { Store } from '../index/store.ts';
import type { PurgeEntry } from '../withdraw/purge.ts';
import { SEARCH_VERSION } from './search-schema.ts';

/** An index that is of another version, damaged or in use goes as a whole: the next search makes it anew. */
export function forgetSearched({ disk, searchPath }: Store, entries: readonly PurgeEntry[]): void {
  if (searchPath === ':memory:' || disk.stat(searchPath) === undefined) return;
  try {
    if (disk.stat(searchPath)?.file === true && forgetRows(searchPath, entries)) return;
  } catch {
    // whatever it is that cannot be done, without the file nothing is left in it
  }
  for (const end of ['', '-wal', '-shm']) if (disk.stat(searchPath + end) !== undefined) disk.unlink(searchPath + end);
}

function forgetRows(path: string, entries: readonly PurgeEntry[]): boolean {
  const database = openDatabase(path, { busyMs: 1000 });
  try {
    if (database.statement('PRAGMA user_version').get()?.user_version !== SEARCH_VERSION) return false;
    database.exec('PRAGMA secure_delete=ON');
    database.transaction(() => {
      for (const { conversation, named } of entries) {
        for (const hash of named) forgetTurn(hash);
        forgetFacts(conversation);
      }
      database.exec("INSERT INTO words(words) VALUES('optimize')");
    });
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return true;
  } finally {
    database.close();
  }

  function forgetTurn(hash: string): void {
    const row = database.statement('DELETE FROM turns WHERE hash=? RETURNING id').get(decodeHex(hash));
    if (row !== undefined) database.statement('DELETE FROM words WHERE rowid=?').run(Number(row.id));
  }

  /** Project, tags and models come again with the next search, from the meta that is left. */
  function forgetFacts(hash: string): void {
    const row = database.statement("UPDATE conversations SET project='', root='' WHERE hash=? RETURNING id").get(hash);
    if (row !== undefined) database.statement('DELETE FROM labels WHERE conversation=?').run(Number(row.id));
  }
}

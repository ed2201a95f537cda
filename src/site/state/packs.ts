/** Rendered turns that the next build can use again, packed page by page. */
/** A page's first turn names its pack: cuts never move, so the last page finds its own turns again when it grows. */

import type { Database } from '../../base/sqlite.ts';
import type { TurnHash } from '../../model/ids.ts';
import { decodeTurnPack } from './turn-pack.ts';

export interface PackTable {
  /** HTML by turn hash for the page that begins with `first`, rendered under the same `key`; empty when there is none. */
  find(first: TurnHash, key: string): ReadonlyMap<string, string>;
  save(owner: string, first: TurnHash, key: string, pack: Uint8Array): void;
  forget(owner: string): void;
}

export function createPackTable(database: Database): PackTable {
  return {
    find(first, key) {
      const data = database.statement('SELECT data FROM pack WHERE id = ? AND key = ?').get(first, key)?.data;
      if (!(data instanceof Uint8Array)) return new Map();
      return decodeTurnPack(data);
    },
    save(owner, first, key, pack) {
      database
        .statement('INSERT OR REPLACE INTO pack (id, owner, key, data) VALUES (?, ?, ?, ?)')
        .run(first, owner, key, pack);
    },
    forget: (owner) => void database.statement('DELETE FROM pack WHERE owner = ?').run(owner),
  };
}

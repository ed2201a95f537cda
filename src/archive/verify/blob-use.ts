/** Which turns need which blobs, collected while conversations are read. */
/** In a temporary database that grows on disk: an archive may have more uses than memory has room for. */

import { encodeHex } from '../../base/bytes.ts';
import { type Database, openDatabase } from '../../base/sqlite.ts';
import type { TurnHash } from '../../model/ids.ts';
import { listBlobs } from '../../model/payload.ts';
import type { SeenMeta, SeenTurn } from '../scan/scan.ts';

/** Must be closed. */
export class BlobUse {
  readonly #db: Database = openDatabase('');

  constructor() {
    this.#db.exec('PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-4000');
    this.#db.exec('CREATE TABLE uses (blob BLOB, turn BLOB, PRIMARY KEY (blob, turn)) WITHOUT ROWID');
  }

  close(): void {
    this.#db.close();
  }

  note(hash: TurnHash, { record, slot, payload }: SeenTurn): void {
    if (slot?.tag === 'blob') this.#add(record.payloadHash, hash);
    if (payload === undefined) return;
    for (const blob of listBlobs(record, payload)) this.#add(blob, hash);
  }

  /** A meta's blob is needed by no turn, and is looked at all the same. */
  noteMeta({ record, slot }: SeenMeta): void {
    if (slot?.tag === 'blob') this.#add(record.payloadHash, '');
  }

  turnsOf(blob: string): readonly TurnHash[] {
    const rows = this.#db
      .statement("SELECT turn FROM uses WHERE blob=? AND turn <> x'' ORDER BY turn")
      .all(Buffer.from(blob, 'hex'));
    return rows.flatMap(({ turn }) => (turn instanceof Uint8Array ? [encodeHex(turn) as TurnHash] : []));
  }

  has(blob: string): boolean {
    return this.#db.statement('SELECT 1 AS one FROM uses WHERE blob=?').get(Buffer.from(blob, 'hex')) !== undefined;
  }

  /** In order. */
  *walkBlobs(): Generator<string> {
    const page = this.#db.statement('SELECT DISTINCT blob FROM uses WHERE blob > ? ORDER BY blob LIMIT 256');
    for (let from = new Uint8Array(0); ; ) {
      const rows = page.all(from);
      for (const { blob } of rows) {
        if (!(blob instanceof Uint8Array)) continue;
        yield encodeHex(blob);
        from = new Uint8Array(blob);
      }
      if (rows.length < 256) return;
    }
  }

  #add(blob: string, turn: TurnHash | ''): void {
    this.#db
      .statement('INSERT OR IGNORE INTO uses VALUES (?, ?)')
      .run(Buffer.from(blob, 'hex'), Buffer.from(turn, 'hex'));
  }
}

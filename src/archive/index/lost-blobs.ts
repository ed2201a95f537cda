/** Blobs that the index knows to be needed and that are not there, or are there and are not what was written. */
/** Only a folder of blobs that changed since it was last found complete is looked into: an unchanged archive costs 256 looks. */

import { encodeHex } from '../../base/bytes.ts';
import type { ConversationId } from '../../model/ids.ts';
import { DamageError } from '../errors.ts';
import { fileProblem, listArchiveFolder } from '../files/archive-file.ts';
import { blobPath } from '../format/blob-file.ts';
import { indexBytes, indexText } from './index-rows.ts';
import type { Store } from './store.ts';
import type { TurnIndex } from './turn-index.ts';

const BAD = 'bad blob ';

/** Hashes, sorted. What stands behind a link or cannot be listed is out of reach, not lost: it is left out. */
export function listLostBlobs(store: Store): readonly string[] {
  const lost = new Set(listBadBlobs(store.index));
  for (let n = 0; n < 256; n++) for (const hash of lostIn(store, n)) lost.add(hash);
  return [...lost].sort();
}

function lostIn(store: Store, n: number): readonly string[] {
  const { index, disk, dir } = store;
  const name = n.toString(16).padStart(2, '0');
  const folder = `blobs/${name}`;
  try {
    const stat = disk.stat(store.path(folder));
    const stamp = stat === undefined ? 'absent' : `${stat.mtimeNs}:${stat.identity}`;
    const uses = countUses(index, n);
    const note = `${stamp} ${uses}`;
    if (indexText(index.get('SELECT value FROM archive WHERE key=?', `complete ${folder}`)?.value) === note) return [];
    const there = new Set(listArchiveFolder(disk, dir, folder));
    const lost = listUsed(index, n).filter((hash) => !there.has(blobPath(hash).slice(folder.length + 1)));
    if (lost.length === 0) index.run('INSERT OR REPLACE INTO archive VALUES (?, ?)', `complete ${folder}`, note);
    return lost;
  } catch (error) {
    if (error instanceof DamageError || fileProblem(error) !== undefined) return [];
    throw error;
  }
}

/** `verify` found that the file's bytes are not its content. */
export function noteBadBlob(index: TurnIndex, hash: string): void {
  index.run('INSERT OR REPLACE INTO archive VALUES (?, ?)', BAD + hash, '');
}

export function forgetBadBlob(index: TurnIndex, hash: string): void {
  index.run('DELETE FROM archive WHERE key=?', BAD + hash);
}

function listBadBlobs(index: TurnIndex): readonly string[] {
  const rows = index.all('SELECT key FROM archive WHERE key > ? AND key < ? ORDER BY key', BAD, `${BAD}~`);
  return rows.flatMap(({ key }) => indexText(key)?.slice(BAD.length) ?? []);
}

/** Conversations that need a blob, sorted. */
export function listUsersOf(index: TurnIndex, hash: string): readonly ConversationId[] {
  const rows = index.all(
    'SELECT hash FROM conversations WHERE id IN (SELECT conversation FROM blob_use WHERE hash=?) ORDER BY hash',
    Buffer.from(hash, 'hex'),
  );
  return rows.map((row) => encodeHex(indexBytes(row.hash)) as ConversationId);
}

/** Changes whenever a blob is needed that was not. */
function countUses(index: TurnIndex, n: number): number {
  const count = index.get('SELECT count(*) AS n FROM blob_use WHERE hash >= ? AND hash < ?', ...spanOf(n))?.n;
  return Number(count ?? 0);
}

function listUsed(index: TurnIndex, n: number): readonly string[] {
  const rows = index.all('SELECT DISTINCT hash FROM blob_use WHERE hash >= ? AND hash < ? ORDER BY hash', ...spanOf(n));
  return rows.map((row) => encodeHex(indexBytes(row.hash)));
}

function spanOf(n: number): [Buffer, Buffer] {
  return [Buffer.of(n), n === 255 ? Buffer.alloc(33, 255) : Buffer.of(n + 1)];
}

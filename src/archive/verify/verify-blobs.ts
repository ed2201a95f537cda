/** Blob files against their names, their recorded checksums and the turns that need them. */
/** A blob's damage is named with every turn that it touches, in all conversations that were read. */

import { crc32 } from 'node:zlib';
import { limits } from '../../base/limits.ts';
import { isHash } from '../../model/ids.ts';
import type { DamageReport } from '../contract.ts';
import { DamageError } from '../errors.ts';
import { listArchiveFolder, readArchiveFile } from '../files/archive-file.ts';
import { blobPath, decodeBlob } from '../format/blob-file.ts';
import type { Store } from '../index/store.ts';
import type { BlobUse } from './blob-use.ts';

/** `all`: every blob file, else only those that `use` names. `reported`: files whose damage was said already. */
export function verifyBlobs(
  store: Store,
  use: BlobUse,
  all: boolean,
  reported: ReadonlySet<string>,
): { readonly damage: DamageReport[]; readonly count: number } {
  const damage: DamageReport[] = [];
  let count = 0;
  for (const hash of walkHashes(store, use, all)) {
    count++;
    const file = blobPath(hash);
    if (reported.has(file)) continue;
    const message = problemOf(store, hash);
    if (message !== undefined) damage.push({ kind: 'blob', file, turns: use.turnsOf(hash), message });
  }
  return { damage, count };
}

/** Each once: those that are needed, then those that are only there. */
function* walkHashes(store: Store, use: BlobUse, all: boolean): Generator<string> {
  yield* use.walkBlobs();
  if (!all) return;
  for (const folder of namesIn(store, 'blobs')) {
    for (const name of namesIn(store, `blobs/${folder}`)) {
      const hash = name.slice(0, 64);
      if (isHash(hash) && blobPath(hash) === `blobs/${folder}/${name}` && !use.has(hash)) yield hash;
    }
  }
}

/** None for what is no folder: it is noted as a stray, and what should stand in it is missing. */
function namesIn(store: Store, folder: string): string[] {
  try {
    return listArchiveFolder(store.disk, store.dir, folder);
  } catch (error) {
    if (error instanceof DamageError) return [];
    throw error;
  }
}

function problemOf(store: Store, hash: string): string | undefined {
  const file = blobPath(hash);
  let frame: Uint8Array | undefined;
  try {
    frame = readArchiveFile(store.disk, store.dir, file, limits.blobFile);
    if (frame === undefined)
      return store.info.copy === true && store.index.findBlob(hash) === undefined
        ? undefined
        : 'the blob file is missing';
    decodeBlob(file, frame, hash);
  } catch (error) {
    if (error instanceof DamageError) return error.problem;
    throw error;
  }
  const known = store.index.findBlob(hash);
  if (known === undefined || (known.length === frame.length && known.crc === crc32(frame))) return undefined;
  return 'its bytes are not those that were written, though it still decompresses to the right content';
}

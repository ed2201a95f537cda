/** Writes blob files: whole, and durable before anything names them. */
/** In steps, so that whoever stores many of them can let other work go on while the disk is busy. */

import { crc32 } from 'node:zlib';
import { makeFolders } from '../../base/disk.ts';
import { Unsynced } from '../files/unsynced.ts';
import { blobPath } from '../format/blob-file.ts';
import type { Store } from '../index/store.ts';

/** Files that are open at once. */
const MOST_OPEN = 64;

/** Each frame is asked for when it is written. What is there already is written anew. */
export function* putBlobs(store: Store, frames: Iterable<readonly [string, Uint8Array]>): Generator<Unsynced> {
  const source = frames[Symbol.iterator]();
  for (let ended = false; !ended; ) {
    const written: { readonly hash: string; readonly path: string; readonly length: number; readonly crc: number }[] =
      [];
    const folders = new Set<string>();
    const step = Unsynced.of(store.disk, (files) => {
      while (written.length < MOST_OPEN) {
        const next = source.next();
        ended = next.done === true;
        if (next.done === true) return;
        const [hash, frame] = next.value;
        const path = store.path(blobPath(hash));
        const folder = path.slice(0, path.lastIndexOf('/'));
        for (const touched of [...makeFolders(store.disk, folder), folder]) folders.add(touched);
        files.write(`${path}.tmp`, frame, 0, 'replace');
        written.push({ hash, path, length: frame.length, crc: crc32(frame) });
      }
    });
    yield step;
    if (written.length === 0) return;
    for (const { path } of written) store.disk.rename(`${path}.tmp`, path);
    yield Unsynced.of(store.disk, (renamed) => renamed.addFolders(folders));
    store.index.transaction(() => {
      for (const { hash, length, crc } of written) store.index.recordBlob(hash, length, crc);
    });
  }
}

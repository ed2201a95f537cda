/** Bytes that are in the way but may be wanted: copied to private/quarantine/ before anything is cut. */
/** Only what lies beyond the committed size is ever cut, and only after its copy is durable. */

import { equalBytes } from '../../base/bytes.ts';
import { type Disk, makeFolders, readFile, replaceFile } from '../../base/disk.ts';
import type { TornTail } from './scan-tails.ts';

export interface Place {
  readonly disk: Disk;
  readonly dir: string;
}

/** Moves each tail away; returns where to, inside the archive. */
export function cutTails(place: Place, tails: readonly TornTail[]): string[] {
  const copies = tails.map((tail) => {
    const bytes = readFile(place.disk, `${place.dir}/${tail.file}`) ?? new Uint8Array(0);
    return keepCopy(place, tail.file, tail.keep, bytes.subarray(tail.keep));
  });
  const folders = new Set<string>();
  for (const tail of tails) {
    const path = `${place.dir}/${tail.file}`;
    if (tail.whole) {
      place.disk.unlink(path);
      folders.add(path.slice(0, path.lastIndexOf('/')));
    } else truncateFile(place.disk, path, tail.keep);
  }
  for (const folder of folders) place.disk.fsyncDir(folder);
  return copies;
}

/** Keeps a copy of a file that is about to be replaced. Nothing happens when it is absent. */
export function quarantineFile(place: Place, file: string): void {
  const bytes = readFile(place.disk, `${place.dir}/${file}`);
  if (bytes !== undefined) keepCopy(place, file, 0, bytes);
}

/** The name says what it was and from which byte on; equal bytes are kept once, other bytes get a number. */
function keepCopy(place: Place, file: string, offset: number, bytes: Uint8Array): string {
  const folder = `${place.dir}/private/quarantine`;
  for (const touched of makeFolders(place.disk, folder)) place.disk.fsyncDir(touched);
  const name = `${file.replaceAll('/', '-')}-from-${offset}`;
  for (let n = 1; ; n++) {
    const path = `${folder}/${n === 1 ? name : `${name}-${n}`}`;
    const there = readFile(place.disk, path);
    if (there !== undefined && !equalBytes(there, bytes)) continue;
    if (there === undefined) {
      replaceFile(place.disk, path, `${path}.tmp`, bytes);
      place.disk.fsyncDir(folder);
    }
    return path.slice(place.dir.length + 1);
  }
}

function truncateFile(disk: Disk, path: string, size: number): void {
  const file = disk.open(path, 'write');
  try {
    disk.truncate(file, size);
    disk.fsync(file);
  } finally {
    disk.close(file);
  }
}

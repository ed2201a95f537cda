/** A `private/` that this machine did not make: nothing in it is believed, and nothing of it is lost. */
/** Somebody else's index could lead anywhere, and somebody else's key would sign for us. */

import { type Disk, makeFolders } from '../../base/disk.ts';

const PRIVATE = 'private';
/** What is not moved: the lock that is held, and what keeps git away. */
const STAYS: readonly string[] = ['lock', '.gitignore'];

/** Moves everything in it into a folder of its own inside. For the holder of the lock. Returns that folder's path inside the archive, or undefined when there was nothing. */
export function moveForeign(disk: Disk, dir: string): string | undefined {
  const names = (disk.list(`${dir}/${PRIVATE}`) ?? []).filter(
    (name) => !STAYS.includes(name) && !name.startsWith('lock.') && !isForeign(name),
  );
  if (names.length === 0) return undefined;
  const folder = freeFolder(disk, dir);
  for (const touched of makeFolders(disk, `${dir}/${folder}`)) disk.fsyncDir(touched);
  for (const name of names) disk.rename(`${dir}/${PRIVATE}/${name}`, `${dir}/${folder}/${name}`);
  disk.fsyncDir(`${dir}/${folder}`);
  disk.fsyncDir(`${dir}/${PRIVATE}`);
  return folder;
}

/** Whether a name in `private/` is that of such a folder. */
export function isForeign(name: string): boolean {
  return /^foreign(?:-\d+)?$/.test(name);
}

function freeFolder(disk: Disk, dir: string): string {
  for (let n = 1; ; n++) {
    const folder = `${PRIVATE}/foreign${n === 1 ? '' : `-${n}`}`;
    if (disk.stat(`${dir}/${folder}`) === undefined) return folder;
  }
}

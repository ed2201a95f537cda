/** The archive's `private/`: whether it is this machine's, and making it so. */
/** Apart from what opens archives, because a pull that finds nothing new opens none and is mostly loading. */

import { existsSync, lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { makeRealFolders } from '../../base/confined-disk.ts';
import type { Context } from '../context.ts';
import { claimPrivate, ownerOf } from './owner.ts';

export function hasArchive(context: Context): boolean {
  return existsSync(join(context.archiveDir, 'archive.json'));
}

/** Whether the archive is another one's, as a pull brought it. */
export function isCopy({ archiveDir }: Context): boolean {
  return existsSync(join(archiveDir, 'private', 'pull.json'));
}

export function isForeign({ trust, world, archiveDir }: Context): boolean {
  return !trust && ownerOf(world, join(archiveDir, 'private')) === 'foreign';
}

/**
 * Makes `private/` one that this machine made, unless it was made elsewhere: with `--trust` that one is believed, else nothing is done
 * and the answer is false. Throws UsageError when the machine cannot remember it.
 */
export function claimUnlessForeign({ archiveDir, trust, world }: Context): boolean {
  const privateDir = join(archiveDir, 'private');
  const owner = trust ? 'absent' : ownerOf(world, privateDir);
  if (owner === 'foreign') return false;
  if (owner === 'ours') return true;
  makeRealFolders(archiveDir, privateDir);
  claimPrivate(world, privateDir);
  if (trust) takeBackForeign(privateDir);
  return true;
}

/** Sources and keys that waited for the owner's word; those that are there now stay. */
function takeBackForeign(privateDir: string): void {
  for (const name of ['sources', 'keys']) {
    const [from, to] = [join(privateDir, 'foreign', name), join(privateDir, name)];
    if (lstatSync(from, { throwIfNoEntry: false })?.isDirectory() === true && !existsSync(to)) renameSync(from, to);
  }
}

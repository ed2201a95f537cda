// Whether dist/ is what the sources beside it say now. Plain JavaScript, looked at before anything of ours is loaded.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The bundle's note of what it was made from: path below the root, size, time of the last change, and of our own files that of the inode. */
export const MADE_FROM = 'made-from.json';

/**
 * Whether every file that dist/ was made from is the same file still. Times are compared for being equal, never for being older: a
 * checkout, a clock that was set or another machine's clock cannot make old code look new.
 */
export function isCurrent(root) {
  try {
    return JSON.parse(readFileSync(join(root, 'dist', MADE_FROM), 'utf8')).every(([path, size, written, changed]) => {
      const now = statSync(`${root}/${path}`);
      return now.size === size && now.mtimeMs === written && (changed === null || now.ctimeMs === changed);
    });
  } catch {
    return false; // there is no bundle, or a file is gone: the sources are run, and say what is wrong with them
  }
}

/** archive.json put back from its private copy. */
/** No log covers the file itself: the copy that this machine made is the only thing that says what stood there. */

import { confineDisk } from '../../base/confined-disk.ts';
import { type Disk, realDisk, replaceFile } from '../../base/disk.ts';
import { limits } from '../../base/limits.ts';
import { DamageError, FutureFormatError } from '../errors.ts';
import { readArchiveFile } from '../files/archive-file.ts';
import { readInfo } from '../files/archive-info.ts';
import { findInfoDifference, INFO_COPY } from '../files/info-copy.ts';
import { quarantineFile } from './quarantine.ts';

/**
 * False: it is as it was, or of a later format, or there is no copy. What stood there goes to quarantine. Throws DamageError when
 * the copy cannot be read either. Nobody may write to the archive meanwhile. `dry`: only says what it would do.
 */
export function mendInfo(dir: string, dry = false, disk: Disk = confineDisk(realDisk, dir)): boolean {
  const bytes = readArchiveFile(disk, dir, INFO_COPY, limits.archiveInfo);
  if (bytes === undefined) return false;
  const isThere = readArchiveFile(disk, dir, 'archive.json', limits.archiveInfo) !== undefined;
  if (isThere && (findInfoDifference(disk, dir) === undefined || isLater(disk, dir))) return false;
  readInfo(disk, dir, INFO_COPY);
  if (dry) return true;
  quarantineFile({ disk, dir }, 'archive.json');
  replaceFile(disk, `${dir}/archive.json`, `${dir}/archive.json.tmp`, bytes);
  disk.fsyncDir(dir);
  return true;
}

/** What a later version wrote is no damage. */
function isLater(disk: Disk, dir: string): boolean {
  try {
    return readInfo(disk, dir).info.features.length > 0;
  } catch (error) {
    if (error instanceof FutureFormatError) return true;
    if (error instanceof DamageError) return false;
    throw error;
  }
}

/** Reading files of an archive: regular files in real folders only, none larger than its kind may be. */
/** An archive may come from anywhere: no link in it is followed, no pipe waited for, no sparse file given memory. */

import { type Disk, errorCode, isAbsent, readFile } from '../../base/disk.ts';
import { LimitError, LinkedFolderError, messageOf, NotPlainFileError } from '../../base/errors.ts';
import { DamageError } from '../errors.ts';

/**
 * The bytes of a file, by its path inside the archive `dir`. Undefined: there is none. Throws DamageError for what cannot be
 * read, whatever the reason: a link, a pipe, a size that its kind cannot have, or a refusal of the disk for this one file.
 * `plain`: folders that were found to be real ones; more are added.
 */
export function readArchiveFile(
  disk: Disk,
  dir: string,
  file: string,
  limit: number,
  plain: Set<string> = new Set(),
): Uint8Array | undefined {
  return named(file, () => (isInFolders(disk, dir, file, plain) ? readFile(disk, `${dir}/${file}`, limit) : undefined));
}

/** Names in a folder of the archive, sorted; none when it is absent. Throws DamageError for what is no folder or cannot be listed. */
export function listArchiveFolder(disk: Disk, dir: string, folder: string): string[] {
  return named(folder, () => {
    if (!isInFolders(disk, dir, `${folder}/`, new Set())) return [];
    return disk.list(`${dir}/${folder}`) ?? [];
  });
}

/** The reason in words when an error is one file's own. */
export function fileProblem(error: unknown): string | undefined {
  if (error instanceof LinkedFolderError) return 'it lies behind a link, and no link is followed';
  if (error instanceof NotPlainFileError) return 'it is no regular file';
  if (error instanceof LimitError) return `it is larger than its kind can be (${error.fields.limit} bytes)`;
  if (errorCode(error) === 'ELOOP') return 'it is a link, and no link is followed';
  return OWN.includes(errorCode(error)) ? `it cannot be read (${messageOf(error)})` : undefined;
}

/** Errors that say something of one file. Others (too many open files, no memory) would be said of any. */
const OWN: readonly string[] = [
  ...['EACCES', 'EPERM', 'EIO', 'EISDIR', 'ENXIO', 'ENODEV', 'EOVERFLOW', 'ENAMETOOLONG', 'ESTALE'],
  ...['EUCLEAN', 'EBADMSG', 'EINVAL'],
];

function named<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const problem = fileProblem(error);
    throw problem === undefined ? error : new DamageError(file, problem);
  }
}

/** False: a folder on the way is absent. Throws DamageError for one that is none. */
function isInFolders(disk: Disk, dir: string, file: string, plain: Set<string>): boolean {
  for (let end = file.indexOf('/'); end !== -1; end = file.indexOf('/', end + 1)) {
    const folder = file.slice(0, end);
    if (plain.has(folder)) continue;
    let stat: ReturnType<Disk['stat']>;
    try {
      stat = disk.stat(`${dir}/${folder}`);
    } catch (error) {
      if (isAbsent(error)) return false;
      throw error;
    }
    if (stat === undefined) return false;
    if (!stat.directory) throw new DamageError(folder, 'it is no folder, and no link is followed');
    plain.add(folder);
  }
  return true;
}

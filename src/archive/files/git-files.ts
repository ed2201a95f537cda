/** What keeps git from taking what is private, and from changing what is not: files inside the archive itself. */
/** Whatever repository the archive stands in, and whatever that one ignores. They are no part of the format. */

import { encodeUtf8 } from '../../base/bytes.ts';
import { type Disk, replaceFile } from '../../base/disk.ts';

const IN_ARCHIVE = {
  '.gitignore': '# what this machine keeps for itself, agents’ own files among it\n/private/\n',
  '.gitattributes': '# hashes are of bytes: no line end may change\n* -text\n',
} as const;
/** Once more inside, for an archive whose own file is gone or says something else. */
const IN_PRIVATE = { '.gitignore': '*\n' } as const;

/** Writes those that are missing; one that stands there is somebody's. */
export function keepFromGit(disk: Disk, dir: string): void {
  writeMissing(disk, dir, IN_ARCHIVE);
}

/** The same inside `private`, which exists. */
export function keepPrivateFromGit(disk: Disk, dir: string): void {
  writeMissing(disk, `${dir}/private`, IN_PRIVATE);
}

function writeMissing(disk: Disk, folder: string, texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) {
    const path = `${folder}/${name}`;
    if (disk.stat(path) === undefined) replaceFile(disk, path, `${path}.tmp`, encodeUtf8(text));
  }
}

/** Blob files on the disk, read whole and checked. */
/** Shared by all conversations. */

import type { Disk } from '../../base/disk.ts';
import { limits } from '../../base/limits.ts';
import { blobPath, decodeBlob } from '../format/blob-file.ts';
import { readArchiveFile } from './archive-file.ts';

/** Undefined: there is no such blob. Throws DamageError. */
export function readBlobFile(disk: Disk, dir: string, hash: string): Uint8Array | undefined {
  const file = blobPath(hash);
  const frame = readArchiveFile(disk, dir, file, limits.blobFile);
  return frame === undefined ? undefined : decodeBlob(file, frame, hash);
}

/** Blob files on the disk: read whole and checked, written whole. */
/** Shared by all conversations. A blob is complete and durable before anything names it. */

import { type Disk, makeFolders, replaceFile } from '../../base/disk.ts';
import { limits } from '../../base/limits.ts';
import { blobPath, decodeBlob } from '../format/blob-file.ts';
import { readArchiveFile } from './archive-file.ts';

/** Undefined: there is no such blob. Throws DamageError. */
export function readBlobFile(disk: Disk, dir: string, hash: string): Uint8Array | undefined {
  const file = blobPath(hash);
  const frame = readArchiveFile(disk, dir, file, limits.blobFile);
  return frame === undefined ? undefined : decodeBlob(file, frame, hash);
}

/** Writes a blob file whole; returns the folders whose entries must be fsynced before anything names it. */
export function writeBlobFile(disk: Disk, dir: string, hash: string, frame: Uint8Array): string[] {
  const path = `${dir}/${blobPath(hash)}`;
  const folder = path.slice(0, path.lastIndexOf('/'));
  const touched = makeFolders(disk, folder);
  replaceFile(disk, path, `${path}.tmp`, frame);
  return [...touched, folder];
}

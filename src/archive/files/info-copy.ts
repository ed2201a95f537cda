/** A private copy of archive.json, so that a change to it is seen and does not make the archive another one. */
/** No log covers that file: without the copy a flipped bit in the origin would set every checkpoint at odds with it. */

import { equalBytes } from '../../base/bytes.ts';
import { type Disk, replaceFile } from '../../base/disk.ts';
import { limits } from '../../base/limits.ts';
import type { ArchiveInfo, DamageReport } from '../contract.ts';
import { DamageError } from '../errors.ts';
import { readArchiveFile } from './archive-file.ts';
import { readInfo } from './archive-info.ts';

/** Path inside the archive. */
export const INFO_COPY = 'private/archive.json';

export interface KnownInfo {
  readonly info: ArchiveInfo;
  readonly mayWrite: boolean;
  /** archive.json and its copy differ; `info` is the copy's. */
  readonly damage?: DamageReport;
}

/** Throws NotFoundError, FutureFormatError, and DamageError when neither archive.json nor a copy can be read. */
export function readKnownInfo(disk: Disk, dir: string): KnownInfo {
  const difference = findInfoDifference(disk, dir);
  if (difference === undefined) return readInfo(disk, dir);
  try {
    // a format from the future is no damage, and is not to be opened by what the copy says
    const found = readInfo(disk, dir);
    if (found.info.features.length > 0) return found;
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
  }
  return { info: readInfo(disk, dir, INFO_COPY).info, mayWrite: false, damage: difference };
}

/** Undefined: they are equal, or there is no copy to compare with. */
export function findInfoDifference(disk: Disk, dir: string): DamageReport | undefined {
  const bytes = readArchiveFile(disk, dir, 'archive.json', limits.archiveInfo);
  const copy = readArchiveFile(disk, dir, INFO_COPY, limits.archiveInfo);
  if (bytes === undefined || copy === undefined || equalBytes(bytes, copy)) return undefined;
  const message = `it differs from its copy; put ${INFO_COPY} in its place, or delete the copy if the change was meant`;
  return { kind: 'archive', file: 'archive.json', turns: [], message };
}

/** For a writer: makes the copy where there is none. The folder `private` exists. */
export function keepInfoCopy(disk: Disk, dir: string): void {
  const path = `${dir}/${INFO_COPY}`;
  const bytes = readArchiveFile(disk, dir, 'archive.json', limits.archiveInfo);
  if (bytes === undefined || disk.stat(path) !== undefined) return;
  replaceFile(disk, path, `${path}.tmp`, bytes);
  disk.fsyncDir(`${dir}/private`);
}

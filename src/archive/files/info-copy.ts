/** A private copy of archive.json, so that a change to it is seen and does not make the archive another one. */
/** No log covers that file: without the copy a flipped bit in the origin would set every checkpoint at odds with it. */

import { decodeUtf8, equalBytes } from '../../base/bytes.ts';
import { type Disk, replaceFile } from '../../base/disk.ts';
import { TurnpressError } from '../../base/errors.ts';
import { canonicalJson, parseJson } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import type { ArchiveInfo, DamageReport } from '../contract.ts';
import { DamageError, FutureFormatError, NotFoundError } from '../errors.ts';
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

/**
 * Undefined: they say the same, or there is no copy to compare with. Line ends and blanks may differ: git may have changed them.
 * A copy that is none, while archive.json itself reads well, is no finding either: it is derived, and the next writer makes it anew.
 */
export function findInfoDifference(disk: Disk, dir: string): DamageReport | undefined {
  if (isBrokenCopy(disk, dir)) return undefined;
  const bytes = readArchiveFile(disk, dir, 'archive.json', limits.archiveInfo);
  const copy = readArchiveFile(disk, dir, INFO_COPY, limits.archiveInfo);
  if (bytes === undefined || copy === undefined || equalBytes(bytes, copy)) return undefined;
  const said = meaningOf(bytes);
  if (said !== undefined && said === meaningOf(copy)) return undefined;
  const message = `it differs from its copy; put ${INFO_COPY} in its place, or delete the copy if the change was meant`;
  return { kind: 'archive', file: 'archive.json', turns: [], message };
}

/** For a writer: makes the copy where there is none, and anew where it is none of ours. The folder `private` exists. */
export function keepInfoCopy(disk: Disk, dir: string, log: Log): void {
  const path = `${dir}/${INFO_COPY}`;
  if (isBrokenCopy(disk, dir)) {
    disk.rename(path, `${path}.broken`);
    log.info(`${path} was damaged; it was set aside as archive.json.broken and is made anew`);
  }
  const bytes = readArchiveFile(disk, dir, 'archive.json', limits.archiveInfo);
  if (bytes === undefined || disk.stat(path) !== undefined) return;
  replaceFile(disk, path, `${path}.tmp`, bytes);
  disk.fsyncDir(`${dir}/private`);
}

/** There is something in the copy's place that cannot be read as one, and archive.json can. */
function isBrokenCopy(disk: Disk, dir: string): boolean {
  return isDamaged(disk, dir, INFO_COPY) && !isDamaged(disk, dir, 'archive.json');
}

function isDamaged(disk: Disk, dir: string, name: string): boolean {
  try {
    readInfo(disk, dir, name);
    return false;
  } catch (error) {
    if (error instanceof DamageError) return true;
    // of another format, or absent
    if (error instanceof FutureFormatError || error instanceof NotFoundError) return false;
    throw error;
  }
}

/** Undefined: it is no JSON. */
function meaningOf(bytes: Uint8Array): string | undefined {
  try {
    return canonicalJson(parseJson(decodeUtf8(bytes)));
  } catch (error) {
    if (error instanceof TurnpressError) return undefined;
    throw error;
  }
}

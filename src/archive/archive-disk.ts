/** Creating an archive and opening it, on the real disk or on another one. */
/** Reading takes no lock and changes nothing; writing takes the lock first. */

import { type Disk, makeFolders, readFile, realDisk } from '../base/disk.ts';
import { TurnpressError } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { ArchiveReader, ArchiveWriter } from './contract.ts';
import { DamageError, FutureFormatError } from './errors.ts';
import { fileProblem } from './files/archive-file.ts';
import { writeInfo } from './files/archive-info.ts';
import { keepFromGit, keepPrivateFromGit } from './files/git-files.ts';
import { keepInfoCopy, readKnownInfo } from './files/info-copy.ts';
import { isLocked, type Process, releaseLock, takeLock, thisProcess } from './files/lock.ts';
import { sweepArchive } from './files/temps.ts';
import { parseSigningKey, type SigningKey } from './format/checkpoint.ts';
import { Store, type StoreParts } from './index/store.ts';
import { OpenArchive } from './open-archive.ts';
import {
  compareIndex,
  findReadableIndex,
  openScratchIndex,
  openWritableIndex,
  refreshIndex,
} from './scan/open-index.ts';
import { resumePurges } from './withdraw/purge.ts';

export interface OpenOptions {
  readonly mode: 'read' | 'write';
  readonly log?: Log;
  /** For tests: another disk, another place for the index (`:memory:`), another process to hold the lock. */
  readonly disk?: Disk;
  readonly indexPath?: string;
  readonly process?: Process;
}

/** Makes a new, empty archive. `origin`: one line, e.g. `example.org/archive`. Throws ArchiveExistsError. */
export function createArchive(
  dir: string,
  options: { readonly origin: string; readonly nowMs: number; readonly disk?: Disk },
): void {
  writeInfo(options.disk ?? realDisk, dir, options.origin, options.nowMs);
}

/**
 * Opens an archive. Must be closed. Damage never makes it throw: see `damage`. Throws NotFoundError, DamageError for a broken
 * archive.json, FutureFormatError, and LockedError when another process writes.
 */
export function openArchive(dir: string, options: OpenOptions & { readonly mode: 'write' }): ArchiveWriter;
export function openArchive(dir: string, options: OpenOptions): ArchiveReader;
export function openArchive(dir: string, options: OpenOptions): ArchiveReader | ArchiveWriter {
  const disk = options.disk ?? realDisk;
  const log = options.log ?? silentLog;
  const self = options.process ?? thisProcess();
  const root = dir.replace(/(?<=.)\/+$/, '');
  const { info, mayWrite, damage } = readKnownInfo(disk, root);
  const indexPath = options.indexPath ?? `${root}/private/index.db`;
  const searchPath = options.indexPath === undefined ? `${root}/private/search.db` : ':memory:';
  const parts = { disk, dir: root, info, log, indexPath, searchPath, self };
  if (options.mode === 'read') return openReader({ ...parts, signingKey: findVerifyingKey(disk, root, info.origin) });
  if (damage !== undefined) throw new DamageError(`${root}/archive.json`, damage.message);
  if (!mayWrite) throw new FutureFormatError(`${root}/archive.json`, `features ${info.features.join(', ')}`);
  return openWriter(parts);
}

type Parts = Omit<StoreParts, 'index' | 'writable'> & { readonly indexPath: string; readonly self: Process };

function openWriter(parts: Parts): ArchiveWriter {
  const { disk, dir, self } = parts;
  for (const folder of makeFolders(disk, `${dir}/private`)) disk.fsyncDir(folder);
  const lock = `${dir}/private/lock`;
  const { tookOver } = takeLock(disk, lock, self);
  sayTakeOver(parts, tookOver);
  try {
    keepFromGit(disk, dir);
    keepPrivateFromGit(disk, dir);
    // durable, so that also after a power cut the next writer knows that this one did not close
    disk.fsyncDir(`${dir}/private`);
    keepInfoCopy(disk, dir);
    const index = openWritableIndex(disk, parts.indexPath, parts.info);
    try {
      const store = new Store({
        ...parts,
        index,
        writable: true,
        signingKey: findSigningKey(disk, dir, parts.info.origin),
      });
      const differences = compareIndex(store, true);
      if (tookOver !== undefined || differences.stale.length > 0) sweepArchive(store);
      refreshIndex(store, differences);
      resumePurges(store);
      return new OpenArchive(store, () => releaseLock(disk, lock, self));
    } catch (error) {
      index.close();
      throw error;
    }
  } catch (error) {
    releaseLock(disk, lock, self);
    throw error;
  }
}

/** With the index as it is when it is in step, else with a copy of it that is; nothing in the archive is written. */
function openReader(parts: Parts): ArchiveReader {
  const { disk, dir, self, info, indexPath, log } = parts;
  const written = isLocked(disk, `${dir}/private/lock`, self);
  const index = findReadableIndex(indexPath, info, written);
  if (index !== undefined) {
    const store = new Store({ ...parts, index, writable: false });
    const { stale, gone } = compareIndex(store, false);
    // while somebody writes, the index may be a commit behind: what it says is still true
    if (stale.length + gone.length === 0 || written) {
      refreshIndex(store, { stale: [], gone: [] });
      return new OpenArchive(store, () => {});
    }
    index.close();
  }
  const store = new Store({ ...parts, index: openScratchIndex(indexPath, info), writable: false });
  const differences = compareIndex(store, false);
  refreshIndex(store, differences);
  const { stale, gone } = differences;
  if (stale.length + gone.length > 0)
    log.detail(
      `the index is not in step with ${stale.length + gone.length} conversations: they were read for this command only`,
    );
  return new OpenArchive(store, () => {});
}

function sayTakeOver({ log }: Parts, tookOver: string | undefined): void {
  if (tookOver !== undefined) log.info(`the lock of ${tookOver}, which ended without letting go of it, was taken over`);
}

function findSigningKey(disk: Disk, dir: string, origin: string): SigningKey | undefined {
  const pem = readFile(disk, `${dir}/private/keys/archive.ed25519`, 64 * 1024);
  return pem === undefined ? undefined : parseSigningKey(origin, pem);
}

/** To check signatures with. A reader does without a key that cannot be read. */
function findVerifyingKey(disk: Disk, dir: string, origin: string): SigningKey | undefined {
  try {
    return findSigningKey(disk, dir, origin);
  } catch (error) {
    if (error instanceof TurnpressError || fileProblem(error) !== undefined) return undefined;
    throw error;
  }
}

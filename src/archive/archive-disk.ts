/** Creating an archive and opening it, on the real disk or on another one. */
/** Reading takes no lock and changes nothing; writing takes the lock first. */

import { confineDisk } from '../base/confined-disk.ts';
import { setAside } from '../base/derived.ts';
import { type Disk, errorCode, makeFolders, readFile, realDisk } from '../base/disk.ts';
import { BrokenDatabaseError, TurnpressError } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import { plural } from '../model/counts.ts';
import type { ArchiveReader, ArchiveWriter } from './contract.ts';
import { DamageError, FutureFormatError } from './errors.ts';
import { fileProblem } from './files/archive-file.ts';
import { writeInfo } from './files/archive-info.ts';
import { moveForeign } from './files/foreign.ts';
import { keepFromGit, keepPrivateFromGit } from './files/git-files.ts';
import { keepInfoCopy, readKnownInfo } from './files/info-copy.ts';
import { isLocked, type Process, releaseLock, takeLock, thisProcess } from './files/lock.ts';
import { sweepArchive } from './files/temps.ts';
import { parseSigningKey, type SigningKey } from './format/signing-key.ts';
import { Store, type StoreParts } from './index/store.ts';
import { OpenReader } from './open-reader.ts';
import { OpenWriter } from './open-writer.ts';
import {
  compareIndex,
  findReadableIndex,
  openScratchIndex,
  openWritableIndex,
  refreshIndex,
} from './scan/open-index.ts';
import { forgetSearched } from './search/forget-searched.ts';
import { resumePurges } from './withdraw/purge.ts';

export interface OpenOptions {
  readonly mode: 'read' | 'write';
  readonly log?: Log;
  /** The index that stands there is damaged: to write, it is set aside and made anew; to read, the logs are read instead. */
  readonly indexIsBroken?: boolean;
  /**
   * `private/` was made elsewhere. To write, what is in it is moved into a folder inside and made anew; to read, nothing of it is
   * used: the logs are read instead, and no key.
   */
  readonly privateIsForeign?: boolean;
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
  const log = options.log ?? silentLog;
  const self = options.process ?? thisProcess();
  const root = dir.replace(/(?<=.)\/+$/, '');
  const disk = confineDisk(options.disk ?? realDisk, root);
  const { info, mayWrite, damage } = readKnownInfo(disk, root);
  const indexPath = options.indexPath ?? `${root}/private/index.db`;
  const foreign = options.privateIsForeign === true;
  const searchPath = options.indexPath === undefined ? `${root}/private/search.db` : ':memory:';
  const parts = { disk, dir: root, info, log, indexPath, searchPath, self, foreign };
  if (options.mode === 'read') {
    const signingKey = foreign ? undefined : findVerifyingKey(disk, root, info.origin, SIGNING_KEY);
    const believed = options.indexIsBroken !== true && !foreign;
    const formerKeys = foreign ? [] : listFormerKeys(disk, root, info.origin);
    return openReader({ ...parts, searchPath: foreign ? ':memory:' : searchPath, signingKey, formerKeys, believed });
  }
  if (damage !== undefined) throw new DamageError(`${root}/archive.json`, damage.message);
  if (!mayWrite) throw new FutureFormatError(`${root}/archive.json`, `features ${info.features.join(', ')}`);
  return openWriter({ ...parts, believed: options.indexIsBroken !== true });
}

/**
 * Sets a damaged index aside and makes it anew, as the writer that it takes. False: somebody else writes, or nothing can be
 * written here; then reading goes on with `indexIsBroken`.
 */
export function mendIndex(dir: string, options: Omit<OpenOptions, 'mode' | 'indexIsBroken'> = {}): boolean {
  try {
    openArchive(dir, { ...options, mode: 'write', indexIsBroken: true }).close();
    return true;
  } catch (error) {
    if (error instanceof TurnpressError || fileProblem(error) !== undefined || CANNOT_WRITE.includes(errorCode(error)))
      return false;
    throw error;
  }
}

const CANNOT_WRITE: readonly string[] = ['EROFS', 'ENOSPC', 'EDQUOT'];

type Parts = Omit<StoreParts, 'index' | 'writable'> & {
  readonly indexPath: string;
  readonly self: Process;
  readonly believed: boolean;
  readonly foreign: boolean;
};

function openWriter(parts: Parts): ArchiveWriter {
  const { disk, dir, self } = parts;
  for (const folder of makeFolders(disk, `${dir}/private`)) disk.fsyncDir(folder);
  const lock = `${dir}/private/lock`;
  const { tookOver } = takeLock(disk, lock, self);
  sayTakeOver(parts, tookOver);
  try {
    const moved = parts.foreign ? moveForeign(disk, dir) : undefined;
    if (moved !== undefined)
      parts.log.info(
        `${dir}/private was not made here: what was in it waits in ${moved}, and index and caches are made anew`,
      );
    keepFromGit(disk, dir);
    keepPrivateFromGit(disk, dir);
    // durable, so that also after a power cut the next writer knows that this one did not close
    disk.fsyncDir(`${dir}/private`);
    keepInfoCopy(disk, dir, parts.log);
    const store = openWritableStore(parts, tookOver !== undefined);
    return new OpenWriter(store, () => releaseLock(disk, lock, self));
  } catch (error) {
    releaseLock(disk, lock, self);
    throw error;
  }
}

/** An index of which a part turns out to be damaged is made anew. `sweep`: the writer before did not close. */
function openWritableStore(parts: Parts, sweep: boolean): Store {
  const { disk, dir, indexPath, info, log } = parts;
  if (!parts.believed && indexPath !== ':memory:' && realDisk.stat(indexPath) !== undefined)
    setAside(indexPath, log, 'a part of it cannot be read');
  const index = openWritableIndex(indexPath, info, log);
  try {
    const keys = {
      signingKey: findSigningKey(disk, dir, info.origin),
      formerKeys: listFormerKeys(disk, dir, info.origin),
    };
    const store = new Store({ ...parts, index, writable: true, ...keys });
    const differences = compareIndex(store, true);
    if (sweep || differences.stale.length > 0) sweepArchive(store);
    refreshIndex(store, differences);
    resumePurges(store, forgetSearched);
    return store;
  } catch (error) {
    index.close();
    if (!parts.believed || !(error instanceof BrokenDatabaseError) || error.path !== indexPath) throw error;
    return openWritableStore({ ...parts, believed: false }, sweep);
  }
}

/** Nothing in the archive is written, whatever is wrong with the index. */
function openReader(parts: Parts): ArchiveReader {
  try {
    return openWithIndex(parts);
  } catch (error) {
    if (!(error instanceof BrokenDatabaseError) || !parts.believed) throw error;
    parts.log.info(`${error.message}; the logs are read instead, and "turnpress verify --rebuild-index" makes it anew`);
    return openWithIndex({ ...parts, believed: false });
  }
}

/** With the index as it is when it is in step, else with a copy of it that is. */
function openWithIndex(parts: Parts): ArchiveReader {
  const { disk, dir, self, info, indexPath, log, believed } = parts;
  const written = isLocked(disk, `${dir}/private/lock`, self);
  const index = believed ? findReadableIndex(indexPath, info, written) : undefined;
  if (index !== undefined) {
    const store = new Store({ ...parts, index, writable: false });
    const { stale, gone } = compareIndex(store, false);
    // while somebody writes, the index may be a commit behind: what it says is still true
    if (stale.length + gone.length === 0 || written) {
      refreshIndex(store, { stale: [], gone: [] });
      return new OpenReader(store);
    }
    index.close();
  }
  const store = new Store({ ...parts, index: openScratchIndex(indexPath, info, believed), writable: false });
  const differences = compareIndex(store, false);
  refreshIndex(store, differences);
  const { stale, gone } = differences;
  if (stale.length + gone.length > 0)
    log.detail(
      `the index is not in step with ${plural(stale.length + gone.length, 'conversation')}: they were read for this command only`,
    );
  return new OpenReader(store);
}

function sayTakeOver({ log }: Parts, tookOver: string | undefined): void {
  if (tookOver !== undefined) log.info(`the lock of ${tookOver}, which ended without letting go of it, was taken over`);
}

const KEYS = 'private/keys';
const SIGNING_KEY = 'archive.ed25519';
/** One that was replaced, under its key id: what it signed stays signed. */
const FORMER_KEY = /^archive-[0-9a-f]{8}\.ed25519$/;

function findSigningKey(disk: Disk, dir: string, origin: string, name = SIGNING_KEY): SigningKey | undefined {
  const pem = readFile(disk, `${dir}/${KEYS}/${name}`, 64 * 1024);
  return pem === undefined ? undefined : parseSigningKey(origin, pem);
}

function listFormerKeys(disk: Disk, dir: string, origin: string): readonly SigningKey[] {
  const names = (disk.list(`${dir}/${KEYS}`) ?? []).filter((name) => FORMER_KEY.test(name));
  return names.flatMap((name) => findVerifyingKey(disk, dir, origin, name) ?? []);
}

/** To check signatures with. A reader does without a key that cannot be read. */
function findVerifyingKey(disk: Disk, dir: string, origin: string, name: string): SigningKey | undefined {
  try {
    return findSigningKey(disk, dir, origin, name);
  } catch (error) {
    if (error instanceof TurnpressError || fileProblem(error) !== undefined) return undefined;
    throw error;
  }
}

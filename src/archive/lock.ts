/** One writer per archive: a lock file that names its holder. */
/** Taken over only when the holder is provably gone: same host, and another boot or a dead process. */

import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { type Disk, errorCode, isAbsent, readFile, writeAll } from '../base/disk.ts';
import { LockedError } from './errors.ts';

/** Who holds a lock. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Changes with each start of the machine; empty where the system does not say. */
  readonly boot: string;
}

/** This process, and a way to ask whether another one on this host lives. */
export interface Process extends Holder {
  readonly isAlive: (pid: number) => boolean;
}

export function thisProcess(): Process {
  return { pid: process.pid, host: hostname(), boot: bootId(), isAlive };
}

/** Takes the lock. `tookOver`: the last writer did not let go of it, so its tails have to be looked at. Throws LockedError. */
export function takeLock(disk: Disk, path: string, self: Process): { readonly tookOver: boolean } {
  if (createLock(disk, path, self)) return { tookOver: false };
  const before = readFile(disk, path, 4096);
  if (before !== undefined && !isGone(before, self)) throw new LockedError(path, describe(before));
  const aside = `${path}.stale-${self.pid}`;
  try {
    disk.rename(path, aside);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  const moved = readFile(disk, aside, 4096);
  if (moved !== undefined && !isGone(moved, self)) {
    disk.rename(aside, path); // somebody else took the stale lock over first: give theirs back
    throw new LockedError(path, describe(moved));
  }
  if (moved !== undefined) disk.unlink(aside);
  if (!createLock(disk, path, self)) throw new LockedError(path, describe(readFile(disk, path, 4096)));
  return { tookOver: true };
}

/** Lets go of the lock, unless it has become somebody else's. */
export function releaseLock(disk: Disk, path: string, self: Process): void {
  const bytes = readFile(disk, path, 4096);
  if (bytes !== undefined && isSame(parseHolder(bytes), self)) disk.unlink(path);
}

/** Whether a living (or unknowable) process holds the lock. */
export function isLocked(disk: Disk, path: string, self: Process): boolean {
  const bytes = readFile(disk, path, 4096);
  return bytes !== undefined && !isGone(bytes, self);
}

function createLock(disk: Disk, path: string, self: Holder): boolean {
  let file: number;
  try {
    file = disk.open(path, 'create');
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    writeAll(
      disk,
      path,
      file,
      encodeUtf8(`${JSON.stringify({ pid: self.pid, host: self.host, boot: self.boot })}\n`),
      0,
    );
  } finally {
    disk.close(file);
  }
  return true;
}

/** An unreadable lock is one whose writer died while making it: there is no holder to wait for. */
function isGone(bytes: Uint8Array, self: Process): boolean {
  const holder = parseHolder(bytes);
  if (holder === undefined) return true;
  if (holder.host !== self.host) return false;
  return holder.boot !== self.boot || !self.isAlive(holder.pid);
}

function isSame(holder: Holder | undefined, self: Holder): boolean {
  return holder?.pid === self.pid && holder.host === self.host && holder.boot === self.boot;
}

function parseHolder(bytes: Uint8Array): Holder | undefined {
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('pid' in value && 'host' in value && 'boot' in value))
    return undefined;
  const { pid, host, boot } = value;
  if (typeof pid !== 'number' || typeof host !== 'string' || typeof boot !== 'string') return undefined;
  return { pid, host, boot };
}

function describe(bytes: Uint8Array | undefined): string {
  const holder = bytes === undefined ? undefined : parseHolder(bytes);
  return holder === undefined ? 'an unknown process' : `process ${holder.pid} on ${holder.host}`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return ''; // not Linux: pid alone decides
  }
}

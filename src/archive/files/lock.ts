/** One writer per archive: a lock file that names its holder. */
/** Taken over only when the holder is provably gone: same host, and another boot or a dead process. */

import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { type Disk, errorCode, isAbsent, readStart, writeAll } from '../../base/disk.ts';
import { LockedError } from '../errors.ts';

/** Who holds a lock. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Changes with each start of the machine; empty where the system does not say. */
  readonly boot: string;
  /** When the process began, in the system's own count: tells it from a later one with the same pid. */
  readonly start?: string;
}

/** This process, and a way to ask whether another one on this host lives. */
export interface Process extends Holder {
  /** `start`: what the holder said of itself; with another start the process is a different one. */
  readonly isAlive: (pid: number, start?: string) => boolean;
}

export function thisProcess(): Process {
  const start = findProcess(process.pid)?.start;
  return { pid: process.pid, host: hostname(), boot: bootId(), ...(start === undefined ? {} : { start }), isAlive };
}

/** Takes the lock. `tookOver`: who held it last and did not let go, in words. Throws LockedError. */
export function takeLock(disk: Disk, path: string, self: Process): { readonly tookOver?: string } {
  if (createLock(disk, path, self)) return {};
  refuseHeld(disk, path, self);
  // one at a time: else the second of two could remove the lock that the first has just made in place of the stale one
  const guard = `${path}.takeover`;
  if (!createLock(disk, guard, self)) {
    refuseHeld(disk, guard, self);
    removeFile(disk, guard);
    if (!createLock(disk, guard, self)) throw new LockedError(path, describe(readLock(disk, guard)));
  }
  try {
    const stale = refuseHeld(disk, path, self);
    removeFile(disk, path);
    if (!createLock(disk, path, self)) throw new LockedError(path, describe(readLock(disk, path)));
    return { tookOver: describe(stale) };
  } finally {
    removeFile(disk, guard);
  }
}

/** Lets go of the lock, unless it has become somebody else's. */
export function releaseLock(disk: Disk, path: string, self: Process): void {
  const bytes = readLock(disk, path);
  if (bytes !== undefined && isSame(parseHolder(bytes), self)) disk.unlink(path);
}

/** Whether a living (or unknowable) process holds the lock. */
export function isLocked(disk: Disk, path: string, self: Process): boolean {
  if (disk.stat(path)?.file !== true) return false;
  const bytes = readLock(disk, path);
  return bytes !== undefined && !isGone(bytes, self);
}

/** Its first bytes: what is longer was not written by us, and is no holder. */
function readLock(disk: Disk, path: string): Uint8Array | undefined {
  return readStart(disk, path, 4096);
}

/** What an abandoned lock says; undefined: it has gone meanwhile. Throws LockedError for one whose holder may live. */
function refuseHeld(disk: Disk, path: string, self: Process): Uint8Array | undefined {
  const bytes = readLock(disk, path);
  if (bytes !== undefined && !isGone(bytes, self)) throw new LockedError(path, describe(bytes));
  return bytes;
}

/** False: there is one already. It appears whole or not at all, so nobody takes one that is being made for an abandoned one. */
function createLock(disk: Disk, path: string, self: Holder): boolean {
  const { pid, host, boot, start } = self;
  const bytes = encodeUtf8(`${JSON.stringify({ pid, host, boot, start })}\n`);
  const temp = `${path}.${pid}.tmp`;
  removeFile(disk, temp); // never emptied: it may be a second name of a lock
  writeFile(disk, temp, bytes);
  try {
    disk.link(temp, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (!NO_LINKS.includes(errorCode(error))) throw error;
  } finally {
    removeFile(disk, temp);
  }
  try {
    writeFile(disk, path, bytes);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** File systems that give a file one name only: there the lock is made in place, which leaves a moment in which it is empty. */
const NO_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

function writeFile(disk: Disk, path: string, bytes: Uint8Array): void {
  const file = disk.open(path, 'create');
  try {
    writeAll(disk, path, file, bytes, 0);
  } finally {
    disk.close(file);
  }
}

function removeFile(disk: Disk, path: string): void {
  try {
    disk.unlink(path);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

/** An unreadable lock is one that a power cut left: there is no holder to wait for. */
function isGone(bytes: Uint8Array, self: Process): boolean {
  const holder = parseHolder(bytes);
  if (holder === undefined) return true;
  if (holder.host !== self.host) return false;
  return holder.boot !== self.boot || !self.isAlive(holder.pid, holder.start);
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
  const start = 'start' in value && typeof value.start === 'string' ? { start: value.start } : {};
  return { pid, host, boot, ...start };
}

function describe(bytes: Uint8Array | undefined): string {
  const holder = bytes === undefined ? undefined : parseHolder(bytes);
  return holder === undefined ? 'an unknown process' : `process ${holder.pid} on ${holder.host}`;
}

function isAlive(pid: number, start?: string): boolean {
  const found = findProcess(pid);
  // a zombie has ended; only its parent has not asked yet
  if (found?.state === 'Z' || found?.state === 'X') return false;
  if (found !== undefined && start !== undefined && found.start !== start) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

/** State and start of a process as /proc/<pid>/stat has them (proc(5), fields 3 and 22). Undefined: not Linux, or no such process. */
function findProcess(pid: number): { readonly state: string; readonly start: string } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // whether it lives is then for the signal to say
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // the name before may hold spaces and brackets
  const [state, start] = [fields[0], fields[19]];
  return state === undefined || start === undefined ? undefined : { state, start };
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return ''; // not Linux: pid alone decides
  }
}

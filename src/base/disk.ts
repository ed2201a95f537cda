/** The small set of file operations that the archive stands on, and the real disk behind it. */
/** Everything goes through it, so that tests can put a disk there that loses power, fills up or lies. */

import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { LimitError, NotPlainFileError, ShortIoError } from './errors.ts';

/** `read`: must exist. `write`: made when absent, kept when not. `replace`: emptied. `create`: must not exist. */
export type OpenFlag = 'read' | 'write' | 'replace' | 'create';

export interface FileStat {
  readonly size: number;
  /** A regular file. Neither this nor a folder: a link, a pipe, a socket, a device. */
  readonly file: boolean;
  readonly directory: boolean;
  readonly mtimeNs: bigint;
  /** Tells one file from another of the same name: inode number. */
  readonly identity: bigint;
}

/** All calls but those that end in `Beside` are synchronous; they throw the system's error (`code`: ENOENT, ENOSPC, EIO, …). Paths are whole. */
export interface Disk {
  /** Follows no link in the last place (ELOOP), and does not wait for the other end of a pipe. */
  open(path: string, flag: OpenFlag): number;
  close(file: number): void;
  /** Reads at `position` into `into`; the count may be short, 0 at the end. */
  read(file: number, into: Uint8Array, offset: number, position: number): number;
  /** Writes `bytes` from `offset` on at `position`; the count may be short. */
  write(file: number, bytes: Uint8Array, offset: number, position: number): number;
  truncate(file: number, size: number): void;
  fsync(file: number): void;
  rename(from: string, to: string): void;
  /** Gives a file a second name. Throws EEXIST when that name is taken: of two at once, one gets it. */
  link(from: string, to: string): void;
  unlink(path: string): void;
  /** One level. True: it was made now; false: it was there. */
  mkdir(path: string): boolean;
  /** Names in a folder, sorted. Undefined: there is no such folder. */
  list(path: string): string[] | undefined;
  fsyncDir(path: string): void;
  /** The same without holding up this thread. Many at once cost the disk little more than one. */
  fsyncBeside(file: number): Promise<void>;
  fsyncDirBeside(path: string): Promise<void>;
  /** Undefined: there is nothing of that name. Of a link itself, not of what it leads to. */
  stat(path: string): FileStat | undefined;
  /** Of an open file. */
  statOpen(file: number): FileStat;
}

/**
 * The bytes of a file, or undefined when it is absent. Looks before it reads: throws NotPlainFileError for what is no regular
 * file, and LimitError for one of more than `limit` bytes before any memory is taken for it.
 */
export function readFile(disk: Disk, path: string, limit = Number.MAX_SAFE_INTEGER): Uint8Array | undefined {
  return readWith(disk, path, (size) => {
    if (size > limit) throw new LimitError(path, limit, { size });
    return size;
  });
}

/** The first `length` bytes of a file, or all of a shorter one. Undefined: it is absent. Throws NotPlainFileError. */
export function readStart(disk: Disk, path: string, length: number): Uint8Array | undefined {
  return readWith(disk, path, (size) => Math.min(size, length));
}

function readWith(disk: Disk, path: string, lengthOf: (size: number) => number): Uint8Array | undefined {
  let file: number;
  try {
    file = disk.open(path, 'read');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  try {
    const stat = disk.statOpen(file);
    if (!stat.file) throw new NotPlainFileError(path);
    return readRange(disk, file, lengthOf(stat.size), 0);
  } finally {
    disk.close(file);
  }
}

/** Up to `length` bytes of an open file from `position` on; fewer only at its end. */
export function readRange(disk: Disk, file: number, length: number, position: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(length);
  let done = 0;
  while (done < length) {
    const count = disk.read(file, bytes, done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done === length ? bytes : bytes.subarray(0, done);
}

/** All of `bytes` at `position`. Throws ShortIoError when the disk stops taking them. */
export function writeAll(disk: Disk, path: string, file: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) {
    const count = disk.write(file, bytes, done, position + done);
    if (count <= 0) throw new ShortIoError(path, done, bytes.length);
    done += count;
  }
}

/** Writes and fsyncs `temp`, then renames it over `path`. The caller fsyncs the folder. */
export function replaceFile(disk: Disk, path: string, temp: string, bytes: Uint8Array): void {
  const file = disk.open(temp, 'replace');
  try {
    writeAll(disk, temp, file, bytes, 0);
    disk.fsync(file);
  } finally {
    disk.close(file);
  }
  disk.rename(temp, path);
}

/** Makes a folder and those above it. Returns the folders that got a new entry, outermost first: to be fsynced. */
export function makeFolders(disk: Disk, path: string): string[] {
  if (disk.stat(path)?.directory === true) return [];
  const parent = path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || '/';
  const touched = parent === path ? [] : makeFolders(disk, parent);
  if (disk.mkdir(path)) touched.push(parent);
  return touched;
}

/**
 * Makes a folder that a person named, and those above it, on the machine's own disk; a link to one is one. Node's own `recursive` tries
 * for ever where a file system takes no folders and says that there is no such one (`/proc`).
 */
export function makeNamedFolder(path: string): void {
  const find = (folder: string) => statSync(folder, { throwIfNoEntry: false });
  if (find(path)?.isDirectory() === true) return;
  if (find(dirname(path)) === undefined) makeNamedFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || find(path)?.isDirectory() !== true) throw error;
  }
}

export function isAbsent(error: unknown): boolean {
  return errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR';
}

/** The system's code of an error, or an empty text. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** Absent (undefined, so 0 here) on Windows. */
const PLAIN = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const FLAGS: Readonly<Record<OpenFlag, number>> = {
  read: constants.O_RDONLY | PLAIN,
  write: constants.O_RDWR | constants.O_CREAT | PLAIN,
  replace: constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | PLAIN,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | PLAIN,
};

const syncBeside = promisify(fsync);

/** The machine's own disk. */
export const realDisk: Disk = {
  open: (path, flag) => openSync(path, FLAGS[flag], 0o666),
  close: (file) => closeSync(file),
  read: (file, into, offset, position) => readSync(file, into, offset, into.length - offset, position),
  write: (file, bytes, offset, position) => writeSync(file, bytes, offset, bytes.length - offset, position),
  truncate: (file, size) => ftruncateSync(file, size),
  fsync: (file) => fsyncSync(file),
  rename: (from, to) => renameSync(from, to),
  link: (from, to) => linkSync(from, to),
  unlink: (path) => unlinkSync(path),
  mkdir(path) {
    try {
      mkdirSync(path);
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    }
  },
  list(path) {
    try {
      return readdirSync(path).sort();
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  },
  fsyncDir(path) {
    const folder = openSync(path, constants.O_RDONLY);
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  },
  fsyncBeside: (file) => syncBeside(file),
  async fsyncDirBeside(path) {
    const folder = openSync(path, constants.O_RDONLY);
    try {
      await syncBeside(folder);
    } finally {
      closeSync(folder);
    }
  },
  stat(path) {
    try {
      const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
      return stat === undefined ? undefined : fileStatOf(stat);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  },
  statOpen: (file) => fileStatOf(fstatSync(file, { bigint: true })),
};

function fileStatOf(stat: BigIntStats): FileStat {
  const kind = { file: stat.isFile(), directory: stat.isDirectory() };
  return { size: Number(stat.size), ...kind, mtimeNs: stat.mtimeNs, identity: stat.ino };
}

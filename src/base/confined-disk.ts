/** A disk on which nothing below one folder is reached through a symbolic link, and helpers for who writes without it. */
/** What stands in a folder from a stranger may lead anywhere: it is not followed to read, and never written through. */

import { lstatSync, mkdirSync } from 'node:fs';
import type { Disk, FileStat } from './disk.ts';
import { errorCode, isAbsent } from './disk.ts';
import { LinkedFolderError } from './errors.ts';

/** Folders that were found to be real ones are remembered; so many at a time. */
const MOST_KNOWN = 4096;

/**
 * `disk`, but every folder between `root` and the last part of a path must be a folder indeed: else LinkedFolderError. `root` itself
 * is the caller's word. Sizes and times are told without it: they name nothing and change nothing.
 */
export function confineDisk(disk: Disk, root: string): Disk {
  const check = createCheck(root, (path) => disk.stat(path));
  const within = <T>(path: string, work: (path: string) => T): T => {
    check(path, false);
    return work(path);
  };
  return {
    close: (file) => disk.close(file),
    read: (file, into, offset, position) => disk.read(file, into, offset, position),
    write: (file, bytes, offset, position) => disk.write(file, bytes, offset, position),
    truncate: (file, size) => disk.truncate(file, size),
    fsync: (file) => disk.fsync(file),
    stat: (path) => disk.stat(path),
    statOpen: (file) => disk.statOpen(file),
    open: (path, flag) => within(path, () => disk.open(path, flag)),
    rename(from, to) {
      check(from, false);
      within(to, () => disk.rename(from, to));
    },
    link(from, to) {
      check(from, false);
      within(to, () => disk.link(from, to));
    },
    unlink: (path) => within(path, () => disk.unlink(path)),
    mkdir(path) {
      check(path, false);
      if (disk.mkdir(path)) return true;
      check(path, true);
      return false;
    },
    list(path) {
      check(path, true);
      return disk.list(path);
    },
    fsyncDir(path) {
      check(path, true);
      disk.fsyncDir(path);
    },
    fsyncBeside: (file) => disk.fsyncBeside(file),
    async fsyncDirBeside(path) {
      check(path, true);
      await disk.fsyncDirBeside(path);
    },
  };
}

/** Makes a folder below `root` and those above it; each that is there already must be one indeed. Throws LinkedFolderError. */
export function makeRealFolders(root: string, path: string): void {
  if (!path.startsWith(`${root}/`)) throw new TypeError(`${path} is not below ${root}`);
  for (let end = root.length; end !== -1; ) {
    end = path.indexOf('/', end + 1);
    const folder = end === -1 ? path : path.slice(0, end);
    try {
      mkdirSync(folder);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      if (!lstatSync(folder).isDirectory()) throw new LinkedFolderError(folder);
    }
  }
}

/** Throws LinkedFolderError when a folder on the way from `root` to the file `path` is there and is none. */
export function createFolderCheck(root: string): (path: string) => void {
  const check = createCheck(root, realStat);
  return (path) => check(path, false);
}

type Look = (path: string) => Pick<FileStat, 'directory'> | undefined;

/** `itself`: the path is that of a folder, and is looked at too. */
function createCheck(root: string, look: Look): (path: string, itself: boolean) => void {
  const known = new Set<string>();
  return (path, itself) => {
    if (!path.startsWith(`${root}/`)) return;
    const folder = itself ? path : path.slice(0, path.lastIndexOf('/'));
    if (folder.length <= root.length || known.has(folder)) return;
    for (let end = root.length; end !== -1; ) {
      end = folder.indexOf('/', end + 1);
      const each = end === -1 ? folder : folder.slice(0, end);
      if (known.has(each)) continue;
      const stat = look(each);
      if (stat === undefined) return;
      if (!stat.directory) throw new LinkedFolderError(each);
      if (known.size >= MOST_KNOWN) known.clear();
      known.add(each);
    }
  };
}

function realStat(path: string): { readonly directory: boolean } | undefined {
  try {
    return { directory: lstatSync(path).isDirectory() };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

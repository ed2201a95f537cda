/** A disk in memory: the same operations, nothing kept. */
/** For archives that need no folder (previews, tests); the contract tests run on it and on the real one. */

import type { Disk, FileStat, OpenFlag } from './disk.ts';

interface MemoryFile {
  bytes: Buffer;
  size: number;
  readonly identity: bigint;
  version: bigint;
}

/** An empty disk that has only the folder `/`. */
export function createMemoryDisk(): Disk {
  const folders = new Set<string>(['/']);
  const files = new Map<string, MemoryFile>();
  const open = new Map<number, MemoryFile>();
  let next = 1;

  function get(file: number): MemoryFile {
    const found = open.get(file);
    if (found === undefined) throw systemError('EBADF', String(file));
    return found;
  }

  function grow(file: MemoryFile, size: number): void {
    if (size > file.bytes.length) {
      const bytes = Buffer.alloc(Math.max(size, file.bytes.length * 2));
      file.bytes.copy(bytes, 0, 0, file.size);
      file.bytes = bytes;
    }
    file.size = Math.max(file.size, size);
    file.version++;
  }

  function create(path: string): MemoryFile {
    if (!folders.has(folderOf(path))) throw systemError('ENOENT', path);
    const file = { bytes: Buffer.alloc(0), size: 0, identity: BigInt(next), version: 0n };
    files.set(path, file);
    return file;
  }

  return {
    open(path: string, flag: OpenFlag) {
      let file = files.get(path);
      if (folders.has(path)) throw systemError('EISDIR', path);
      if (file === undefined && flag === 'read') throw systemError('ENOENT', path);
      if (file !== undefined && flag === 'create') throw systemError('EEXIST', path);
      if (file === undefined) file = create(path);
      if (flag === 'replace') {
        file.size = 0;
        file.version++;
      }
      open.set(next, file);
      return next++;
    },
    close(file) {
      if (!open.delete(file)) throw systemError('EBADF', String(file));
    },
    read(file, into, offset, position) {
      const { bytes, size } = get(file);
      return position >= size ? 0 : bytes.copy(into, offset, position, Math.min(size, position + into.length - offset));
    },
    write(file, bytes, offset, position) {
      const target = get(file);
      const end = position + bytes.length - offset;
      const before = target.size;
      grow(target, end);
      if (position > before) target.bytes.fill(0, before, position);
      target.bytes.set(bytes.subarray(offset), position);
      return bytes.length - offset;
    },
    truncate(file, size) {
      const target = get(file);
      const before = target.size;
      if (size > before) grow(target, size);
      if (size > before) target.bytes.fill(0, before, size);
      target.size = size;
      target.version++;
    },
    fsync(file) {
      get(file);
    },
    rename(from, to) {
      const file = files.get(from);
      if (file === undefined) throw systemError('ENOENT', from);
      files.delete(from);
      files.set(to, file);
    },
    link(from, to) {
      const file = files.get(from);
      if (file === undefined) throw systemError('ENOENT', from);
      if (files.has(to) || folders.has(to)) throw systemError('EEXIST', to);
      files.set(to, file);
    },
    unlink(path) {
      if (!files.delete(path)) throw systemError('ENOENT', path);
    },
    mkdir(path) {
      if (folders.has(path)) return false;
      if (!folders.has(folderOf(path))) throw systemError('ENOENT', path);
      folders.add(path);
      return true;
    },
    list(path) {
      if (!folders.has(path)) return undefined;
      const names = [...files.keys(), ...folders].filter((name) => name !== '/' && folderOf(name) === path);
      return names.map((name) => name.slice(name.lastIndexOf('/') + 1)).sort();
    },
    fsyncDir(path) {
      if (!folders.has(path)) throw systemError('ENOENT', path);
    },
    async fsyncBeside(file) {
      get(file);
    },
    async fsyncDirBeside(path) {
      if (!folders.has(path)) throw systemError('ENOENT', path);
    },
    stat(path): FileStat | undefined {
      const file = files.get(path);
      if (file !== undefined) return statOf(file);
      return folders.has(path) ? { size: 0, file: false, directory: true, mtimeNs: 0n, identity: 0n } : undefined;
    },
    statOpen: (file) => statOf(get(file)),
  };
}

function statOf({ size, version, identity }: MemoryFile): FileStat {
  return { size, file: true, directory: false, mtimeNs: version, identity };
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/** Reading a source's bytes: whole or from a point on, and files that stand beside it. */
/** One place decides what is never followed (symbolic links, ways out of the folder) and how a rewrite is noticed. */

import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { blake3Hex } from '../../base/blake3.ts';
import { concatBytes } from '../../base/bytes.ts';
import { LimitError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { NotAFileError } from '../errors.ts';

/** An open source. Must be closed. Size and time are those of the moment of opening: what is written later belongs to the next run. */
export interface OpenFile {
  readonly path: string;
  readonly fd: number;
  readonly size: number;
  readonly mtimeNs: bigint;
  /** What was read of it already, from an offset on: not read again. */
  readonly known?: { readonly from: number; readonly bytes: Uint8Array };
}

/** Opens a file to read. Throws NotAFileError for anything else (a symbolic link too), and what the system throws. */
export function openFile(path: string): OpenFile {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const stat = fstatSync(fd, { bigint: true });
  if (!stat.isFile()) {
    closeSync(fd);
    throw new NotAFileError(path);
  }
  return { path, fd, size: Number(stat.size), mtimeNs: stat.mtimeNs };
}

export function closeFile(file: OpenFile): void {
  closeSync(file.fd);
}

/** Bytes from `from` up to `to`, or up to the file's end where it became shorter. They may be part of what is known: not to be changed. */
export function readRange(file: OpenFile, from: number, to: number): Uint8Array {
  const { known } = file;
  if (known !== undefined && from >= known.from && to <= known.from + known.bytes.length)
    return known.bytes.subarray(from - known.from, to - known.from);
  const bytes = Buffer.allocUnsafeSlow(Math.max(to - from, 0));
  let done = 0;
  while (done < bytes.length) {
    const read = readSync(file.fd, bytes, done, bytes.length - done, from + done);
    if (read === 0) return bytes.subarray(0, done);
    done += read;
  }
  return bytes;
}

/**
 * Names what stands before `at`: BLAKE3 of up to 64 KiB before it and of the first 4 KiB, as hex. A file whose name differs
 * at the same point was rewritten. A change in the middle of a large file that leaves both as they were is not seen.
 */
export function guardOf(file: OpenFile, at: number): string {
  const window = readRange(file, Math.max(0, at - WINDOW), at);
  const head = readRange(file, 0, Math.min(at, HEAD));
  return blake3Hex(concatBytes([window, head]));
}

/**
 * A reader of files beside `path` for importers. Undefined: not there, not a plain file, reached through a symbolic link, or
 * neither inside `root` nor a `.jsonl` file directly beside it. Throws LimitError past the payload limit. Each file that was read is told to `seen`.
 */
export function besideReader(
  root: string,
  path: string,
  seen: (path: string) => void,
): (relativePath: string) => Uint8Array | undefined {
  return (relativePath) => {
    const target = resolve(dirname(path), relativePath);
    const inside = relative(root, target);
    if (isAbsolute(relativePath) || relativePath.includes('\0') || inside === '' || isAbsolute(inside))
      return undefined;
    if (!isWithin(inside) || passesLink(root, inside)) return undefined;
    const bytes = readWhole(target);
    if (bytes !== undefined) seen(target);
    return bytes;
  };
}

/** Inside the root, or a plain `.jsonl` file beside it (an agent's list of titles); never its settings or credentials. */
function isWithin(inside: string): boolean {
  if (inside !== '..' && !inside.startsWith(`..${sep}`)) return true;
  return /^\.\.[\\/][\w-]+\.jsonl$/.test(inside);
}

function passesLink(root: string, inside: string): boolean {
  let at = root;
  for (const name of inside.split(sep)) {
    at = join(at, name);
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (stat === undefined || stat.isSymbolicLink()) return true;
  }
  return false;
}

function readWhole(path: string): Uint8Array | undefined {
  let file: OpenFile;
  try {
    file = openFile(path);
  } catch (error) {
    if (error instanceof NotAFileError || isMissing(error)) return undefined;
    throw error;
  }
  try {
    if (file.size > limits.payload) throw new LimitError('file beside a session', limits.payload, { path });
    return readRange(file, 0, file.size);
  } finally {
    closeFile(file);
  }
}

/** Whether a file operation failed because there is nothing, or something else, at the path. */
export function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
}

const WINDOW = 64 * 1024;
const HEAD = 4 * 1024;

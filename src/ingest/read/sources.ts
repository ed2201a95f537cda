/** Keeps the agents' own bytes in `private/sources/`, compressed: agents delete theirs after weeks. */
/** Append only. A rewritten source starts a new generation; nothing that was kept is ever deleted. */

import { constants, existsSync, lstatSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { blake3Hex } from '../../base/blake3.ts';
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { makeRealFolders } from '../../base/confined-disk.ts';
import { readFile, realDisk } from '../../base/disk.ts';
import { messageOf } from '../../base/errors.ts';
import { isJsonObject, type JsonValue, parseJson } from '../../base/json.ts';
import { compressZstdBeside, decompressZstd } from '../../base/zstd.ts';
import { SourceDamageError } from '../errors.ts';
import { guardOf, type OpenFile, readRange } from './source-file.ts';

/** What is kept of one source. `generations` in order; the last one is what the agent has now. */
export interface KeptSource {
  readonly path: string;
  readonly importer: string;
  /** The session file beside which this one was read. */
  readonly beside?: string;
  readonly generations: readonly Generation[];
  /** What was kept was taken back by a person, and nothing of this source is kept again. */
  readonly withheld?: boolean;
}

export interface Generation {
  /** Bytes kept, uncompressed. */
  readonly size: number;
  /** Name of the bytes before `size`, as `guardOf` makes it. */
  readonly guard: string;
  /** zstd frames back to back in `<number>.zst`, one for each growth. */
  readonly frames: readonly Frame[];
}

interface Frame {
  /** Bytes of content, and bytes in the file. */
  readonly raw: number;
  readonly stored: number;
  /** BLAKE3 of the bytes in the file. */
  readonly hash: string;
}

/**
 * Keeps all of an open file. Known bytes are not written again; a file that grew costs its growth; one that changed starts a
 * generation. The index is replaced after the bytes it speaks of, so a run that was cut off is repeated over its own traces. Compressing
 * and waiting for the disk leave this thread free; the file must stay open meanwhile.
 */
export async function keepSource(dir: string, file: OpenFile, importer: string, beside?: string): Promise<void> {
  const folder = join(dir, folderOf(file.path));
  const before = findKept(folder);
  if (before?.withheld === true) return;
  const generations = [...(before?.generations ?? [])];
  const last = generations.at(-1);
  const grown = last !== undefined && file.size >= last.size && guardOf(file, last.size) === last.guard;
  if (grown && file.size === last.size) return;
  const number = grown ? generations.length : Math.max(generations.length, newestIn(folder)) + 1;
  // what stands there under a number that nobody remembers is not written over
  while (generations.length < number - 1) generations.push({ size: 0, guard: '', frames: [] });
  const frames = grown ? [...last.frames] : [];
  makeRealFolders(resolve(dir, '..', '..'), resolve(folder));
  const end = frames.reduce((sum, frame) => sum + frame.stored, 0);
  const { added, size } = await appendFrames(join(folder, `${number}.zst`), end, file, grown ? last.size : 0);
  generations[number - 1] = { size, guard: guardOf(file, size), frames: [...frames, ...added] };
  const kept: KeptSource = { path: file.path, importer, ...(beside === undefined ? {} : { beside }), generations };
  await writeFile(join(folder, TEMPORARY), encodeKept(kept), PRIVATE);
  await rename(join(folder, TEMPORARY), join(folder, INDEX));
}

function encodeKept(kept: KeptSource): Uint8Array {
  return encodeUtf8(`${JSON.stringify(kept)}\n`);
}

const INDEX = 'index.json';
const TEMPORARY = 'index.json.tmp';
const PRIVATE = { mode: 0o600, flush: true };

/**
 * Deletes what is kept of a source, and keeps nothing of it from then on. False: nothing was kept. The mark stands before the bytes go,
 * so a second time finishes what was cut off.
 */
export function withholdSource(dir: string, path: string): boolean {
  const folder = join(dir, folderOf(path));
  const kept = findKept(folder);
  if (kept === undefined) return false;
  const { importer, beside } = kept;
  const mark = { path, importer, ...(beside === undefined ? {} : { beside }), generations: [], withheld: true };
  writeFileSync(join(folder, TEMPORARY), encodeKept(mark), PRIVATE);
  renameSync(join(folder, TEMPORARY), join(folder, INDEX));
  for (const name of readdirSync(folder)) if (name.endsWith('.zst')) rmSync(join(folder, name));
  return true;
}

/** What is kept of one source. Undefined: nothing ever was. Throws as `listKeptSources` does. */
export function findKeptSource(dir: string, path: string): KeptSource | undefined {
  return findKept(join(dir, folderOf(path)));
}

/** Whether something stands where `findKeptSource` looks; cheap enough to ask of every source in every run. */
export function hasKept(dir: string, path: string): boolean {
  return (statSync(join(dir, folderOf(path), INDEX), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** Everything that is kept, sorted by path. Throws SourceDamageError for an index that is none. */
export function listKeptSources(dir: string): readonly KeptSource[] {
  if (!existsSync(dir)) return [];
  return listFolders(dir)
    .flatMap((shard) => listFolders(join(dir, shard)).map((name) => findKept(join(dir, shard, name))))
    .filter((kept) => kept !== undefined)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Other programs leave files of theirs anywhere, such as `.DS_Store`. */
function listFolders(dir: string): readonly string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

/**
 * The bytes of a source as its agent wrote them: the newest generation, or the 1-based one asked for. Undefined: never kept.
 * Throws SourceDamageError when bytes are missing or not those that were kept.
 */
export function restoreSource(dir: string, path: string, generation?: number): Uint8Array | undefined {
  const folder = join(dir, folderOf(path));
  const kept = findKept(folder);
  const number = generation ?? kept?.generations.length ?? 0;
  const wanted = kept?.generations[number - 1];
  if (wanted === undefined) return undefined;
  const file = join(folder, `${number}.zst`);
  let at = 0;
  try {
    const stored = readFile(realDisk, file);
    if (stored === undefined) throw new SourceDamageError(file, 'kept bytes are missing');
    const raw = wanted.frames.map((frame) => {
      const bytes = stored.subarray(at, at + frame.stored);
      at += frame.stored;
      if (blake3Hex(bytes) !== frame.hash) throw new SourceDamageError(file, 'kept bytes are not those that were kept');
      return decompressZstd(bytes, frame.raw, FRAME_LIMIT);
    });
    return concatBytes(raw);
  } catch (cause) {
    if (cause instanceof SourceDamageError) throw cause;
    throw new SourceDamageError(file, `kept bytes cannot be read: ${messageOf(cause)}`, cause);
  }
}

/** Writes what follows `from` as frames at `end` of the file, over anything that a cut-off run left there. */
async function appendFrames(path: string, end: number, file: OpenFile, from: number) {
  // what nobody reads from is no file: it must not be waited for
  const to = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NONBLOCK, 0o600);
  try {
    if ((await to.stat()).size < end) throw new SourceDamageError(path, 'kept bytes are missing');
    const added: Frame[] = [];
    let size = from;
    let at = end;
    while (size < file.size) {
      const raw = readRange(file, size, Math.min(file.size, size + FRAME_BYTES));
      if (raw.length === 0) break;
      const frame = await compressZstdBeside(raw, 3);
      for (let done = 0; done < frame.length; )
        done += (await to.write(frame, done, frame.length - done, at + done)).bytesWritten;
      added.push({ raw: raw.length, stored: frame.length, hash: blake3Hex(frame) });
      size += raw.length;
      at += frame.length;
    }
    await to.truncate(at);
    await to.sync(); // before an index speaks of it
    return { added, size };
  } finally {
    await to.close();
  }
}

/** The greatest number of a file of kept bytes; 0 for none. */
function newestIn(folder: string): number {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return Math.max(0, ...names.map((name) => Number(/^(\d+)\.zst$/.exec(name)?.[1] ?? 0)));
}

function findKept(folder: string): KeptSource | undefined {
  const file = join(folder, INDEX);
  // an empty one is what a power cut left of the first
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined || (stat.isFile() && stat.size === 0)) return undefined;
  let value: JsonValue;
  try {
    value = parseJson(decodeUtf8(readFile(realDisk, file) ?? new Uint8Array()));
  } catch (cause) {
    throw new SourceDamageError(file, `not an index of kept bytes: ${messageOf(cause)}`, cause);
  }
  if (isKept(value)) return value;
  throw new SourceDamageError(file, 'not an index of kept bytes');
}

function isKept(value: JsonValue): value is JsonValue & KeptSource {
  return (
    isJsonObject(value) &&
    typeof value.path === 'string' &&
    typeof value.importer === 'string' &&
    (value.withheld === undefined || typeof value.withheld === 'boolean') &&
    Array.isArray(value.generations) &&
    value.generations.every(isGeneration)
  );
}

function isGeneration(value: JsonValue): boolean {
  return (
    isJsonObject(value) &&
    isCount(value.size) &&
    typeof value.guard === 'string' &&
    Array.isArray(value.frames) &&
    value.frames.every(isFrame)
  );
}

function isFrame(value: JsonValue): boolean {
  return isJsonObject(value) && isCount(value.raw) && isCount(value.stored) && typeof value.hash === 'string';
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Two folders deep, named by the path's hash: a path can hold anything and be of any length. */
function folderOf(path: string): string {
  const name = blake3Hex(encodeUtf8(path)).slice(0, 32);
  return join(name.slice(0, 2), name);
}

/** Raw bytes of a frame that is written: memory holds one, and more would compress no better. */
const FRAME_BYTES = 8 * 1024 * 1024;
/** Raw bytes of one frame at most, when it is read. */
const FRAME_LIMIT = 32 * 1024 * 1024;

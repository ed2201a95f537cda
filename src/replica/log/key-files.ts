/** The archive's own keys in private/keys/: found, made, and replaced so that no crash loses one. */
/** Nobody can make a key again, so a file with one is never written over. */

import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeSigningKey, parseSigningKey, type SigningKey } from '../../archive/format/format.ts';
import { makeRealFolders } from '../../base/confined-disk.ts';
import { messageOf, TurnpressError } from '../../base/errors.ts';
import { ArchiveKeyError } from '../errors.ts';
import { verifierKeyOf } from './verifier-key.ts';

const CURRENT = 'archive.ed25519';
/** Made for a rotation, and not in the log yet or only just. */
const NEXT = 'next.ed25519';
/** Before the last rotation. */
const RETIRED = /^archive-[0-9a-f]{8}\.ed25519$/;
/** A key's file is a few lines; what is much longer is none. */
const MOST = 16_384;

export interface ArchiveKeys {
  /** Signs now. */
  readonly current: SigningKey | undefined;
  /** Takes its place when the archive log names it. */
  readonly next: SigningKey | undefined;
}

/** Throws ArchiveKeyError for a file that is there and holds no key. */
export function readArchiveKeys(dir: string, origin: string): ArchiveKeys {
  return { current: readKey(dir, CURRENT, origin), next: readKey(dir, NEXT, origin) };
}

/** A new key, durable when it returns. There is none yet. `next`: for a rotation. */
export function makeArchiveKey(dir: string, origin: string, next = false): SigningKey {
  const folder = folderOf(dir);
  makeRealFolders(dir, folder);
  const pem = makeSigningKey();
  const path = join(folder, next ? NEXT : CURRENT);
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, pem);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncFolder(folder);
  return parseSigningKey(origin, pem);
}

/** Keys that others took over from, by file name, as far as they are still there and can sign: nothing depends on them here. */
export function readRetiredKeys(dir: string, origin: string): readonly SigningKey[] {
  const folder = folderOf(dir);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => RETIRED.test(name)) : [];
  return names.sort().flatMap((name) => {
    try {
      return readKey(dir, name, origin) ?? [];
    } catch (error) {
      if (error instanceof ArchiveKeyError) return [];
      throw error;
    }
  });
}

/** The next key signs from now on; the one before keeps its file under its id. */
export function adoptNextKey(dir: string, { current, next }: ArchiveKeys): void {
  if (next === undefined) return;
  const folder = folderOf(dir);
  if (current !== undefined) {
    const kept = join(folder, `archive-${verifierKeyOf(current).id}.ed25519`);
    if (lstatSync(kept, { throwIfNoEntry: false }) === undefined) linkSync(join(folder, CURRENT), kept);
  }
  renameSync(join(folder, NEXT), join(folder, CURRENT));
  syncFolder(folder);
}

/** Where the key that signs stands. */
export function keyFile(dir: string): string {
  return join(folderOf(dir), CURRENT);
}

function folderOf(dir: string): string {
  return join(dir, 'private', 'keys');
}

function readKey(dir: string, name: string, origin: string): SigningKey | undefined {
  const path = join(folderOf(dir), name);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isFile() || stat.size > MOST) throw new ArchiveKeyError(`${path} is no key file`, path);
  try {
    return parseSigningKey(origin, readFileSync(path));
  } catch (error) {
    if (!(error instanceof TurnpressError)) throw error;
    throw new ArchiveKeyError(
      `${path} holds no key that can sign (${messageOf(error)}); put it back from a backup`,
      path,
    );
  }
}

function syncFolder(folder: string): void {
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

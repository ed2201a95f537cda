/** archive.json: what the folder is, in which version, under which origin. */
/** Read before anything else; a format from the future is never written and read only if it says that this is safe. */

import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { type Disk, makeFolders, replaceFile } from '../../base/disk.ts';
import { messageOf } from '../../base/errors.ts';
import { isJsonObject, type JsonValue, parseJson } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { isoTime } from '../../base/time.ts';
import type { ArchiveInfo } from '../contract.ts';
import { ArchiveExistsError, DamageError, FutureFormatError, NotFoundError } from '../errors.ts';
import { isOrigin } from '../format/origin.ts';
import { readArchiveFile } from './archive-file.ts';
import { keepFromGit } from './git-files.ts';

const FILE = 'archive.json';
/** A feature whose name starts so changes only how an archive is written: older readers may still read it. */
const WRITE_ONLY = 'write-';

/** Throws NotFoundError, DamageError, and FutureFormatError when not even reading is safe. */
export function readInfo(
  disk: Disk,
  dir: string,
  name = FILE,
): { readonly info: ArchiveInfo; readonly mayWrite: boolean } {
  const file = `${dir}/${name}`;
  const bytes = readArchiveFile(disk, dir, name, limits.archiveInfo);
  if (bytes === undefined) throw new NotFoundError('archive', dir);
  const value = parseInfo(file, bytes);
  if (!isJsonObject(value) || value.format !== 'turnpress')
    throw new DamageError(file, 'it does not say "format":"turnpress"');
  const { version, features, origin, created } = value;
  if (version === undefined) throw new DamageError(file, 'it does not say which version it is');
  if (version !== 1) throw new FutureFormatError(file, `version ${String(version).slice(0, 20)}`);
  if (!Array.isArray(features) || !features.every((feature) => typeof feature === 'string')) {
    throw new DamageError(file, 'its features are no list of names');
  }
  if (typeof origin !== 'string' || !isOrigin(origin) || typeof created !== 'string') {
    throw new DamageError(file, 'its origin or its date is missing or bad');
  }
  const unsafe = features.find((feature) => !feature.startsWith(WRITE_ONLY));
  if (unsafe !== undefined) throw new FutureFormatError(file, `feature ${unsafe.slice(0, 80)}`);
  // only a replica's has verifier keys in it, none of them too
  const copy = Array.isArray(value.keys) ? { copy: true as const } : {};
  return { info: { version, features, origin, created, ...copy }, mayWrite: features.length === 0 };
}

/** Makes the folder, what keeps git from the private part, and archive.json. Throws ArchiveExistsError, and TypeError for an origin that no checkpoint can carry. */
export function writeInfo(disk: Disk, dir: string, origin: string, nowMs: number): void {
  if (!isOrigin(origin)) throw new TypeError(`not an origin (one line without spaces or +): ${origin.slice(0, 80)}`);
  if (disk.stat(`${dir}/${FILE}`) !== undefined) throw new ArchiveExistsError(dir);
  const info = { format: 'turnpress', version: 1, features: [], origin, created: isoTime(nowMs) };
  const touched = [...makeFolders(disk, dir), dir];
  if (disk.mkdir(`${dir}/conversations`)) touched.push(dir);
  keepFromGit(disk, dir);
  replaceFile(disk, `${dir}/${FILE}`, `${dir}/${FILE}.tmp`, encodeUtf8(`${JSON.stringify(info)}\n`));
  for (const folder of new Set(touched)) disk.fsyncDir(folder);
}

function parseInfo(file: string, bytes: Uint8Array): JsonValue {
  try {
    return parseJson(decodeUtf8(bytes));
  } catch (error) {
    throw new DamageError(file, messageOf(error));
  }
}

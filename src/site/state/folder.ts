/** The output folder as it is found: whether it is one to build into, whose it is, and what of ours is still there. */
/** The state remembers what was written; the folder may have been emptied, restored from a backup, or never have been ours. */

import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createFolderCheck } from '../../base/confined-disk.ts';
import { errorCode, isAbsent } from '../../base/disk.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
import { OutputPlaceError } from '../errors.ts';
import { contentHash } from './keys.ts';
import type { SiteState } from './state.ts';

/** Says which build stands in the folder. Gone while files are being moved. */
export const STAMP = 'build.json';
/** Bytes of a stamp: what is longer is none of ours. */
const MOST_STAMP = 4096;

/** Throws OutputPlaceError for what is no folder of its own: a link, a file, the root of the disk. */
export function checkPlace(outputDir: string): void {
  if (dirname(outputDir) === outputDir) throw new OutputPlaceError(outputDir, 'is the root of the disk');
  const stat = lstatSync(outputDir, { throwIfNoEntry: false });
  if (stat === undefined || stat.isDirectory()) return;
  if (!stat.isSymbolicLink()) throw new OutputPlaceError(outputDir, 'is no folder');
  throw new OutputPlaceError(outputDir, `is a symbolic link${leadingTo(outputDir)}`);
}

function leadingTo(link: string): string {
  try {
    return `, which leads to ${realpathSync(link)}`;
  } catch (error) {
    if (isAbsent(error) || errorCode(error) === 'ELOOP') return ' that leads nowhere';
    throw error;
  }
}

/** Not there, or with nothing in it. */
export function isEmpty(outputDir: string): boolean {
  try {
    return readdirSync(outputDir).length === 0;
  } catch (error) {
    if (isAbsent(error)) return true;
    throw error;
  }
}

/** Where the sites of copies stand below a private site; each has a stamp of its own. */
export const COPIES = 'from';

/** Git looks into no folder with this file, whatever the repository around it ignores. */
export const IGNORE_ALL = { path: '.gitignore', content: '*\n' } as const;

/**
 * The site itself is not there, whatever copies are: they may be built before it. What keeps git out stays behind where somebody
 * emptied the folder with `rm *`.
 */
export function isBare(outputDir: string): boolean {
  if (isEmpty(outputDir)) return true;
  const found = readdirSync(outputDir, { withFileTypes: true });
  return found.every((entry) => (entry.isDirectory() ? entry.name === COPIES : isIgnoreAll(outputDir, entry.name)));
}

function isIgnoreAll(outputDir: string, name: string): boolean {
  return name === IGNORE_ALL.path && stands(join(outputDir, name), contentHash(IGNORE_ALL.content));
}

/** The stamp's text; undefined: there is none that could be ours. */
export function readStamp(outputDir: string): string | undefined {
  const file = join(outputDir, STAMP);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size <= MOST_STAMP ? readFileSync(file, 'utf8') : undefined;
}

/** Whether a stamp says anything, ours or another program's; one that a power cut left empty or torn does not. */
export function isStamp(stamp: string | undefined): stamp is string {
  try {
    return stamp !== undefined && isJsonObject(parseJson(stamp));
  } catch {
    return false; // torn
  }
}

/** A member of a stamp, when it is a text. */
export function findInStamp(stamp: string | undefined, name: 'site' | 'visibility' | 'basePath'): string | undefined {
  if (!isStamp(stamp)) return undefined;
  const value = parseJson(stamp);
  const said = isJsonObject(value) ? value[name] : undefined;
  return typeof said === 'string' ? said : undefined;
}

/** What to look at: the files in the folder itself by their size, or all files by what they hold. */
export type Look = 'top' | 'all';

/**
 * Compares the folder with what was written there. Files that are gone or changed are forgotten, so that the build makes them
 * again; with `all`, files of ours that an older site brought back are removed. Returns how many were not as they were written.
 */
export function compareFolder(state: SiteState, outputDir: string, look: Look): number {
  const { files } = state;
  const wrong: string[] = [];
  for (const { path, hash, size } of files.walkPlaced(look === 'top')) {
    if (!stands(join(outputDir, path), hash, look === 'top' ? size : undefined)) wrong.push(path);
  }
  for (const path of wrong) files.lose(path);
  if (look === 'all') for (const { path, hash } of files.walkFormer()) files.bringBack(path, hash);
  return wrong.length;
}

/** A regular file with this content, or of this size. */
export function stands(file: string, hash: string, size?: number): boolean {
  let stat: ReturnType<typeof lstatSync>;
  try {
    stat = lstatSync(file);
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
  if (!stat?.isFile()) return false;
  return size === undefined ? contentHash(readFileSync(file)) === hash : stat.size === size;
}

/**
 * Before anything is moved: throws OutputPlaceError for a file or folder of somebody else's in the place of one of ours, and
 * LinkedFolderError for a link on the way.
 */
export function checkWay(state: SiteState, outputDir: string): void {
  if (lstatSync(join(outputDir, STAMP), { throwIfNoEntry: false })?.isDirectory() === true)
    throw new OutputPlaceError(join(outputDir, STAMP), 'is a folder where a file of ours has to stand');
  const check = createFolderCheck(outputDir);
  for (const { path, hash, placed } of state.files.walkWaiting()) {
    const file = join(outputDir, path);
    check(file);
    if (hash === undefined) continue;
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    if (stat.isDirectory()) throw new OutputPlaceError(file, 'is a folder where a page has to stand');
    if (placed === undefined && !stands(file, hash))
      throw new OutputPlaceError(file, 'stands in the way of a page, and turnpress did not write it');
  }
}

/** Hands the public site to a folder that a web server reads: what changed is copied, what is gone is removed. */
/** A list in the folder says which files are ours; nothing else there is ever changed or removed. */

import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createFolderCheck, makeRealFolders } from '../../base/confined-disk.ts';
import { isAbsent } from '../../base/disk.ts';
import type { ArchiveLog } from '../../replica/log/log.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { checkNotBehind, LOG_CHECKPOINT } from './not-behind.ts';
import { findMarker, type HandedOver, listSiteFiles, type SiteMarker } from './site-files.ts';

/** One path a line. */
const LIST = '.turnpress-files';

export async function handToFolder(
  context: Context,
  marker: SiteMarker,
  place: string,
  { archiveLog }: { readonly archiveLog: ArchiveLog },
): Promise<HandedOver> {
  const from = context.publicDir;
  const to = resolve(context.world.cwd, place);
  checkTarget(context, from, to, marker);
  checkNotBehind(findFile(join(to, LOG_CHECKPOINT)), archiveLog, context.shown(to));
  const files = listSiteFiles(from);
  const before = readList(to);
  const own = new Set(before);
  // said before the first file stands there: what stops in between is ours all the same
  makeRealFolders(dirname(to), to);
  writeList(to, [...new Set([...before, ...files])]);
  const check = createFolderCheck(to);
  let written = 0;
  for (const path of files) {
    if (copyFile(join(from, path), join(to, path), check, to)) written++;
    // a signal is heard between two files
    await nextTurn();
  }
  const kept = new Set(files);
  let removed = 0;
  for (const path of own) if (!kept.has(path) && removeFile(to, path, check)) removed++;
  writeList(to, files);
  return { written, removed, unchanged: files.length - written, says: `${context.shown(to)} holds the site` };
}

function findFile(file: string): Uint8Array | undefined {
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(file) : undefined;
}

/** Absent, empty, or this very site. Throws UsageError. */
function checkTarget({ archiveDir, shown }: Context, from: string, to: string, { site }: SiteMarker): void {
  if (to === from || `${from}/`.startsWith(`${to}/`) || `${to}/`.startsWith(`${from}/`))
    throw new UsageError(`${shown(to)} and ${shown(from)} lie in each other`);
  if (`${archiveDir}/`.startsWith(`${to}/`) || `${to}/`.startsWith(`${archiveDir}/`))
    throw new UsageError(`${shown(to)} lies in the archive, or the archive in it`);
  const stat = lstatSync(to, { throwIfNoEntry: false });
  if (stat === undefined || (stat.isDirectory() && readdirSync(to).length === 0)) return;
  if (!stat.isDirectory()) throw new UsageError(`${shown(to)} is no folder`);
  const there = findMarker(to);
  if (existsSync(join(to, LIST)) && (there === undefined || there.site === site)) return;
  if (there?.site === site && there.visibility === 'public') return;
  throw new UsageError(
    `${shown(to)} holds something else, and nothing of it is touched; name an empty folder, or a new one`,
  );
}

/** True: it was written. */
function copyFile(from: string, to: string, check: (path: string) => void, root: string): boolean {
  check(to);
  const bytes = readFileSync(from);
  const stat = lstatSync(to, { throwIfNoEntry: false });
  if (stat?.isFile() === true && stat.size === bytes.length && readFileSync(to).equals(bytes)) return false;
  if (stat !== undefined && !stat.isFile()) throw new UsageError(`${to} stands in the way and is no file of the site`);
  if (dirname(to) !== root) makeRealFolders(root, dirname(to));
  const temp = `${to}.turnpress-tmp`;
  writeFileSync(temp, bytes);
  renameSync(temp, to);
  return true;
}

/** A file that an earlier site had, and the folders that are empty without it. */
function removeFile(root: string, path: string, check: (path: string) => void): boolean {
  const file = join(root, path);
  if (!file.startsWith(`${root}/`)) return false;
  check(file);
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
  unlinkSync(file);
  for (let folder = dirname(file); folder !== root && readdirSync(folder).length === 0; folder = dirname(folder))
    rmdirSync(folder);
  return true;
}

function readList(folder: string): readonly string[] {
  try {
    return readFileSync(join(folder, LIST), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function writeList(folder: string, paths: readonly string[]): void {
  const file = join(folder, LIST);
  writeFileSync(`${file}.tmp`, paths.map((path) => `${path}\n`).join(''));
  renameSync(`${file}.tmp`, file);
}

/** Brings a finished build into place: one rename for a first build, else file by file. */
/** A mark is committed before anything moves, so that a crash in between is noticed and the rest is done by the next build. */

import { copyFileSync, existsSync, mkdirSync, renameSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode, makeNamedFolder } from '../../base/disk.ts';
import { checkWay, IGNORE_ALL, isEmpty, readStamp, STAMP, stands } from './folder.ts';
import { MOVING } from './schema.ts';
import { removeFile, removeStaging, stagingOf } from './staging.ts';
import type { SiteState } from './state.ts';

/** The build is complete: from here on it is finished, whatever happens. `whole`: nothing of ours is in place yet. */
export function startMove(state: SiteState, whole: boolean, stamp: string): void {
  state.setMeta(MOVING, whole ? 'whole' : 'files');
  state.setMeta('stamp', stamp);
  state.setMeta(FORMER, [stamp, ...listFormer(state).filter((each) => each !== stamp)].slice(0, MOST_FORMER).join(''));
  state.commit();
}

/** Whether a site with this stamp was built with this memory: what stands there then is known, though it may be an older one. */
export function hasBuilt(state: SiteState, stamp: string): boolean {
  return stamp === state.findMeta('stamp') || listFormer(state).includes(stamp);
}

/** Stamps of the last builds, each a line, the newest first. */
function listFormer(state: SiteState): readonly string[] {
  return (state.findMeta(FORMER) ?? '').match(/.+\n/g) ?? [];
}

const FORMER = 'stamps';
const MOST_FORMER = 100;

/** A build is complete and not in place yet. */
export function isMoving(state: SiteState): boolean {
  return state.findMeta(MOVING) !== undefined;
}

/** Moves what a complete build staged; nothing happens when there is none. Safe to repeat. Throws as `checkWay` does. */
export function completeMove(state: SiteState, outputDir: string): void {
  const mark = state.findMeta(MOVING);
  if (mark === undefined) return;
  const stamp = state.findMeta('stamp') ?? '';
  const lost = !(mark === 'whole' && moveWhole(state, outputDir, stamp)) && moveFiles(state, outputDir, stamp);
  removeStaging(state, outputDir);
  state.files.settle();
  if (lost) forgetReport(state);
  state.forgetMeta(MOVING);
  state.commit();
}

/** The next build looks at everything again. */
export function forgetReport(state: SiteState): void {
  state.forgetMeta('site');
  state.forgetMeta('seen');
  state.conversations.markAll();
}

/** One rename brings a first build into place. False: it does not stand there, and has to be moved file by file. */
function moveWhole(state: SiteState, outputDir: string, stamp: string): boolean {
  const staging = stagingOf(state, outputDir);
  if (readStamp(outputDir) === stamp) return true;
  if (!existsSync(staging) || !isEmpty(outputDir)) return false;
  writeFileSync(join(staging, STAMP), stamp);
  try {
    if (existsSync(outputDir)) rmdirSync(outputDir);
    makeNamedFolder(dirname(outputDir));
    renameSync(staging, outputDir);
    return true;
  } catch (error) {
    if (!KEEPS_FOLDER.includes(errorCode(error))) throw error;
    return false;
  }
}

/** The folder cannot be replaced, or something appeared in it just now: a mount point, a folder that only its owner may remove. */
const KEEPS_FOLDER: readonly string[] = ['EBUSY', 'EXDEV', 'ENOTEMPTY', 'EEXIST', 'EACCES', 'EPERM'];

/** True: a staged file was lost, and the state says so. */
function moveFiles(state: SiteState, outputDir: string, stamp: string): boolean {
  const staging = stagingOf(state, outputDir);
  checkWay(state, outputDir);
  let lost = false;
  rmSync(join(outputDir, STAMP), { force: true });
  for (const { path, hash, placed } of state.files.walkWaiting()) {
    if (hash === undefined) removeOurs(outputDir, path, placed);
    else if (!moveFile(join(staging, path), join(outputDir, path), hash)) {
      state.files.lose(path);
      lost = true;
    }
  }
  makeNamedFolder(outputDir);
  const ignore = IGNORE_ALL.path;
  if (existsSync(join(staging, ignore)) && !existsSync(join(outputDir, ignore)))
    putInPlace(join(staging, ignore), join(outputDir, ignore));
  writeFileSync(join(outputDir, `${STAMP}.tmp`), stamp, { flush: true });
  renameSync(join(outputDir, `${STAMP}.tmp`), join(outputDir, STAMP));
  return lost;
}

/** Only what we wrote is ever deleted: a file that somebody changed, or that was never ours, stays. */
function removeOurs(outputDir: string, path: string, placed: string | undefined): void {
  if (placed !== undefined && placed !== '' && stands(join(outputDir, path), placed)) removeFile(outputDir, path);
}

/** True when content with this hash stands at `to` now; false when there was nothing to move and it does not. */
function moveFile(from: string, to: string, hash: string): boolean {
  if (!existsSync(from)) return stands(to, hash);
  try {
    putInPlace(from, to);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(to), { recursive: true });
    putInPlace(from, to);
  }
  return true;
}

/** By a rename; over the border of a file system by a copy that appears whole. */
function putInPlace(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error;
    copyFileSync(from, `${to}.tmp`);
    renameSync(`${to}.tmp`, to);
    unlinkSync(from);
  }
}

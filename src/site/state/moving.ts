/** Brings a finished build into place: one rename for a first build, else file by file. */
/** A mark is committed before anything moves, so that a crash in between is noticed and the rest is done by the next build. */

import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from '../../base/disk.ts';
import { contentHash } from './keys.ts';
import { removeFile, stagingOf } from './staging.ts';
import type { SiteState } from './state.ts';

/** Says which build stands in the folder. Gone while files are being moved. */
export const STAMP = 'build.json';
const MARK = 'moving';

/** The build is complete: from here on it is finished, whatever happens. `whole`: nothing of ours is in place yet. */
export function startMove(state: SiteState, whole: boolean, stamp: string): void {
  state.setMeta(MARK, whole ? 'whole' : 'files');
  state.setMeta('stamp', stamp);
  state.commit();
}

/** Moves what a complete build staged; nothing happens when there is none. Safe to repeat. */
export function completeMove(state: SiteState, outputDir: string): void {
  const mark = state.findMeta(MARK);
  if (mark === undefined) return;
  const stamp = state.findMeta('stamp') ?? '';
  const lost = mark === 'whole' ? !moveWhole(outputDir, stamp) : moveFiles(state, outputDir, stamp);
  if (lost && mark === 'whole') state.files.forgetPlaced();
  state.files.settle();
  if (lost) forgetReport(state);
  state.forgetMeta(MARK);
  state.commit();
}

/** The next build looks at everything again. */
export function forgetReport(state: SiteState): void {
  state.forgetMeta('site');
  state.forgetMeta('seen');
  state.conversations.markAll();
}

/** One rename brings a first build into place. False: there was nothing to move, and it does not stand there. */
function moveWhole(outputDir: string, stamp: string): boolean {
  const staging = stagingOf(outputDir);
  const placed = join(outputDir, STAMP);
  if (existsSync(placed)) return readFileSync(placed, 'utf8') === stamp;
  if (!existsSync(staging)) return false;
  writeFileSync(join(staging, STAMP), stamp);
  if (existsSync(outputDir)) rmdirSync(outputDir);
  mkdirSync(dirname(outputDir), { recursive: true });
  renameSync(staging, outputDir);
  return true;
}

/** True: a staged file was lost, and the state says so. */
function moveFiles(state: SiteState, outputDir: string, stamp: string): boolean {
  const staging = stagingOf(outputDir);
  let lost = false;
  rmSync(join(outputDir, STAMP), { force: true });
  for (const { path, hash } of state.files.walkWaiting()) {
    if (hash === undefined) removeFile(outputDir, path);
    else if (!moveFile(join(staging, path), join(outputDir, path), hash)) {
      state.files.lose(path);
      lost = true;
    }
  }
  mkdirSync(outputDir, { recursive: true });
  writeFileSync(join(outputDir, `${STAMP}.tmp`), stamp);
  renameSync(join(outputDir, `${STAMP}.tmp`), join(outputDir, STAMP));
  rmSync(staging, { recursive: true, force: true });
  return lost;
}

/** True when content with this hash stands at `to` now; false when there was nothing to move and it does not. */
function moveFile(from: string, to: string, hash: string): boolean {
  if (!existsSync(from)) return existsSync(to) && contentHash(readFileSync(to)) === hash;
  try {
    renameSync(from, to);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
  }
  return true;
}

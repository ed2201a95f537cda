/** Writes a build's files: first into a staging folder beside the output folder, then all of them into place. */
/** An interrupted build is either invisible or finished by the next one; files that we did not make are never touched. */

import { lstatSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeNamedFolder } from '../../base/disk.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { ForeignOutputError, OutputPlaceError } from '../errors.ts';
import type { FileCounts } from './files.ts';
import { checkPlace, checkWay, compareFolder, findInStamp, isBare, isStamp, readStamp, stands } from './folder.ts';
import { contentHash } from './keys.ts';
import { checkKind, keepFromGit, type SiteMode } from './kind.ts';
import { completeMove, hasBuilt, startMove } from './moving.ts';
import { removeFile, resumeStaging, stagingOf } from './staging.ts';
import type { SiteState } from './state.ts';

/** Folders that are remembered as made. */
const MOST_FOLDERS = 1000;

export interface Output {
  /** Where files wait: as they will stand in the output folder. */
  readonly staging: string;
  /** False: content that is known to the state was lost, so everything has to be looked at again. */
  readonly whole: boolean;
  /** The key with which the file is made already, in this build or an earlier one. */
  findKey(path: string): string | undefined;
  /** Whether the file is made already, in this build or an earlier one, with this key. */
  knows(path: string, key: string): boolean;
  /** Owners whose name begins with `prefix`. */
  listOwners(prefix: string): readonly string[];
  /** Takes over the files of `owner`: those not declared again until `settle`, or the build's end, are removed. */
  take(owner: string): void;
  settle(owner: string): void;
  /** Takes the files of `owner`, forgetting those that were declared and not made. */
  abandon(owner: string): void;
  /** True when the file has to be made (`put`); false when it is made already with the same key. */
  declare(path: string, owner: string, key: string): boolean;
  /** Content of a declared file. Equal content is not written again. */
  put(path: string, content: string | Uint8Array): void;
  /** The same for content that another thread wrote to the staging folder. */
  putStaged(path: string, hash: string, size: number): void;
  /** A single file that is not wanted any more. */
  drop(path: string): void;
  /** Settles what is removed, so that counts are final. Nothing may be declared afterwards. Throws as `checkWay` does. */
  prepare(): FileCounts;
  /** Commits the state and moves everything into place. `stamp` is the content of the stamp file. */
  finish(stamp: string): void;
}

export interface OutputOptions {
  readonly outputDir: string;
  readonly mode: SiteMode;
  /** Names the site: a folder whose stamp names another one is not ours. */
  readonly site: string;
  /** Every file is compared with what was written, whatever the stamp says. */
  readonly check: boolean;
  readonly log: Log;
}

/**
 * Opens the folder for one build, with what an earlier one staged. Call `completeMove` before. Throws OutputPlaceError,
 * ForeignOutputError, OtherSiteError.
 */
export function openOutput(state: SiteState, options: OutputOptions): Output {
  const { outputDir, mode } = options;
  const { files } = state;
  checkPlace(outputDir);
  checkKind(outputDir, mode);
  const changed = isBare(outputDir) ? 0 : meetFolder(state, options);
  files.disown();
  const fresh = isBare(outputDir);
  const staging = stagingOf(state, outputDir);
  const forgotten = fresh && files.forgetPlaced();
  const kept = resumeStaging(state, staging);
  makeNamedFolder(staging);
  if (mode === 'local') keepFromGit(staging);

  const declared = new Map<string, { readonly owner: string; readonly key: string }>();
  const taken = new Map<string, Set<string>>();
  const folders = new Set<string>();

  const drop = (path: string): void => {
    const file = files.find(path);
    if (file === undefined) return;
    if (file.hash !== file.placed) removeFile(staging, path, folders);
    files.drop(path);
  };
  const settle = (owner: string): void => {
    for (const path of taken.get(owner) ?? []) drop(path);
    taken.delete(owner);
  };
  const claim = (path: string): { readonly owner: string; readonly key: string } => {
    const entry = declared.get(path);
    if (entry === undefined) throw new TypeError(`file was not declared: ${path}`);
    declared.delete(path);
    return entry;
  };
  const findKey = (path: string): string | undefined => {
    const file = files.find(path);
    return file?.hash === undefined ? undefined : file.key;
  };
  return {
    staging,
    whole: kept && !forgotten && changed === 0,
    findKey,
    knows: (path, key) => findKey(path) === key,
    listOwners: files.listOwners,
    take(owner) {
      taken.set(owner, new Set(files.listPaths(owner)));
    },
    settle,
    abandon(owner) {
      for (const [path, entry] of declared) if (entry.owner === owner) declared.delete(path);
      taken.set(owner, new Set(files.listPaths(owner)));
    },
    declare(path, owner, key) {
      const known = files.find(path);
      if (known !== undefined) taken.get(known.owner)?.delete(path);
      if (known?.key === key && known.hash !== undefined) {
        if (known.owner !== owner) files.rename(path, owner, key);
        return false;
      }
      declared.set(path, { owner, key });
      return true;
    },
    put(path, content) {
      const entry = claim(path);
      const hash = contentHash(content);
      if (files.find(path)?.placed !== hash) writeStaged(path, content);
      const size = typeof content === 'string' ? Buffer.byteLength(content) : content.length;
      files.save(path, { ...entry, hash, size });
    },
    putStaged: (path, hash, size) => files.save(path, { ...claim(path), hash, size }),
    drop,
    prepare() {
      for (const path of declared.keys()) throw new TypeError(`file was declared and not made: ${path}`);
      for (const owner of [...taken.keys()]) settle(owner);
      // before anything says that this build is done
      if (!fresh) checkWay(state, outputDir);
      return files.count();
    },
    finish(stamp) {
      startMove(state, fresh, stamp);
      completeMove(state, outputDir);
    },
  };

  function writeStaged(path: string, content: string | Uint8Array): void {
    const file = join(staging, path);
    const folder = dirname(file);
    if (!folders.has(folder)) {
      mkdirSync(folder, { recursive: true });
      if (folders.size >= MOST_FOLDERS) folders.clear();
      folders.add(folder);
    }
    writeFileSync(file, content);
  }
}

/**
 * Finds out what of ours stands in a folder that is not empty. Returns how many files are not as they were written. A site of ours that
 * another memory built (this one was lost, or is an older one that was put back) is moved aside whole: what is in it is not known here.
 */
function meetFolder(state: SiteState, { outputDir, site, check, log }: OutputOptions): number {
  const stamp = readStamp(outputDir);
  const hasPlaced = state.files.hasPlaced();
  const inStep = hasPlaced && stamp !== undefined && stamp === state.findMeta('stamp');
  if (!inStep && findInStamp(stamp, 'site') !== site && !(hasPlaced && !isStamp(stamp) && holdsOurs(state, outputDir)))
    throw new ForeignOutputError(outputDir);
  if (!hasPlaced || (isStamp(stamp) && !hasBuilt(state, stamp))) {
    const memory = hasPlaced ? 'a newer memory than the one that is left' : 'a memory that is lost';
    log.info(
      `what stands in ${outputDir} was built with ${memory}: it is kept as ${moveAside(outputDir)}, which you can delete`,
    );
    return 0;
  }
  const quick = inStep && !check ? compareFolder(state, outputDir, 'top') : 0;
  // who took one file away may have taken others
  const wrong = quick + (inStep && !check && quick === 0 ? 0 : compareFolder(state, outputDir, 'all'));
  if (wrong > 0)
    log.info(
      `${outputDir} is not as it was left: ${wrong === 1 ? 'one of its files is gone or changed, and is' : `${wrong} of its files are gone or changed, and are`} made again`,
    );
  return wrong;
}

/** Whether any file of the site stands there as we wrote it. */
function holdsOurs(state: SiteState, outputDir: string): boolean {
  for (const { path, hash } of state.files.walkPlaced(true)) if (stands(join(outputDir, path), hash)) return true;
  return false;
}

/** Its new name. Throws OutputPlaceError when it cannot be moved. */
function moveAside(outputDir: string): string {
  for (let n = 1; ; n++) {
    const name = `${outputDir}.old${n === 1 ? '' : `-${n}`}`;
    if (lstatSync(name, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      renameSync(outputDir, name);
    } catch (error) {
      throw new OutputPlaceError(
        outputDir,
        `holds an older site of which nothing is remembered, and cannot be moved aside (${messageOf(error)})`,
      );
    }
    return name;
  }
}

/** Writes a build's files: first into a staging folder beside the output folder, then all of them into place. */
/** An interrupted build is either invisible or finished by the next one; files that we did not make are never touched. */

import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ForeignOutputError } from '../errors.ts';
import type { FileCounts } from './files.ts';
import { contentHash } from './keys.ts';
import { checkKind, keepFromGit, type SiteMode } from './kind.ts';
import { completeMove, STAMP, startMove } from './moving.ts';
import { removeFile, resumeStaging, stagingOf } from './staging.ts';
import type { SiteState } from './state.ts';

/** Folders in which every file is ours: what a build does not know there is removed when the state was lost. */
const OURS = ['c', 't', 'page', 'projects', 'agents', 'tags', 'search', 'pagefind', 'docs', 'about', 'assets'];
/** Folders that are remembered as made. */
const MOST_FOLDERS = 1000;

export interface Output {
  /** Where files wait: as they will stand in the output folder. */
  readonly staging: string;
  /** False: content that is known to the state was lost, so everything has to be looked at again. */
  readonly whole: boolean;
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
  /** Settles what is removed, so that counts are final. Nothing may be declared afterwards. */
  prepare(): FileCounts;
  /** Commits the state and moves everything into place. `stamp` is the content of the stamp file. */
  finish(stamp: string): void;
}

/** Opens the folder for one build, with what an earlier one staged. Call `completeMove` before. Throws ForeignOutputError, OtherSiteError. */
export function openOutput(state: SiteState, outputDir: string, mode: SiteMode): Output {
  checkKind(outputDir, mode);
  const { files } = state;
  const staging = stagingOf(outputDir);
  const fresh = !existsSync(outputDir) || readdirSync(outputDir).length === 0;
  const hadPlaced = files.hasPlaced();
  if (!fresh && !hadPlaced) {
    if (!existsSync(join(outputDir, STAMP))) throw new ForeignOutputError(outputDir);
    adoptFiles(state, outputDir);
  }
  const forgotten = fresh && files.forgetPlaced();
  const kept = resumeStaging(state, staging);
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
  return {
    staging,
    whole: kept && !forgotten,
    knows: (path, key) => {
      const file = files.find(path);
      return file?.key === key && file.hash !== undefined;
    },
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

/** Our files of which the state knows nothing: they go, but for those that this build makes again. */
function adoptFiles(state: SiteState, outputDir: string): void {
  for (const name of OURS) {
    const folder = join(outputDir, name);
    if (!existsSync(folder)) continue;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      state.files.adopt(
        join(entry.parentPath, entry.name)
          .slice(outputDir.length + 1)
          .replaceAll('\\', '/'),
      );
    }
  }
  rmSync(stagingOf(outputDir), { recursive: true, force: true });
}

/** The staging folder: finished files that wait for the end of their build, also over an interruption. */
/** What lies there is believed only after its bytes were compared with what the state remembers. */

import { existsSync, lstatSync, opendirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contentHash } from './keys.ts';
import type { SiteState } from './state.ts';

const META = 'staging';

/** The folder of this build, as the state knows it; a new name is one that nobody has. What somebody else put there is not touched. */
export function stagingOf(state: SiteState, outputDir: string): string {
  const known = state.findMeta(META);
  if (known !== undefined) return known;
  for (let n = 1; ; n++) {
    const name = `${outputDir}.tmp${n === 1 ? '' : `-${n}`}`;
    if (lstatSync(name, { throwIfNoEntry: false }) !== undefined) continue;
    state.setMeta(META, name);
    state.commit();
    return name;
  }
}

/** Whatever is left of it goes, and its name with it. */
export function removeStaging(state: SiteState, outputDir: string): void {
  rmSync(stagingOf(state, outputDir), { recursive: true, force: true });
  state.forgetMeta(META);
}

/** Takes over what an interrupted build left. False: some of it is lost, and has to be made again. */
export function resumeStaging(state: SiteState, staging: string): boolean {
  const { files } = state;
  let whole = true;
  for (const { path, hash } of files.walkWaiting()) {
    if (hash === undefined || holds(join(staging, path), hash)) continue;
    files.lose(path);
    whole = false;
  }
  if (!existsSync(staging)) return whole;
  for (const path of walkFiles(staging, '')) {
    const file = files.find(path);
    if (file?.hash === undefined || file.hash === file.placed) removeFile(staging, path);
  }
  return whole;
}

function holds(file: string, hash: string): boolean {
  return existsSync(file) && contentHash(readFileSync(file)) === hash;
}

/** Paths below `root`, with `/`. One folder is open at each level at a time. */
function* walkFiles(root: string, below: string): Generator<string> {
  const folder = opendirSync(join(root, below));
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) yield* walkFiles(root, path);
      else yield path;
    }
  } finally {
    folder.closeSync();
  }
}

/** Removes a file and the folders that it leaves empty. `made`: folders that somebody remembers; those that went are taken out. */
export function removeFile(root: string, path: string, made?: Set<string>): void {
  rmSync(join(root, path), { force: true });
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    try {
      rmdirSync(join(root, folder));
    } catch {
      // Not empty, or gone already: the folders above it stay as well.
      return;
    }
    made?.delete(join(root, folder));
  }
}

/** The files of the public site, in the order in which a host has to get them. */
/** What is named by its content first, what points to it later, checkpoints last: whoever looks meanwhile finds what he is told of. */

import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { isJsonObject, parseJson } from '../../base/json.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';

/** Says which site stands in a folder, and which build of it. */
export const MARKER = 'build.json';

export interface SiteMarker {
  readonly site: string;
  readonly visibility: string;
}

/** What a hand-over did. */
export interface HandedOver {
  /** Files. */
  readonly written: number;
  readonly removed: number;
  readonly unchanged: number;
  /** In one sentence. */
  readonly says: string;
}

/** Undefined: there is none that says so. */
export function parseMarker(text: string): SiteMarker | undefined {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return undefined; // somebody else's
  }
  if (!isJsonObject(value as never)) return undefined;
  const { site, visibility } = value as Readonly<Record<string, unknown>>;
  return typeof site === 'string' && typeof visibility === 'string' ? { site, visibility } : undefined;
}

export function findMarker(folder: string): SiteMarker | undefined {
  const file = join(folder, MARKER);
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() === true
    ? parseMarker(readFileSync(file, 'utf8'))
    : undefined;
}

/** The public site is there, and no file of the archive itself can be in it. Throws UsageError. */
export function requirePublicSite({ publicDir, archiveDir, shown }: Context): SiteMarker {
  const marker = findMarker(publicDir);
  if (marker?.visibility !== 'public')
    throw new UsageError(`there is no public site in ${shown(publicDir)}: "turnpress publish" makes one`);
  for (const [inner, outer] of [
    [archiveDir, publicDir],
    [publicDir, archiveDir],
  ] as const)
    if (!relative(outer, inner).startsWith('..'))
      throw new UsageError(`${shown(inner)} lies in ${shown(outer)}, and the archive never goes to a host`);
  return marker;
}

/** Paths below the folder, in the order in which they go out. Throws UsageError for what is no plain file. */
export function listSiteFiles(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.flatMap((entry) => {
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
    if (entry.isDirectory()) return [];
    if (!entry.isFile()) throw new UsageError(`${path} in ${folder} is no plain file, and only files go to a host`);
    return [path];
  });
  return paths.sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1));
}

/** What has a lower rank stands at a host before anything of a higher one goes there. */
export function rankOf(path: string): number {
  if (path === MARKER) return 4;
  if (path === 'archive/log/checkpoint' || path === 'archive/archive.json') return 3;
  if (path.startsWith('archive/')) return path.endsWith('/checkpoint') ? 2 : 0;
  return /^(?:assets|pagefind)\//.test(path) ? 0 : 1;
}

/** Finds the files that could hold sessions, by walking folders. */
/** A folder that could not be listed is a problem and an unknown, never an empty folder. */

import { type BigIntStats, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import type { Problem } from '../../base/log.ts';
import type { Importer } from '../kit/importer.ts';
import { isMissing } from './source-file.ts';

export interface FoundFile {
  /** Absolute, symbolic links of the given folder resolved. */
  readonly path: string;
  /** The folder that was walked; files beside the source are read inside it only. */
  readonly root: string;
  readonly size: number;
  readonly mtimeNs: bigint;
  /** Named by the person, not found in a folder. */
  readonly named: boolean;
}

export interface Discovery {
  /** Sorted by path. */
  readonly files: readonly FoundFile[];
  /** Folders that were walked. */
  readonly roots: readonly string[];
  /** Folders below them that could not be listed. */
  readonly unlisted: readonly string[];
  readonly problems: readonly Problem[];
}

export interface DiscoverOptions {
  /** Files and folders; absent: every importer's own folders, which need not exist. */
  readonly paths?: readonly string[];
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Walks without following symbolic links. Files are taken by name only; what they hold is found out later. */
export function discover(importers: readonly Importer[], options: DiscoverOptions): Discovery {
  const found = new Map<string, FoundFile>();
  const roots = new Set<string>();
  const unlisted: string[] = [];
  const problems: Problem[] = [];
  const starts = options.paths ?? importers.flatMap((importer) => importer.roots(options.home, options.env));
  for (const start of new Set(starts)) {
    const real = realPath(start, options.paths !== undefined, problems);
    const stat = real === undefined ? undefined : statOf(real, problems);
    if (real === undefined || stat === undefined) continue;
    if (stat.isDirectory()) {
      if (roots.has(real)) continue;
      roots.add(real);
      walk(real, importers, found, unlisted, problems);
    } else if (stat.isFile()) {
      found.set(real, fileOf(real, real.slice(0, real.lastIndexOf(sep)) || sep, stat, true));
    } else problems.push({ code: 'NOT_A_FILE', file: start, message: 'this is neither a file nor a folder' });
  }
  const files = [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, roots: [...roots].sort(), unlisted, problems };
}

/** Whether a walk has looked where `path` would stand: its absence there means that it is gone. */
export function wasLookedFor(discovery: Discovery, path: string): boolean {
  const below = (folder: string) => path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  return discovery.roots.some(below) && !discovery.unlisted.some(below);
}

function walk(
  root: string,
  importers: readonly Importer[],
  found: Map<string, FoundFile>,
  unlisted: string[],
  problems: Problem[],
): void {
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    let entries: ReturnType<typeof listFolder>;
    try {
      entries = listFolder(folder);
    } catch (error) {
      unlisted.push(folder);
      problems.push({
        code: 'UNLISTED_FOLDER',
        file: folder,
        message: `the folder could not be listed: ${messageOf(error)}`,
      });
      continue;
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() && !found.has(path) && importers.some((importer) => importer.matchesPath(path))) {
        const stat = statOf(path, problems);
        if (stat !== undefined) found.set(path, fileOf(path, root, stat, false));
      }
    }
  }
}

function listFolder(folder: string) {
  return readdirSync(folder, { withFileTypes: true });
}

function fileOf(path: string, root: string, stat: BigIntStats, named: boolean): FoundFile {
  return { path, root, size: Number(stat.size), mtimeNs: stat.mtimeNs, named };
}

function realPath(path: string, expected: boolean, problems: Problem[]): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (expected || !isMissing(error)) {
      problems.push({ code: 'NO_SUCH_PATH', file: path, message: `cannot be read: ${messageOf(error)}` });
    }
    return undefined;
  }
}

function statOf(path: string, problems: Problem[]): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true });
  } catch (error) {
    problems.push({ code: 'UNREADABLE', file: path, message: `cannot be read: ${messageOf(error)}` });
    return undefined;
  }
}

/** Which of the two sites a folder holds, and what keeps the private one out of git. */
/** Said by the stamp in the folder, so that it is known also when the state is lost. */

import { lstatSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OtherSiteError } from '../errors.ts';
import { COPIES, findInStamp, IGNORE_ALL, readStamp } from './folder.ts';

export type SiteMode = 'local' | 'public';

/** The content of the stamp file. */
export function stampOf(build: string, site: string, mode: SiteMode, basePath: string): string {
  return `${JSON.stringify({ build, site, visibility: visibilityOf(mode), ...(basePath !== '' && { basePath }) })}\n`;
}

/** What the pages in a folder have in front of their addresses; nothing for a folder that nobody built. */
export function readBasePath(outputDir: string): string {
  const basePath = findInStamp(readStamp(outputDir), 'basePath') ?? '';
  return BASE_PATH.test(basePath) ? basePath : '';
}

/** Sites of copies that a build of ours wrote below a private site. */
export function listCopySites(outputDir: string): readonly { readonly name: string; readonly folder: string }[] {
  const folder = join(outputDir, COPIES);
  const isFolder = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder(outputDir) || !isFolder(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true }).filter((each) => each.isDirectory());
  return names
    .map(({ name }) => ({ name, folder: join(folder, name) }))
    .filter((each) => findInStamp(readStamp(each.folder), 'visibility') === 'private');
}

const BASE_PATH = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$/;

/** Throws OtherSiteError for a folder that says it holds the other site. */
export function checkKind(outputDir: string, mode: SiteMode): void {
  const holds = findInStamp(readStamp(outputDir), 'visibility');
  if ((holds === 'private' || holds === 'public') && holds !== visibilityOf(mode))
    throw new OtherSiteError(outputDir, holds);
}

export function keepFromGit(folder: string): void {
  writeFileSync(join(folder, IGNORE_ALL.path), IGNORE_ALL.content);
}

function visibilityOf(mode: SiteMode): 'private' | 'public' {
  return mode === 'local' ? 'private' : 'public';
}

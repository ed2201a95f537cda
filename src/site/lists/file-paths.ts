/** How a changed file is called on a page, and where it stands: its path in its project, its place on its folder's pages. */
/** Folder and name are kept apart, because a page holds the files of one folder. */

import type { SiteState } from '../state/state.ts';
import type { FilePlace } from '../state/work/edits.ts';
import { fileUrl } from '../urls.ts';

/** Files on one page of a folder. */
export const FILES_PER_PAGE = 100;

export function pathOf(folder: string, file: string): string {
  return folder === '' ? file : `${folder}/${file}`;
}

export function fileAddress({ edits }: SiteState, place: FilePlace): string {
  const { project, folder, file } = place;
  return fileUrl(project, folder, file, Math.floor(edits.rankOf(place) / FILES_PER_PAGE) + 1);
}

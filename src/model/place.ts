/** Where a conversation was held, and which place a rule of the configuration means. */
/** Pure. A place is a whole folder or a repository, never the last word of a path: many folders are called `api`. */

import type { Meta } from './conversation.ts';

export interface Place {
  /** As meta has it, `/` between names. Undefined: nobody knows. */
  readonly folder?: string;
  /** Host and path, as `remoteName` gives them. Undefined: none is known for this folder. */
  readonly remote?: string;
}

/** At least one: a conversation that names no folder was held somewhere. */
export function listPlaces(meta: Meta): readonly Place[] {
  const remote = meta.git?.remote === undefined ? undefined : remoteName(meta.git.remote);
  const folders = new Set([meta.cwd, ...(meta.folders ?? [])].flatMap((each) => (each ? [folderName(each)] : [])));
  const own = meta.cwd === undefined ? undefined : folderName(meta.cwd);
  if (folders.size === 0) return [remote === undefined ? {} : { remote }];
  // of the other folders nobody knows to which repository they belong
  return [...folders].sort().map((folder) => ({ folder, ...(folder === own && remote !== undefined && { remote }) }));
}

/** What a rule calls a project: `folder` with all below it, `remote`, `any`, or a mere `name`, which could be anybody's. */
export type ProjectPattern =
  | { readonly kind: 'folder' | 'remote' | 'name'; readonly text: string; readonly open: boolean }
  | { readonly kind: 'any' };

export function parseProject(project: string): ProjectPattern {
  if (project === '*') return { kind: 'any' };
  const open = project.endsWith('*');
  const text = open ? project.slice(0, -1) : project;
  if (/^(?:[~/\\]|[A-Za-z]:[\\/])/.test(text))
    return { kind: 'folder', text: open ? slashes(text) : folderName(text), open };
  const remote = remoteName(text, open);
  if (/^[^/]*[.:][^/]*\/./.test(remote)) return { kind: 'remote', text: remote, open };
  return { kind: 'name', text, open };
}

export function isIn(place: Place, pattern: ProjectPattern): boolean {
  if (pattern.kind === 'any') return place.folder !== undefined || place.remote !== undefined;
  const { kind, text, open } = pattern;
  const fits = (value: string): boolean => (open ? value.startsWith(text) : value === text);
  if (kind === 'remote') return place.remote !== undefined && fits(place.remote);
  if (kind === 'folder')
    return place.folder !== undefined && (fits(place.folder) || (!open && isBelow(place.folder, text)));
  return [place.folder, place.remote].some((value) => value?.split('/').some(fits) === true);
}

/** `host/path` of any spelling of a repository's address: without protocol, user, port and `.git`. */
function remoteName(remote: string, open = false): string {
  const short = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)(?!\d+\/)(.+)$/.exec(remote);
  const plain = short === null ? remote.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '') : `${short[1]}/${short[2]}`;
  const [host = '', ...path] = plain.replace(/^[^@/]*@/, '').split('/');
  const name = [host.toLowerCase().replace(/:\d+$/, ''), ...path.filter((each, i) => each !== '' || i > 0)].join('/');
  return open ? name : name.replace(/\/+$/, '').replace(/\.git$/, '');
}

/** One spelling: a home folder is `~`, whoever it belongs to, as it is when sessions are read. */
function folderName(folder: string): string {
  return slashes(folder).replace(/(?<=.)\/+$/, '');
}

function slashes(folder: string): string {
  return folder.replace(/\\/g, '/').replace(/^(?:[A-Za-z]:)?\/(?:home|Users)\/[^/]+(?=\/|$)/, '~');
}

function isBelow(folder: string, above: string): boolean {
  return folder.startsWith(above.endsWith('/') ? above : `${above}/`);
}

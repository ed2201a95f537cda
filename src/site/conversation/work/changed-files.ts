/** Which files a tool call changes, and where they are in their project. */
/** Agents name them in an argument or in a patch, whole or from the folder they work in; what a shell did to files is not known. */

import { isJsonObject } from '../../../base/json.ts';
import type { Meta } from '../../../model/conversation.ts';
import type { ToolCallPart } from '../../../model/item.ts';
import { listArgumentNames, walkArguments } from '../../../model/tool-arguments.ts';
import { plainName } from '../../render/names.ts';
import type { FilePlace } from '../../state/work/edits.ts';

const PATHS = listArgumentNames('path');
const PATCHES = ['patch', 'diff', 'input'];
/** Characters of a patch in which files are looked for, and files of one call. */
const MOST_PATCH = 256 * 1024;
const MOST_FILES = 100;
const NAMED = /^(?:\*\*\* (?:Add|Update|Delete) File: |\+\+\+ (?:b\/)?)([^\n\t]+)/gm;

/** As the call names them, each once. */
export function walkChangedPaths({ tool, arguments: given }: ToolCallPart): ReadonlySet<string> {
  if (tool !== 'edit' && tool !== 'write') return new Set();
  const [path] = walkArguments(given, PATHS);
  if (path !== undefined && path !== '') return new Set([path]);
  const patches = isJsonObject(given) ? [...walkArguments(given, PATCHES)] : typeof given === 'string' ? [given] : [];
  const named = patches.flatMap((patch) =>
    [...patch.slice(0, MOST_PATCH).matchAll(NAMED)].map(([, name = '']) => name),
  );
  return new Set(named.filter((name) => name !== '/dev/null' && name.trim() !== '').slice(0, MOST_FILES));
}

/** From the folder that the conversation was held in; a file elsewhere keeps its whole path. */
export function placeOfFile(path: string, { cwd, folders = [] }: Meta): Pick<FilePlace, 'folder' | 'file'> {
  const whole = slashes(path);
  const home = [...(cwd === undefined ? [] : [cwd]), ...folders]
    .map((folder) => `${slashes(folder).replace(/\/+$/, '')}/`)
    .sort((a, b) => b.length - a.length)
    .find((folder) => folder.length > 1 && whole.startsWith(folder));
  const own = (home === undefined ? whole : whole.slice(home.length)).replace(/^(?:\.\/)+/, '');
  const cut = own.lastIndexOf('/');
  return { folder: plainName(own.slice(0, Math.max(0, cut))), file: plainName(own.slice(cut + 1)) || '(unnamed)' };
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/');
}

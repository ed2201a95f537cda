/** Paths of a call as somebody in the project's folder would write them. */
/** Only what an argument's name says is a path; commands and texts stay as they were said. */

import { isJsonObject, type JsonValue } from '../../../base/json.ts';
import type { ToolCallPart } from '../../../model/item.ts';
import { listArgumentNames } from '../../../model/tool-arguments.ts';

/** The call with paths below one of `folders` from there on; the call itself when there is none. */
export function shortenPaths(call: ToolCallPart, folders: readonly string[] = []): ToolCallPart {
  const given = call.arguments;
  if (folders.length === 0 || !isJsonObject(given)) return call;
  let short: Record<string, JsonValue> | undefined;
  for (const name of PATH_NAMES) {
    const path = Object.hasOwn(given, name) ? given[name] : undefined;
    const shown = typeof path === 'string' ? shortenPath(path, folders) : path;
    if (shown === path || shown === undefined) continue;
    short ??= { ...given };
    short[name] = shown;
  }
  return short === undefined ? call : { ...call, arguments: short };
}

/** The longest folder that it is below counts: a worktree stands inside the project's folder. */
export function shortenPath(path: string, folders: readonly string[]): string {
  let base = '';
  for (const folder of folders) if (folder.length > base.length && isBelow(path, folder)) base = folder;
  if (base === '') return path;
  return path.length === base.length ? '.' : path.slice(base.length + 1);
}

/** Where the name begins behind its folders, whichever way the system writes them; 0 where it has none. */
export function nameStart(path: string): number {
  return Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;
}

function isBelow(path: string, folder: string): boolean {
  if (folder.length < 2 || !path.startsWith(folder)) return false;
  return path.length === folder.length || path[folder.length] === '/' || path[folder.length] === '\\';
}

const PATH_NAMES = [...listArgumentNames('path', 'folder'), 'dir_path', 'directory'];

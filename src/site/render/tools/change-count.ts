/** Which files a call changed, and by how many lines. */
/** From what the tool said it did, else from what it was asked to do: by counting lines, which is cheap enough for every call of a build. */

import type { JsonValue } from '../../../base/json.ts';
import type { ToolCallPart, ToolCallResponsePart } from '../../../model/item.ts';
import type { FileChange } from '../../state/pages/told.ts';
import { countLines } from '../text/long-text.ts';
import { findList, findPath, findString, findText } from './arguments.ts';

/** Of calls of the kinds `edit` and `write`, and of patches; none for any other, and for one that failed. */
export function countChanges(call: ToolCallPart, answer: ToolCallResponsePart | undefined): readonly FileChange[] {
  if (answer !== undefined && answer.status !== 'ok') return [];
  if (call.tool !== 'edit' && call.tool !== 'write') return [];
  const { arguments: given } = call;
  const path = findPath(given) ?? '';
  const patch = findPatch(given);
  const told = answer?.diff;
  // A patch names files as the agent does; what the tool says of it names them from the root of the disk.
  if (patch !== undefined) return countPatch(patch);
  if (typeof told === 'string' && told !== '') {
    const changes = countPatch(told);
    return path === '' || changes.length > 1 ? changes : changes.map((one) => ({ ...one, path }));
  }
  const content = findString(given, 'content', 'contents', 'file_text', 'text');
  if (content !== undefined) return [{ path, added: countLines(content), removed: 0 }];
  const edits = [given, ...(findList(given, 'edits') ?? []).slice(0, MOST_EDITS)].map(countEdit);
  const sum = (of: 'added' | 'removed'): number => edits.reduce((all, edit) => all + edit[of], 0);
  return [{ path, added: sum('added'), removed: sum('removed') }];
}

/** The files that a call asks to change, as it names them, each once: known before there is a result. */
export function listChangedPaths({ tool, arguments: given }: ToolCallPart): readonly string[] {
  if (tool !== 'edit' && tool !== 'write') return [];
  const patch = findPatch(given);
  if (patch === undefined) return [findPath(given)].filter((path) => path !== undefined);
  const named = patch.matchAll(FILES).map(([, path = '']) => path);
  return [...new Set(named.filter((path) => path.trim() !== '').take(MOST_FILES))];
}

const MOST_EDITS = 1_000;
/** Of one call. */
const MOST_FILES = 100;
/** A patch begins within its first characters. */
const PATCH_START = 64 * 1024;

/** A patch given as text: unified, git's or Codex'. */
export function findPatch(value: JsonValue): string | undefined {
  const patch = typeof value === 'string' ? value : findText(value, 'patch', 'diff', 'input');
  return patch !== undefined && /^(?:\*\*\* |--- |diff |@@)/m.test(patch.slice(0, PATCH_START)) ? patch : undefined;
}

/** Lines by file, in the order of the patch; what stands before the first name is of a file without one. */
function countPatch(patch: string): readonly FileChange[] {
  const found = new Map<string, { added: number; removed: number }>();
  let counts: { added: number; removed: number } | undefined;
  const unnamed = { added: 0, removed: 0 };
  for (const line of patch.split('\n')) {
    const path = FILE.exec(line)?.[1];
    if (path !== undefined) {
      counts = found.get(path) ?? { added: 0, removed: 0 };
      found.set(path, counts);
    } else if (!HEAD.test(line) && (line.startsWith('+') || line.startsWith('-'))) {
      counts ??= unnamed;
      if (line.startsWith('+')) counts.added++;
      else counts.removed++;
    }
  }
  if (unnamed.added + unnamed.removed > 0) found.set('', unnamed);
  return [...found].map(([path, { added, removed }]) => ({ path, added, removed }));
}

const FILE = /^(?:\*\*\* (?:Add|Update|Delete) File: |\+\+\+ (?!\/dev\/null)(?:b\/)?)([^\t\r\n]+)/;
const FILES = new RegExp(FILE, 'gm');
const HEAD = /^(?:--- |\+\+\+ )/;

/** Old and new text without the lines that both begin and end with. */
function countEdit(value: JsonValue): { readonly added: number; readonly removed: number } {
  const before = findString(value, 'old_string', 'oldString', 'old_str', 'oldText', 'old_text') ?? '';
  const after = findString(value, 'new_string', 'newString', 'new_str', 'newText', 'new_text') ?? '';
  const [old, now] = [before, after].map((text) => (text === '' ? [] : text.replace(/\n$/, '').split('\n')));
  if (old === undefined || now === undefined) return { added: 0, removed: 0 };
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < shorter - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  return { added: now.length - head - tail, removed: old.length - head - tail };
}

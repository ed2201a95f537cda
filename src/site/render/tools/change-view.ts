/** Calls that change a file: what they change, as a diff, and what they write. */
/** Agents say it as pairs of old and new text, as a list of them, as a patch, or as the whole file. */

import { type SafeHtml, trustHtml } from '../../../base/html.ts';
import type { JsonValue } from '../../../base/json.ts';
import type { ToolCallPart } from '../../../model/item.ts';
import type { Allowance } from '../allowance.ts';
import { scrollBlock } from '../code.ts';
import { highlightCode, languageOfPath } from '../highlight.ts';
import { cutMiddle, leftOutSentence } from '../text/long-text.ts';
import { findList, findPath, findString, findText } from './arguments.ts';
import { type CallView, viewJson } from './call-view.ts';
import { findPatch } from './change-count.ts';
import { diffTexts, joinDiffs, readDiff, renderDiff } from './diff-view.ts';

export function viewWrite(call: ToolCallPart, allowance: Allowance): CallView {
  const { arguments: given } = call;
  const content = findString(given, 'content', 'contents', 'file_text', 'text');
  if (content === undefined) return viewEdit(call, allowance);
  const path = findPath(given) ?? '';
  const language = content.length > 64 * 1024 ? undefined : languageOfPath(path);
  return {
    detail: path,
    get body() {
      const code = cutMiddle(content, (piece) => highlightCode(piece, language, allowance), allowance);
      return scrollBlock('code', 'Contents', code);
    },
  };
}

export function viewEdit(call: ToolCallPart, allowance: Allowance): CallView {
  if (!statesChange(call)) return viewJson(call.arguments, allowance);
  const patch =
    typeof call.arguments === 'string' ? call.arguments : findText(call.arguments, 'patch', 'diff', 'input');
  return {
    detail: findPath(call.arguments) ?? (patch === undefined ? '' : pathsOfPatch(patch)),
    get body() {
      const diff = findChange(call, allowance);
      return diff === undefined ? undefined : renderDiff(diff);
    },
  };
}

/** Files that a Codex or unified patch names. */
function pathsOfPatch(patch: string): string {
  const named = [
    ...patch.slice(0, PATCH_START).matchAll(/^(?:\*\*\* (?:Add|Update|Delete) File: |\+\+\+ (?:b\/)?)([^\n\t]+)/gm),
  ];
  const paths = [...new Set(named.map((match) => match[1] ?? ''))];
  return paths.length > 3 ? `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more` : paths.join(', ');
}

/** Whether the arguments of a call say what it changes, so that `findChange` will show it. Asked for each answer: cheap. */
function statesChange(call: ToolCallPart): boolean {
  return findPatch(call.arguments) !== undefined || findEdits(call.arguments, 1).length > 0;
}

/** Whether `diff`, which the tool gave, holds every line that the call asked for, so that the call's own need not be shown beside it. */
export function repeatsChange(call: ToolCallPart, diff: string): boolean {
  const patch = findPatch(call.arguments);
  const asked =
    patch === undefined
      ? findEdits(call.arguments, MOST_EDITS).flatMap(([, after]) => after.split('\n'))
      : patch.split('\n').flatMap((line) => (/^\+(?!\+\+ )/.test(line) ? [line.slice(1)] : []));
  const told = new Set(diff.split('\n').map((line) => line.slice(1)));
  return asked.length > 0 && asked.every((line) => line === '' || told.has(line));
}

/** The change that an edit asks for; undefined when its arguments do not say. */
function findChange(call: ToolCallPart, allowance: Allowance): SafeHtml | undefined {
  const patch = findPatch(call.arguments);
  if (patch !== undefined) return readDiff(patch, allowance);
  const edits = findEdits(call.arguments, MOST_EDITS);
  if (edits.length === 0) return undefined;
  const views: SafeHtml[] = [];
  // All of them together are as long as one text may be.
  let { longest } = allowance;
  for (const [before, after] of edits) {
    if (longest <= 0) break;
    const view = diffTexts(before, after, { ...allowance, longest });
    views.push(view);
    longest -= view.length;
  }
  const joined = joinDiffs(views);
  const unread = Math.max(0, (findList(call.arguments, 'edits')?.length ?? 0) - MOST_EDITS);
  const left = edits.length - views.length + unread;
  if (left === 0) return joined;
  const notice = `<span class="cut">${leftOutSentence(left, allowance, 'edit')}</span>\n`;
  return trustHtml(joined + notice);
}

/** Of one call. */
const MOST_EDITS = 1_000;
/** A patch begins within its first characters. */
const PATCH_START = 64 * 1024;

/** Pairs of old and new text: the first `most`, looked for among the first of the list. */
function findEdits(value: JsonValue, most: number): readonly [string, string][] {
  const own = findEdit(value);
  const listed = (findList(value, 'edits') ?? [])
    .slice(0, MOST_EDITS)
    .map(findEdit)
    .filter((edit) => edit !== undefined);
  return (own === undefined ? listed : [own, ...listed]).slice(0, most);
}

function findEdit(value: JsonValue): [string, string] | undefined {
  const before = findString(value, 'old_string', 'oldString', 'old_str', 'oldText', 'old_text');
  const after = findString(value, 'new_string', 'newString', 'new_str', 'newText', 'new_text');
  return before === undefined && after === undefined ? undefined : [before ?? '', after ?? ''];
}

/** How each kind of tool call is shown: one row a kind, its line and what folds out below it. */
/** The kind decides, never the agent's name of the tool: `Bash`, `shell` and `run_shell_command` look the same. */

import { type SafeHtml, trustHtml } from '../../../base/html.ts';
import { isJsonObject, type JsonValue } from '../../../base/json.ts';
import { findRow } from '../../../base/rows.ts';
import type { ToolCallPart, ToolKind } from '../../../model/item.ts';
import type { Allowance } from '../allowance.ts';
import { scrollBlock } from '../code.ts';
import { highlightCode, languageOfPath } from '../highlight.ts';
import { renderMarkdown } from '../markdown.ts';
import { countLines, countOf, cutEnd, cutMiddle, leftOutSentence } from '../text/long-text.ts';
import { visibleText } from '../text/visible-text.ts';
import { findCommand, findList, findNumber, findPath, findString, findText, otherMembers } from './arguments.ts';
import { type DiffView, diffTexts, joinDiffs, readDiff, renderDiff, renderDiffCount } from './diff-view.ts';
import { renderJson } from './json-view.ts';

/** Members below `detail` may be made when they are asked for: feeds ask for the line alone. Read each once. */
export interface CallView {
  /** What the call is about, plain text of one line: a command, a path, a pattern. Empty when nothing is known. */
  readonly detail: string;
  /** Behind the detail: ranges, counts. */
  readonly more?: SafeHtml | undefined;
  /** What folds out. Absent: the line says all. */
  readonly body?: SafeHtml | undefined;
  readonly open?: boolean;
}

interface ToolKindRow {
  /** What its answers are called. */
  readonly answer: string;
  /** Its answers are prose that a model wrote. */
  readonly proseAnswer: boolean;
  /** A short answer stands open; where it only says that all went well it stays folded. */
  readonly openAnswer: boolean;
  view(call: ToolCallPart, allowance: Allowance): CallView;
}

export function viewCall(call: ToolCallPart, allowance: Allowance): CallView {
  return kindOf(call).view(call, allowance);
}

export function kindOf(call: ToolCallPart): ToolKindRow {
  // A kind from a later version of the format is shown like any other tool.
  return findRow(TOOL_KINDS, call.tool) ?? TOOL_KINDS.other;
}

/** Whether the arguments of a call say what it changes, so that `findChange` will show it. Asked for each answer: cheap. */
export function statesChange(call: ToolCallPart): boolean {
  return findPatch(call.arguments) !== undefined || findEdits(call.arguments, 1).length > 0;
}

/** The change that an edit asks for; undefined when its arguments do not say. */
function findChange(call: ToolCallPart, allowance: Allowance): DiffView | undefined {
  const patch = findPatch(call.arguments);
  if (patch !== undefined) return readDiff(patch, allowance);
  const edits = findEdits(call.arguments, MOST_EDITS);
  if (edits.length === 0) return undefined;
  const views: DiffView[] = [];
  // All of them together are as long as one text may be.
  let { longest } = allowance;
  for (const [before, after] of edits) {
    if (longest <= 0) break;
    const view = diffTexts(before, after, { ...allowance, longest });
    views.push(view);
    longest -= view.body.length;
  }
  const joined = joinDiffs(views);
  const unread = Math.max(0, (findList(call.arguments, 'edits')?.length ?? 0) - MOST_EDITS);
  const left = edits.length - views.length + unread;
  if (left === 0) return joined;
  const notice = `<span class="cut">${leftOutSentence(left, allowance, 'edit')}</span>\n`;
  return { ...joined, body: trustHtml(joined.body + notice) };
}

/** Of one call. */
const MOST_EDITS = 1_000;
/** A patch begins within its first characters. */
const PATCH_START = 64 * 1024;

/** A patch given as text: unified, git's or Codex'. */
function findPatch(value: JsonValue): string | undefined {
  const patch = typeof value === 'string' ? value : findText(value, 'patch', 'diff', 'input');
  return patch !== undefined && /^(?:\*\*\* |--- |diff |@@)/m.test(patch.slice(0, PATCH_START)) ? patch : undefined;
}

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

const TOOL_KINDS: Readonly<Record<ToolKind, ToolKindRow>> = {
  shell: { answer: 'Output', proseAnswer: false, openAnswer: true, view: viewShell },
  read: { answer: 'Contents', proseAnswer: false, openAnswer: false, view: viewRead },
  write: { answer: 'Result', proseAnswer: false, openAnswer: false, view: viewWrite },
  edit: { answer: 'Result', proseAnswer: false, openAnswer: false, view: viewEdit },
  search: { answer: 'Matches', proseAnswer: false, openAnswer: true, view: viewSearch },
  fetch: { answer: 'Page', proseAnswer: true, openAnswer: true, view: viewFetch },
  task: { answer: 'Report', proseAnswer: true, openAnswer: true, view: viewTask },
  todo: { answer: 'Result', proseAnswer: false, openAnswer: false, view: viewTodo },
  mcp: { answer: 'Result', proseAnswer: false, openAnswer: true, view: viewOther },
  other: { answer: 'Result', proseAnswer: false, openAnswer: true, view: viewOther },
};

const PROSE = { breaks: true, bare: false } as const;
const OPEN_DIFF_LINES = 24;

function oneLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

function more(text: string): SafeHtml {
  return trustHtml(` <span class="more">${visibleText(cutEnd(text, LONGEST_MORE))}</span>`);
}

/** In characters. */
const LONGEST_MORE = 1_000;

function viewShell({ arguments: given }: ToolCallPart, allowance: Allowance): CallView {
  const command = findCommand(given);
  if (command === undefined) return viewJson(given, allowance);
  const purpose = findText(given, 'description', 'justification');
  const line = oneLine(command);
  const whole = command.trim();
  return {
    detail: line,
    ...(purpose === undefined ? {} : { more: more(purpose) }),
    get body() {
      if (whole.length <= 90 && whole === line) return undefined;
      const code = cutMiddle(whole, (piece) => highlightCode(piece, 'bash', allowance), allowance);
      return scrollBlock('command', 'Command', code);
    },
  };
}

function viewRead({ arguments: given }: ToolCallPart, allowance: Allowance): CallView {
  const path = findPath(given) ?? findText(given, 'uri', 'url');
  if (path === undefined) return viewJson(given, allowance);
  const from = findNumber(given, 'offset', 'start_line', 'startLine', 'line');
  const count = findNumber(given, 'limit');
  const to = findNumber(given, 'end_line', 'endLine') ?? (count === undefined ? undefined : (from ?? 1) + count - 1);
  const range = from === undefined && to === undefined ? undefined : `lines ${from ?? 1}\u2013${to ?? 'end'}`;
  return { detail: path, ...(range === undefined ? {} : { more: more(range) }) };
}

function viewWrite(call: ToolCallPart, allowance: Allowance): CallView {
  const { arguments: given } = call;
  const content = findString(given, 'content', 'contents', 'file_text', 'text');
  if (content === undefined) return viewEdit(call, allowance);
  const path = findPath(given) ?? '';
  const language = content.length > 64 * 1024 ? undefined : languageOfPath(path);
  return {
    detail: path,
    get more() {
      return more(countOf(countLines(content), 'line'));
    },
    get body() {
      const code = cutMiddle(content, (piece) => highlightCode(piece, language, allowance), allowance);
      return scrollBlock('code', 'Contents', code);
    },
  };
}

function viewEdit(call: ToolCallPart, allowance: Allowance): CallView {
  if (!statesChange(call)) return viewJson(call.arguments, allowance);
  let found: DiffView | undefined;
  const change = (): DiffView | undefined => {
    found ??= findChange(call, allowance);
    return found;
  };
  const patch =
    typeof call.arguments === 'string' ? call.arguments : findText(call.arguments, 'patch', 'diff', 'input');
  return {
    detail: findPath(call.arguments) ?? (patch === undefined ? '' : pathsOfPatch(patch)),
    get more() {
      const diff = change();
      return diff === undefined ? undefined : renderDiffCount(diff);
    },
    get body() {
      const diff = change();
      return diff === undefined ? undefined : renderDiff(diff);
    },
    get open() {
      return (change()?.lines ?? 0) <= OPEN_DIFF_LINES;
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

function viewSearch({ arguments: given }: ToolCallPart, allowance: Allowance): CallView {
  const pattern = findText(given, 'pattern', 'query', 'regex', 'q', 'path');
  if (pattern === undefined) return viewJson(given, allowance);
  const where = [findText(given, 'path', 'dir_path', 'directory'), findText(given, 'glob', 'include', 'type')];
  const places = where.filter((place) => place !== undefined && place !== pattern);
  return { detail: oneLine(pattern), ...(places.length === 0 ? {} : { more: more(`in ${places.join(', ')}`) }) };
}

function viewFetch({ arguments: given }: ToolCallPart, allowance: Allowance): CallView {
  const target = findText(given, 'url', 'query', 'uri', 'q');
  if (target === undefined) return viewJson(given, allowance);
  const question = findText(given, 'prompt');
  return {
    detail: oneLine(target),
    get body() {
      if (question === undefined) return undefined;
      return trustHtml(`<div class="plain">${cutMiddle(question, visibleText, allowance)}</div>`);
    },
  };
}

function viewTask({ arguments: given }: ToolCallPart, allowance: Allowance): CallView {
  const prompt = findText(given, 'prompt', 'message', 'task', 'instructions');
  const title = findText(given, 'description', 'title', 'name', 'subject');
  if (prompt === undefined && title === undefined) return viewJson(given, allowance);
  const kind = findText(given, 'subagent_type', 'agent_type', 'agent');
  return {
    detail: oneLine(title ?? prompt ?? ''),
    ...(kind === undefined ? {} : { more: more(kind) }),
    get body() {
      if (prompt === undefined) return undefined;
      return trustHtml(`<div class="prose" dir="auto">${renderMarkdown(prompt, PROSE, allowance)}</div>`);
    },
  };
}

function viewTodo({ arguments: given }: ToolCallPart, allowance: Allowance): CallView {
  const list = findList(given, 'todos', 'plan', 'items', 'tasks');
  if (list === undefined) {
    const subject = findText(given, 'subject', 'title', 'content', 'description', 'taskId', 'id');
    const state = findText(given, 'status');
    if (subject === undefined) return viewJson(given, allowance);
    return { detail: oneLine(subject), ...(state === undefined ? {} : { more: more(spell(state)) }) };
  }
  const done = list.filter((entry) => stateOf(entry) === 'done').length;
  return {
    detail: `${done} of ${list.length} done`,
    get body() {
      return renderTodos(list, allowance);
    },
    open: true,
  };
}

/** All of them together are as long as one text may be. */
function renderTodos(list: readonly JsonValue[], allowance: Allowance): SafeHtml {
  let items = '';
  for (const [i, entry] of list.entries()) {
    const label = findText(entry, 'content', 'step', 'title', 'text', 'description', 'subject') ?? '';
    const state = stateOf(entry);
    items += `<li class="todo ${state}"><span class="task ${state}" role="img" aria-label="${STATES[state]}"></span> ${visibleText(cutEnd(label, LONGEST_MORE))}</li>`;
    if (items.length > allowance.longest && i + 1 < list.length) {
      items += `<li class="todo">${leftOutSentence(list.length - i - 1, allowance, 'entry', 'entries')}</li>`;
      break;
    }
  }
  return trustHtml(`<ul class="todos">${items}</ul>`);
}

const STATES = { done: 'done', active: 'in progress', open: 'to do', dropped: 'dropped' } as const;

function stateOf(entry: JsonValue): keyof typeof STATES {
  const state = findText(entry, 'status', 'state') ?? '';
  if (/^(?:completed?|done)$/.test(state)) return 'done';
  if (/^in[_ -]?progress|active|doing$/.test(state)) return 'active';
  return /^(?:cancell?ed|dropped|deleted)$/.test(state) ? 'dropped' : 'open';
}

function spell(state: string): string {
  return state.replaceAll('_', ' ');
}

function viewOther({ arguments: given }: ToolCallPart, allowance: Allowance): CallView {
  const plan = findText(given, 'plan');
  if (plan !== undefined && otherMembers(given, ['plan']) === undefined) {
    return {
      detail: '',
      get body() {
        return trustHtml(`<div class="prose" dir="auto">${renderMarkdown(plan, PROSE, allowance)}</div>`);
      },
      open: true,
    };
  }
  return viewJson(given, allowance);
}

/** The first short text among the arguments as detail, all of them folded. */
function viewJson(given: JsonValue | undefined, allowance: Allowance): CallView {
  if (given === null || given === undefined) return { detail: '' };
  if (typeof given === 'string') {
    return {
      detail: oneLine(given).slice(0, 120),
      get body() {
        return scrollBlock('json', 'Arguments', cutMiddle(given, visibleText, allowance));
      },
    };
  }
  const members = isJsonObject(given) ? Object.values(given) : undefined;
  if (members?.length === 0) return { detail: '' };
  const short = members?.find((member) => typeof member === 'string' && member.length <= 120);
  return {
    detail: typeof short === 'string' ? oneLine(short) : '',
    get body() {
      return renderJson(given, 'Arguments', allowance);
    },
  };
}

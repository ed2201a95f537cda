/** How each kind of tool call is shown: one row a kind, its line and what folds out below it. */
/** The kind decides, never the agent's name of the tool: `Bash`, `shell` and `run_shell_command` look the same. */

import { trustHtml } from '../../../base/html.ts';
import { findRow } from '../../../base/rows.ts';
import type { ToolCallPart, ToolCallResponsePart, ToolKind } from '../../../model/item.ts';
import type { Allowance } from '../allowance.ts';
import { scrollBlock } from '../code.ts';
import { highlightCode } from '../highlight.ts';
import { renderMarkdown } from '../markdown.ts';
import { cutMiddle } from '../text/long-text.ts';
import { visibleText } from '../text/visible-text.ts';
import { findCommand, findNumber, findPath, findText, otherMembers } from './arguments.ts';
import { type CallView, moreOf, oneLine, viewJson } from './call-view.ts';
import { viewEdit, viewWrite } from './change-view.ts';
import { renderJson } from './json-view.ts';
import { findQuestions, viewQuestions } from './question-view.ts';
import { viewTodo } from './todo-view.ts';

interface ToolKindRow {
  /** What its answers are called. */
  readonly answer: string;
  /** Its answers are prose that a model wrote. */
  readonly proseAnswer: boolean;
  view(call: ToolCallPart, allowance: Allowance, answer?: ToolCallResponsePart): CallView;
}

export function viewCall(call: ToolCallPart, allowance: Allowance, answer?: ToolCallResponsePart): CallView {
  return kindOf(call).view(call, allowance, answer);
}

export function kindOf(call: ToolCallPart): ToolKindRow {
  // A kind from a later version of the format is shown like any other tool.
  return findRow(TOOL_KINDS, call.tool) ?? TOOL_KINDS.other;
}

const TOOL_KINDS: Readonly<Record<ToolKind, ToolKindRow>> = {
  shell: { answer: 'Output', proseAnswer: false, view: viewShell },
  read: { answer: 'Contents', proseAnswer: false, view: viewRead },
  write: { answer: 'Result', proseAnswer: false, view: viewWrite },
  edit: { answer: 'Result', proseAnswer: false, view: viewEdit },
  search: { answer: 'Matches', proseAnswer: false, view: viewSearch },
  fetch: { answer: 'Page', proseAnswer: true, view: viewFetch },
  task: { answer: 'Report', proseAnswer: true, view: viewTask },
  todo: { answer: 'Result', proseAnswer: false, view: viewTodo },
  mcp: { answer: 'Result', proseAnswer: false, view: viewOther },
  other: { answer: 'Result', proseAnswer: false, view: viewOther },
};

const PROSE = { breaks: true, bare: false } as const;

function viewShell({ arguments: given }: ToolCallPart, allowance: Allowance): CallView {
  const command = findCommand(given);
  if (command === undefined) return viewJson(given, allowance);
  const purpose = findText(given, 'description', 'justification');
  const line = oneLine(command);
  const whole = command.trim();
  return {
    detail: line,
    ...(purpose === undefined ? {} : { more: moreOf(purpose) }),
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
  return { detail: path, ...(range === undefined ? {} : { more: moreOf(range) }) };
}

function viewSearch({ arguments: given }: ToolCallPart, allowance: Allowance): CallView {
  const pattern = findText(given, 'pattern', 'query', 'regex', 'q', 'path');
  if (pattern === undefined) return viewJson(given, allowance);
  const where = [findText(given, 'path', 'dir_path', 'directory'), findText(given, 'glob', 'include', 'type')];
  const places = where.filter((place) => place !== undefined && place !== pattern);
  return { detail: oneLine(pattern), ...(places.length === 0 ? {} : { more: moreOf(`in ${places.join(', ')}`) }) };
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
    ...(kind === undefined ? {} : { more: moreOf(kind) }),
    get body() {
      if (prompt === undefined) return undefined;
      return trustHtml(`<div class="prose" dir="auto">${renderMarkdown(prompt, PROSE, allowance)}</div>`);
    },
  };
}

/** What agents send with a plan: where it was saved, and what they ask leave for. */
const PLAN_MEMBERS = ['plan', 'planFilePath', 'allowedPrompts'];

function viewOther(call: ToolCallPart, allowance: Allowance, answer?: ToolCallResponsePart): CallView {
  const { arguments: given } = call;
  const questions = findQuestions(call);
  if (questions !== undefined) return viewQuestions(questions, answer, allowance);
  const plan = findText(given, 'plan');
  if (plan !== undefined && otherMembers(given, PLAN_MEMBERS) === undefined) {
    return {
      detail: '',
      get body() {
        const shown = `<div class="prose plan" dir="auto">${renderMarkdown(plan, PROSE, allowance)}</div>`;
        const rest = otherMembers(given, ['plan']);
        return trustHtml(rest === undefined ? shown : `${shown}\n${renderJson(rest, 'Arguments', allowance)}`);
      },
      open: true,
    };
  }
  return viewJson(given, allowance);
}

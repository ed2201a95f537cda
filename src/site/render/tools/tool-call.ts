/** A tool call as one line that folds out: what was asked for, and the result of it in the same row. */
/** Tool work is most of a session: quiet, folded, and cheap to render. What failed stands open. */

import { joinHtml, type SafeHtml, trustHtml } from '../../../base/html.ts';
import { isJsonObject, type JsonValue } from '../../../base/json.ts';
import { prettyJson } from '../../../base/pretty-json.ts';
import type { ToolCallPart, ToolCallResponsePart } from '../../../model/item.ts';
import type { Allowance } from '../allowance.ts';
import { scrollBlock } from '../code.ts';
import { renderMarkdown } from '../markdown.ts';
import { countLines, countOf, cutEnd, cutMiddle, restSentence } from '../text/long-text.ts';
import { renderTerminal } from '../text/terminal.ts';
import { visibleText } from '../text/visible-text.ts';
import { countChanges } from './change-count.ts';
import { repeatsChange } from './change-view.ts';
import { readDiff, renderDiff } from './diff-view.ts';
import { nameStart } from './short-paths.ts';
import { kindOf, viewCall } from './tool-kinds.ts';

/** The result of a call in the row of the call. `html`: what folds out of it. */
export interface ToolAnswer {
  readonly part: ToolCallResponsePart;
  readonly html: string;
}

/** `<details>`, or a line when there is nothing to fold out. */
export function renderToolCall(call: ToolCallPart, answer: ToolAnswer | undefined, allowance: Allowance): SafeHtml {
  const view = viewCall(call, allowance, answer?.part);
  const told = answer?.part.diff;
  const body = typeof told === 'string' && repeatsChange(call, told) ? undefined : view.body;
  const folds = body !== undefined || answer !== undefined;
  // What folds out repeats a long detail; where nothing does, it is shown nearly whole.
  const line = lineOf(call, view.detail, view.more, folds ? 160 : 500) + renderChangeCount(call, answer?.part);
  const kind = KIND_CLASSES.has(call.tool) ? call.tool : 'other';
  const state = answer === undefined ? 'unanswered' : statusClass(answer.part);
  const classes = `call call-${kind} ${state}`;
  // Constant tags; the kind is one of the model's words.
  if (!folds) return trustHtml(`<p class="${classes}">${line}</p>\n`);
  const facts = answer === undefined ? '' : renderFacts(answer.part);
  const open = view.open === true || state === 'error' ? ' open' : '';
  return trustHtml(
    `<details class="${classes}"${open}><summary>${line}${facts}</summary>\n${body ?? ''}${answer?.html ?? ''}</details>\n`,
  );
}

/** In characters. */
const LONGEST_NAME = 200;

const KIND_CLASSES: ReadonlySet<string> = new Set('shell read write edit search fetch task todo mcp other'.split(' '));

function lineOf(call: ToolCallPart, said: string, more: SafeHtml | undefined, longest: number): string {
  const shown = cutEnd(said, longest);
  const detail =
    shown === ''
      ? ''
      : ` <code class="detail">${PATH_KINDS.has(call.tool) ? renderPath(shown) : visibleText(shown)}</code>`;
  return `<span class="tool">${visibleText(cutEnd(call.name, LONGEST_NAME))}</span>${detail}${more ?? ''}`;
}

const PATH_KINDS: ReadonlySet<string> = new Set(['read', 'write', 'edit']);

/** Where there is little room, the folders give way to the name of the file. */
function renderPath(path: string): string {
  const name = nameStart(path);
  if (name === 0 || name === path.length) return visibleText(path);
  return `<span class="dir">${visibleText(path.slice(0, name))}</span>${visibleText(path.slice(name))}`;
}

/** `+3 −1` */
function renderChangeCount(call: ToolCallPart, part: ToolCallResponsePart | undefined): string {
  let [added, removed] = [0, 0];
  for (const change of countChanges(call, part)) {
    added += change.added;
    removed += change.removed;
  }
  const plus = added > 0 ? ` <span class="plus">+${added}</span>` : '';
  const minus = removed > 0 ? ` <span class="minus">\u2212${removed}</span>` : '';
  return plus + minus;
}

/** How it went, how much came, how long it took. */
function renderFacts(part: ToolCallResponsePart): string {
  const lines = typeof part.response === 'string' ? countLines(part.response.trimEnd()) : 0;
  const facts = [lines > 1 ? countOf(lines, 'line') : '', durationOf(part)].filter((fact) => fact !== '');
  return statusBadge(part) + (facts.length === 0 ? '' : ` <span class="took">${facts.join(' · ')}</span>`);
}

/** Only where somebody had to wait. */
function durationOf({ duration_ms: ms }: ToolCallResponsePart): string {
  if (typeof ms !== 'number' || ms < 1000) return '';
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** What a result holds, without a line of its own: it stands in the row of its call. */
export function renderAnswer(
  part: ToolCallResponsePart,
  call: ToolCallPart | undefined,
  allowance: Allowance,
): SafeHtml {
  const { text, rest } = responseText(part.response, allowance);
  const output = text.trimEnd();
  const row = call === undefined ? undefined : kindOf(call);
  const name = row?.answer ?? 'Result';
  const diff = tellsChange(part) ? renderDiff(readDiff(String(part.diff), allowance)) : '';
  if (output === '' && diff === '') return trustHtml(`<p class="empty">No ${name.toLowerCase()}</p>\n`);
  const prose = row?.proseAnswer === true && part.status === 'ok';
  const body =
    output === ''
      ? ''
      : prose
        ? renderProse(output, allowance)
        : scrollBlock('term', name, joinHtml([cutMiddle(output, renderTerminal, allowance), rest]));
  return trustHtml(`${diff}${body}`);
}

/** A result that stands by itself: its call is on another page, or on the branch that this one left. */
export function renderToolResponse(
  part: ToolCallResponsePart,
  call: ToolCallPart | undefined,
  allowance: Allowance,
): SafeHtml {
  const name = call === undefined ? 'Result' : kindOf(call).answer;
  const asked = call === undefined ? '' : ` of ${lineOf(call, viewCall(call, allowance).detail, undefined, 160)}`;
  const open = part.status === 'error' ? ' open' : '';
  return trustHtml(
    `<details class="call ${statusClass(part)}"${open}><summary>${name}${asked}${renderFacts(part)}</summary>\n` +
      `${renderAnswer(part, call, allowance)}</details>\n`,
  );
}

function tellsChange({ diff }: ToolCallResponsePart): boolean {
  return typeof diff === 'string' && diff !== '';
}

function renderProse(output: string, allowance: Allowance): SafeHtml {
  const body = renderMarkdown(output, { breaks: false, bare: false }, allowance);
  return trustHtml(`<div class="prose" dir="auto">${body}</div>\n`);
}

export function statusClass(part: ToolCallResponsePart): string {
  return part.status === 'error' || part.status === 'cancelled' ? part.status : 'ok';
}

function statusBadge(part: ToolCallResponsePart): string {
  const code = part.exit_code;
  const exit = typeof code === 'number' && code !== 0 ? ` <span class="badge bad">exit ${Number(code)}</span>` : '';
  if (part.status === 'error') return exit === '' ? ' <span class="badge bad">failed</span>' : exit;
  return part.status === 'cancelled' ? ` <span class="badge">cancelled</span>${exit}` : exit;
}

/** Text of an answer: a string, the texts of a list of blocks, or JSON; and what says that more of it was left out. */
function responseText(
  response: JsonValue | undefined,
  allowance: Allowance,
): { readonly text: string; readonly rest: SafeHtml } {
  const nothing = trustHtml('');
  if (typeof response === 'string') return { text: response, rest: nothing };
  if (response === null || response === undefined) return { text: '', rest: nothing };
  if (Array.isArray(response) && response.every(isTextBlock))
    return { text: response.map((block) => block.text).join('\n'), rest: nothing };
  const { text, whole } = prettyJson(response, allowance.longest);
  if (whole) return { text, rest: nothing };
  const sentence = restSentence(JSON.stringify(response).length, allowance);
  return { text, rest: trustHtml(`\n<span class="cut">${sentence}</span>\n`) };
}

function isTextBlock(value: JsonValue): value is { readonly text: string } {
  return isJsonObject(value) && typeof value.text === 'string';
}

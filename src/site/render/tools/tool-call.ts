/** A tool call as one line that folds out, and its answer likewise. */
/** Tool work is most of a session: quiet, folded, and cheap to render. */

import { type SafeHtml, trustHtml } from '../../../base/html.ts';
import { isJsonObject, type JsonValue } from '../../../base/json.ts';
import type { ToolCallPart, ToolCallResponsePart } from '../../../model/item.ts';
import { scrollBlock } from '../code.ts';
import { renderMarkdown } from '../markdown.ts';
import { countLines, countOf, cutMiddle } from '../text/long-text.ts';
import { renderTerminal } from '../text/terminal.ts';
import { visibleText } from '../text/visible-text.ts';
import { readDiff, renderDiff, renderDiffCount } from './diff-view.ts';
import { prettyJson } from './json-view.ts';
import { kindOf, statesChange, viewCall } from './tool-kinds.ts';

/** `<details>`, or a line when there is nothing to fold out. */
export function renderToolCall(call: ToolCallPart): SafeHtml {
  const view = viewCall(call);
  const { body } = view;
  const shown = cutDetail(view.detail, body !== undefined);
  const detail = shown === '' ? '' : ` <code class="detail">${visibleText(shown)}</code>`;
  const line = `<span class="tool">${visibleText(call.name)}</span>${detail}${view.more ?? ''}`;
  const kind = KIND_CLASSES.has(call.tool) ? call.tool : 'other';
  // Constant tags; the kind is one of the model's words.
  return trustHtml(
    body === undefined
      ? `<p class="call call-${kind}">${line}</p>\n`
      : `<details class="call call-${kind}"${view.open === true ? ' open' : ''}><summary>${line}</summary>\n${body}</details>\n`,
  );
}

/** What folds out repeats a long detail; where nothing does, it is shown nearly whole. */
function cutDetail(detail: string, folds: boolean): string {
  const most = folds ? 160 : 500;
  return detail.length <= most ? detail : `${detail.slice(0, most).toWellFormed()}…`;
}

const KIND_CLASSES: ReadonlySet<string> = new Set('shell read write edit search fetch task todo mcp other'.split(' '));

/** Answers up to this size stand open. */
const OPEN_LINES = 5;
const OPEN_CHARACTERS = 400;

/** The answer to a call; `call` is undefined when it is not known. */
export function renderToolResponse(part: ToolCallResponsePart, call: ToolCallPart | undefined): SafeHtml {
  const output = responseText(part.response).trimEnd();
  const diff = part.diff === undefined || part.diff === '' ? undefined : readDiff(part.diff);
  // The call shows the same change already.
  const shown = diff !== undefined && (call === undefined || !statesChange(call)) ? diff : undefined;
  const row = call === undefined ? undefined : kindOf(call);
  const name = row?.answer ?? 'Result';
  const lines = countLines(output);
  const short = lines <= OPEN_LINES && output.length <= OPEN_CHARACTERS && row?.openAnswer !== false;
  const facts = [
    lines > 1 ? countOf(lines, 'line') : '',
    part.duration_ms !== undefined && part.duration_ms >= 1000 ? `${(part.duration_ms / 1000).toFixed(1)} s` : '',
  ].filter((fact) => fact !== '');
  const line =
    `<span class="answer">${name}</span>${statusBadge(part)}` +
    (facts.length === 0 ? '' : ` <span class="more">${facts.join(', ')}</span>`) +
    (shown === undefined ? '' : renderDiffCount(shown));
  if (output === '' && shown === undefined) {
    return trustHtml(
      `<p class="output empty"><span class="answer">No ${name.toLowerCase()}</span>${statusBadge(part)}</p>\n`,
    );
  }
  const prose = row?.proseAnswer === true && part.status === 'ok';
  const body =
    output === '' ? '' : prose ? renderProse(output) : scrollBlock('term', name, cutMiddle(output, renderTerminal));
  return trustHtml(
    `<details class="output ${statusClass(part)}"${short || shown !== undefined || part.status === 'error' ? ' open' : ''}><summary>${line}</summary>\n` +
      `${shown === undefined ? '' : renderDiff(shown)}${body}</details>\n`,
  );
}

function renderProse(output: string): SafeHtml {
  return trustHtml(`<div class="prose" dir="auto">${renderMarkdown(output, { breaks: false, bare: false })}</div>\n`);
}

function statusClass(part: ToolCallResponsePart): string {
  return part.status === 'error' || part.status === 'cancelled' ? part.status : 'ok';
}

function statusBadge(part: ToolCallResponsePart): string {
  const code = part.exit_code;
  const exit = typeof code === 'number' && code !== 0 ? ` <span class="badge bad">exit ${Number(code)}</span>` : '';
  if (part.status === 'error') return exit === '' ? ' <span class="badge bad">error</span>' : exit;
  return part.status === 'cancelled' ? ` <span class="badge">cancelled</span>${exit}` : exit;
}

/** Text of an answer: a string, the texts of a list of blocks, or JSON. */
export function responseText(response: JsonValue): string {
  if (typeof response === 'string') return response;
  if (response === null) return '';
  if (Array.isArray(response) && response.every(isTextBlock))
    return response.map((block) => String(block.text)).join('\n');
  return prettyJson(response);
}

function isTextBlock(value: JsonValue): value is { readonly text: string } {
  return isJsonObject(value) && typeof value.text === 'string';
}

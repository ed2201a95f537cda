/** A tool call as one line that folds out, and its answer likewise. */
/** Tool work is most of a session: quiet, folded, and cheap to render. */

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
import { statesChange } from './change-view.ts';
import { readDiff, renderDiff, renderDiffCount } from './diff-view.ts';
import { kindOf, viewCall } from './tool-kinds.ts';

/** `<details>`, or a line when there is nothing to fold out. */
export function renderToolCall(call: ToolCallPart, allowance: Allowance): SafeHtml {
  const view = viewCall(call, allowance);
  const { body } = view;
  // What folds out repeats a long detail; where nothing does, it is shown nearly whole.
  const shown = cutEnd(view.detail, body === undefined ? 500 : 160);
  const detail = shown === '' ? '' : ` <code class="detail">${visibleText(shown)}</code>`;
  const line = `<span class="tool">${visibleText(cutEnd(call.name, LONGEST_NAME))}</span>${detail}${view.more ?? ''}`;
  const kind = KIND_CLASSES.has(call.tool) ? call.tool : 'other';
  // Constant tags; the kind is one of the model's words.
  return trustHtml(
    body === undefined
      ? `<p class="call call-${kind}">${line}</p>\n`
      : `<details class="call call-${kind}"${view.open === true ? ' open' : ''}><summary>${line}</summary>\n${body}</details>\n`,
  );
}

/** In characters. */
const LONGEST_NAME = 200;

const KIND_CLASSES: ReadonlySet<string> = new Set('shell read write edit search fetch task todo mcp other'.split(' '));

/** Answers up to this size stand open. */
const OPEN_LINES = 5;
const OPEN_CHARACTERS = 400;

/** The answer to a call; `call` is undefined when it is not known. */
export function renderToolResponse(
  part: ToolCallResponsePart,
  call: ToolCallPart | undefined,
  allowance: Allowance,
): SafeHtml {
  const { text, rest } = responseText(part.response, allowance);
  const output = text.trimEnd();
  const diff = typeof part.diff !== 'string' || part.diff === '' ? undefined : readDiff(part.diff, allowance);
  // The call shows the same change already.
  const shown = diff !== undefined && (call === undefined || !statesChange(call)) ? diff : undefined;
  const row = call === undefined ? undefined : kindOf(call);
  const name = row?.answer ?? 'Result';
  const lines = countLines(output);
  const short = lines <= OPEN_LINES && output.length <= OPEN_CHARACTERS && row?.openAnswer !== false;
  const facts = [
    lines > 1 ? countOf(lines, 'line') : '',
    typeof part.duration_ms === 'number' && part.duration_ms >= 1000 ? `${(part.duration_ms / 1000).toFixed(1)} s` : '',
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
    output === ''
      ? ''
      : prose
        ? renderProse(output, allowance)
        : scrollBlock('term', name, joinHtml([cutMiddle(output, renderTerminal, allowance), rest]));
  return trustHtml(
    `<details class="output ${statusClass(part)}"${short || shown !== undefined || part.status === 'error' ? ' open' : ''}><summary>${line}</summary>\n` +
      `${shown === undefined ? '' : renderDiff(shown)}${body}</details>\n`,
  );
}

function renderProse(output: string, allowance: Allowance): SafeHtml {
  const body = renderMarkdown(output, { breaks: false, bare: false }, allowance);
  return trustHtml(`<div class="prose" dir="auto">${body}</div>\n`);
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

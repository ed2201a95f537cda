/** Turns as a feed reader shows them: prompt, prose, and one line for each tool call. */
/** No classes, scripts or own addresses: it must read well anywhere and mean the same on every mirror. */

import type { SafeHtml } from '../../base/html.ts';
import type { Item, ToolCallPart } from '../../model/item.ts';
import { type Allowance, renderFitting } from './allowance.ts';
import { renderMarkdown } from './markdown.ts';
import { sanitise } from './sanitise.ts';
import { takeBare } from './text/bare-texts.ts';
import { cutEnd, leftOutSentence } from './text/long-text.ts';
import { visibleText } from './text/visible-text.ts';
import { viewCall } from './tools/tool-kinds.ts';

/** Safe HTML for an entry, under 64 KB. Addresses are absolute: relative links became text. `leftOut`: items behind these. */
export function renderFeedContent(items: readonly Item[], leftOut = 0): SafeHtml {
  const shown = renderFitting(items.flatMap(listPieces), MOST_HTML, ALLOWANCE, renderPiece);
  return sanitise(shown.leftOut + leftOut === 0 ? shown.html : `${shown.html}<p>${REST}</p>\n`);
}

/** In characters. */
const MOST_HTML = 63 * 1024;
const ALLOWANCE: Allowance = { whole: 'its page shows more', longest: 48 * 1024, colour: 0 };
const REST = '… the rest is left out here; its page shows more …';

/** A text, or the tool calls that follow one another. */
type Piece = { readonly text: string; readonly prompt: boolean } | { readonly calls: readonly ToolCallPart[] };

function listPieces(item: Item): readonly Piece[] {
  if (item.role === 'tool' || item.role === 'system') return [];
  const pieces: Piece[] = [];
  let calls: ToolCallPart[] = [];
  for (const part of item.parts) {
    if (part.type === 'tool_call') calls.push(part);
    else {
      if (calls.length > 0) pieces.push({ calls });
      calls = [];
      if (part.type === 'text' && typeof part.content === 'string')
        pieces.push({ text: part.content, prompt: item.role === 'user' });
    }
  }
  if (calls.length > 0) pieces.push({ calls });
  return pieces;
}

function renderPiece(piece: Piece, allowance: Allowance): string {
  if ('calls' in piece) return `<ul>\n${renderCalls(piece.calls, allowance)}\n</ul>\n`;
  const { text, prompt } = piece;
  const known = text.length > allowance.longest ? undefined : takeBare(text, prompt);
  const body = known ?? renderMarkdown(text, { breaks: prompt, bare: true }, allowance);
  return piece.prompt ? `<blockquote>\n${body}\n</blockquote>\n` : `${body}\n`;
}

/** All of them together are as long as one text may be. */
function renderCalls(calls: readonly ToolCallPart[], allowance: Allowance): string {
  const lines: string[] = [];
  let length = 0;
  for (const [i, call] of calls.entries()) {
    if (length > allowance.longest) {
      lines.push(`<li>${leftOutSentence(calls.length - i, allowance, 'call')}</li>`);
      break;
    }
    const line = `<li>${callLine(call, allowance)}</li>`;
    lines.push(line);
    length += line.length;
  }
  return lines.join('\n');
}

function callLine(call: ToolCallPart, allowance: Allowance): string {
  const { detail } = viewCall(call, allowance);
  const shown = detail === '' ? '' : ` <code>${visibleText(detail.slice(0, 300))}</code>`;
  return `${visibleText(cutEnd(call.name, 200))}${shown}`;
}

/** Turns as a feed reader shows them: prompt, prose, and one line for each tool call. */
/** No classes, scripts or own addresses: it must read well anywhere and mean the same on every mirror. */

import { joinHtml, type SafeHtml, trustHtml } from '../../base/html.ts';
import type { Item, Part } from '../../model/item.ts';
import { renderMarkdown } from './markdown.ts';
import { sanitise } from './sanitise.ts';
import { visibleText } from './text/visible-text.ts';
import { viewCall } from './tools/tool-kinds.ts';

/** Safe HTML for an entry. Addresses are absolute: relative links became text. */
export function renderFeedContent(items: readonly Item[]): SafeHtml {
  return sanitise(joinHtml(items.map(renderItem)));
}

function renderItem(item: Item): SafeHtml {
  if (item.role === 'tool' || item.role === 'system') return trustHtml('');
  const pieces: string[] = [];
  let calls: string[] = [];
  for (const part of item.parts) {
    if (part.type === 'tool_call') calls.push(`<li>${callLine(part)}</li>`);
    else {
      if (calls.length > 0) pieces.push(`<ul>\n${calls.join('\n')}\n</ul>\n`);
      calls = [];
      pieces.push(renderPart(part, item));
    }
  }
  if (calls.length > 0) pieces.push(`<ul>\n${calls.join('\n')}\n</ul>\n`);
  return trustHtml(pieces.join(''));
}

function renderPart(part: Exclude<Part, { type: 'tool_call' }>, item: Item): string {
  if (part.type !== 'text') return '';
  const body = renderMarkdown(part.content, { breaks: item.role === 'user', bare: true });
  return item.role === 'user' ? `<blockquote>\n${body}\n</blockquote>\n` : `${body}\n`;
}

function callLine(call: Extract<Part, { type: 'tool_call' }>): string {
  const { detail } = viewCall(call);
  return `${visibleText(call.name)}${detail === '' ? '' : ` <code>${visibleText(detail.slice(0, 300))}</code>`}`;
}

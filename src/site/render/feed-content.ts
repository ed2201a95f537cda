/** Turns as a feed reader shows them: the prompt, the work in one line, the answer, and what was said on the way to it. */
/** No classes, scripts or own addresses: it must read well anywhere and mean the same on every mirror. */

import type { SafeHtml } from '../../base/html.ts';
import type { Item, ToolKind } from '../../model/item.ts';
import { type Allowance, renderFitting } from './allowance.ts';
import { renderMarkdown } from './markdown.ts';
import { sanitise } from './sanitise.ts';
import { takeBare } from './text/bare-texts.ts';
import { callWords } from './tools/call-words.ts';

/** Safe HTML for an entry, under 64 KB. Addresses are absolute: relative links became text. `leftOut`: items behind these. */
export function renderFeedContent(items: readonly Item[], leftOut = 0): SafeHtml {
  const lastCall = items.findLastIndex(({ parts }) => parts.some(({ type }) => type === 'tool_call'));
  const texts = items.flatMap(listTexts);
  const prompts = texts.filter(({ prompt }) => prompt);
  const answers = texts.filter(({ prompt, at }) => !prompt && at > lastCall);
  const before = texts.filter(({ prompt, at }) => !prompt && at <= lastCall);
  const asked = renderFitting(prompts, MOST_HTML, ALLOWANCE, renderText);
  const answered = renderFitting(answers, MOST_HTML - asked.html.length, ALLOWANCE, renderText);
  const room = MOST_HTML - asked.html.length - answered.html.length;
  const said = renderFitting(before, room, ALLOWANCE, renderText);
  const rest = asked.leftOut + answered.leftOut + said.leftOut + leftOut;
  const way =
    answers.length === 0 || said.html === '' ? said.html : `<details>\n${ON_THE_WAY}\n${said.html}</details>\n`;
  return sanitise(`${asked.html}${renderWork(items)}${answered.html}${way}${rest === 0 ? '' : `<p>${REST}</p>\n`}`);
}

/** In characters. */
const MOST_HTML = 62 * 1024;
const ALLOWANCE: Allowance = { whole: 'its page shows more', longest: 48 * 1024, colour: 0 };
const REST = '… the rest is left out here; its page shows more …';
const ON_THE_WAY = '<summary>Said on the way</summary>';

interface Said {
  readonly text: string;
  readonly prompt: boolean;
  /** Its item's place. */
  readonly at: number;
}

function listTexts({ role, parts }: Item, at: number): readonly Said[] {
  if (role === 'tool' || role === 'system') return [];
  return parts.flatMap((part) =>
    part.type === 'text' && typeof part.content === 'string'
      ? [{ text: part.content, prompt: role === 'user', at }]
      : [],
  );
}

function renderText({ text, prompt }: Said, allowance: Allowance): string {
  const known = text.length > allowance.longest ? undefined : takeBare(text, prompt);
  const body = known ?? renderMarkdown(text, { breaks: prompt, bare: true }, allowance);
  return prompt ? `<blockquote>\n${body}\n</blockquote>\n` : `${body}\n`;
}

/** One line; empty: no tool was called. */
function renderWork(items: readonly Item[]): string {
  const calls: Partial<Record<ToolKind, number>> = {};
  for (const { parts } of items)
    for (const part of parts)
      if (part.type === 'tool_call' && typeof part.tool === 'string') calls[part.tool] = (calls[part.tool] ?? 0) + 1;
  const words = callWords({ calls });
  return words.length === 0 ? '' : `<p><em>${words.join(', ')}</em></p>\n`;
}

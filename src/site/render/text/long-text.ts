/** What a page does with very long output: shows both ends and says what it left out. */
/** The archive keeps every byte; a page of many megabytes would serve nobody. */

import { type SafeHtml, trustHtml } from '../../../base/html.ts';

/** In characters. Output over LONGEST shows its first HEAD and its last TAIL. */
const LONGEST = 256 * 1024;
const HEAD = 160 * 1024;
const TAIL = 64 * 1024;

/** The text rendered whole, or its two ends with a notice between them. */
export function cutMiddle(text: string, render: (piece: string) => SafeHtml): SafeHtml {
  if (text.length <= LONGEST) return render(text);
  const head = text.slice(0, lineEnd(text, HEAD));
  const tail = text.slice(lineEnd(text, text.length - TAIL));
  const left = text.length - head.length - tail.length;
  const notice = `\n<span class="cut">… ${groupDigits(left)} characters are left out here; the archive has them …</span>\n`;
  return trustHtml(render(head) + notice + render(tail));
}

/** `1,234,567` */
export function groupDigits(n: number): string {
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 line`, `1,234 lines` */
export function countOf(n: number, one: string, many = `${one}s`): string {
  return `${groupDigits(n)} ${n === 1 ? one : many}`;
}

export function countLines(text: string): number {
  if (text === '') return 0;
  let lines = text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

/** The line break after `at`, when there is one near; never between the halves of a surrogate pair. */
function lineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  if (newline !== -1 && newline - at < 2_000) return newline;
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at;
}

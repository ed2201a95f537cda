/** What a page does with very long output: shows both ends and says what it left out. */
/** The archive keeps every byte; a page of many megabytes would serve nobody. */

import { escapeHtml, type SafeHtml, trustHtml } from '../../../base/html.ts';

/** Which part of what may be shown stands before the cut, and which behind it. */
const HEAD = 160 / 256;
const TAIL = 64 / 256;

/** How long a text may be, and where the whole is: part of an Allowance. */
export interface Cut {
  readonly longest: number;
  readonly whole: string;
}

/** The text rendered whole, or its two ends with a notice between them. */
export function cutMiddle(text: string, render: (piece: string) => SafeHtml, cut: Cut): SafeHtml {
  if (text.length <= cut.longest) return render(text);
  const head = text.slice(0, lineEnd(text, Math.floor(cut.longest * HEAD)));
  const tail = text.slice(lineEnd(text, text.length - Math.floor(cut.longest * TAIL)));
  const left = text.length - head.length - tail.length;
  return trustHtml(`${render(head)}\n<span class="cut">${leftOutSentence(left, cut)}</span>\n${render(tail)}`);
}

/** `… 1,234 characters are left out here; where the whole is …` */
export function leftOutSentence(n: number, { whole }: Cut, one = 'character', many = `${one}s`): SafeHtml {
  return escapeHtml(`… ${countOf(n, one, many)} ${n === 1 ? 'is' : 'are'} left out here; ${whole} …`);
}

/** `… the rest of 1,234 characters is left out here; where the whole is …` */
export function restSentence(total: number, { whole }: Cut): SafeHtml {
  return escapeHtml(`… the rest of ${countOf(total, 'character')} is left out here; ${whole} …`);
}

/** A short text on a line of its own: at most `most` characters of it. Anything that is no string is empty. */
export function cutEnd(text: unknown, most: number): string {
  if (typeof text !== 'string') return '';
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`;
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
  // Looked for in a piece: in the text itself a missing one would be looked for to its end.
  const newline = text.slice(at, at + 2_000).indexOf('\n');
  if (newline !== -1) return at + newline;
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at;
}

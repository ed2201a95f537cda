/** Words and code on one line of a Markdown file, in which nothing else is Markdown. */
/** Apart from whole texts, which need a parser: pages are put together without one. */

import { spellHidden } from '../text/visible-text.ts';

/** Words on one line, in which nothing is Markdown. */
export function portableWords(words: string): string {
  return cleanedForFile(words)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_[\]<>~|&]/g, '\\$&');
}

/** Words on one line that are looked at sign by sign: a command, a path. */
export function portableCode(words: string): string {
  const line = cleanedForFile(words).replace(/\s+/g, ' ').trim();
  const fence = longerFence(line, 0);
  return line.startsWith('`') || line.endsWith('`') ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}

/** Without what pages drop; what hides is spelt. */
export function cleanedForFile(text: string): string {
  return spellHidden(text.toWellFormed().replace(/\r\n?/g, '\n').replace(CONTROLS, ''));
}

/** Those that pages drop, too. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** A run of backticks that the text does not have. */
export function longerFence(text: string, least: number): string {
  const runs = text.match(/`+/g) ?? [];
  return '`'.repeat(runs.reduce((longest, run) => Math.max(longest, run.length), least) + 1);
}

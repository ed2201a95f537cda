/** Markdown from outside as a file holds it beside other people's words: text, code, lists, and links to ordinary addresses. */
/** Whoever opens the file has a viewer of his own, which may run HTML and load pictures: the page's renderer never does. */

import { isTooCostly, parseAsViewers } from '../markdown.ts';
import { findLinkTarget } from '../text/links.ts';
import { countOf } from '../text/long-text.ts';
import { cleanedForFile, longerFence } from './portable-words.ts';

/** In characters; what is longer was hardly said, and its page has it. */
const LONGEST = 64 * 1024;

/**
 * Headings stand below the second level, code is closed, what a browser would hide is spelt. A text that cannot be made harmless in its
 * own form stands as code. `whole`: where the whole is.
 */
export function portableText(source: string, whole: string): string {
  const text = cleanedForFile(source.length > LONGEST ? source.slice(0, LONGEST) : source).trim();
  const left = source.length - LONGEST;
  const rest = left <= 0 ? '' : `\n\n*… ${countOf(left, 'character')} are left out here; ${whole} …*`;
  if (isTooCostly(text)) return asCode(text) + rest;
  const told = rewrite(text);
  return (RISKY.test(text) && !isHarmless(told) ? asCode(text) : told) + rest;
}

/** Without these a text is neither HTML, nor picture, link or definition, nor code that somebody could read otherwise. */
const RISKY = /<[a-z/!?]|!\[|\]\s?[(:[]|^[\s>*+\d.)-]{0,40}(?:```|~~~)/im;

function asCode(text: string): string {
  const fence = longerFence(text, 2);
  return `${fence}\n${text}\n${fence}`;
}

function rewrite(text: string): string {
  const lines: string[] = [];
  let fence = '';
  for (const line of text.split('\n')) {
    if (fence !== '') {
      lines.push(line);
      const mark = line.replace(/^[\s>]+/, '').trimEnd();
      if (mark.length >= fence.length && mark === (fence[0] ?? '').repeat(mark.length)) fence = '';
      continue;
    }
    fence = FENCE.exec(line)?.[1] ?? '';
    lines.push(fence === '' ? rewriteLine(line, lines.at(-1) ?? '') : line);
  }
  return fence === '' ? lines.join('\n') : [...lines, fence].join('\n');
}

/** Marks of quotes and lists, in which other blocks may stand. */
const WITHIN = String.raw`^((?:[\s>]|[-*+]\s|\d{1,9}[.)]\s)*)`;
const FENCE = new RegExp(`${WITHIN.replace('((', '(?:(')}(\`{3,}(?=[^\`]*$)|~{3,})`);
const HEADING = new RegExp(String.raw`${WITHIN}(#{1,6})(?=[ \t]|$)`);
const DEFINITION = new RegExp(String.raw`${WITHIN}\[(?=[^\]]*\]:)`);
const CODE_SPAN = /((?<![`\\])(`+)(?!`).+?(?<!`)\2(?!`))/;

function rewriteLine(line: string, before: string): string {
  const underline = /^[\s>]*(=+|-+)[ \t]*$/.exec(line)?.[1];
  if (underline !== undefined && before.trim() !== '')
    return underline.startsWith('=') ? `\\${line.trim()}` : `\n${line}`;
  const told = line
    .replace(HEADING, (_, within: string, marks: string) => within + '#'.repeat(Math.min(6, marks.length + 2)))
    .replace(DEFINITION, '$1\\[');
  if (!/[<[]/.test(told)) return told;
  // behind each piece of words stands a code span and its marks
  return told
    .split(CODE_SPAN)
    .map((piece, i) => (i % 3 === 0 ? rewriteWords(piece) : i % 3 === 1 ? piece : ''))
    .join('');
}

function rewriteWords(words: string): string {
  return words
    .replace(/<((?:https?:\/\/|mailto:)[^\s<>]*)>/gi, '$1')
    .replace(/(\\*)<(?=[a-z/!?])/gi, (tag, slashes: string) => (slashes.length % 2 === 1 ? tag : `${slashes}\\<`))
    .replace(/!\[/g, '[image: ')
    .replace(/\[([^[\]]*)\]\((?!<?(?:https?:\/\/|mailto:))/gi, '\\[$1](');
}

/** Read as a viewer does, with a heading behind it that has to be one. */
function isHarmless(told: string): boolean {
  const { tokens, defines } = parseAsViewers(`${told}\n\n## end\n`);
  const [open, end] = [tokens.at(-3), tokens.at(-2)];
  if (defines || open?.type !== 'heading_open' || open.level !== 0 || end?.content !== 'end') return false;
  return tokens.slice(0, -3).every(({ type, tag, children }) => {
    if (type === 'html_block' || (type === 'heading_open' && tag < 'h3')) return false;
    return (children ?? []).every((token) => {
      if (token.type === 'html_inline' || token.type === 'image') return false;
      return token.type !== 'link_open' || findLinkTarget(String(token.attrGet('href') ?? '')) !== undefined;
    });
  });
}

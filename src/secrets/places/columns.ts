/** Passwords and tokens in tables, and codes in lists: Markdown, what databases print, CSV and its like, where the head of a column says what is below it. */
/** A row counts as long as it has as many cells as the head. */

import type { Report } from '../finding.ts';
import { judgeAssignment, ruleOfName } from '../judging/named-value.ts';
import { isPlaceholder } from '../judging/placeholders.ts';
import { kindOfName } from '../judging/secret-names.ts';

/** A telling word that ends a cell. */
const HEAD =
  /(?:pass(?:word|wd|wort|phrase|code)|pwd|secret|token|api[_ -]?key)["'`*]{0,2}[ \t]{0,40}(?:$|[|,;\t│\r])/gim;
const SEPARATORS = ['|', '│', '\t', ';', ','] as const;
/** Rows below one head, and characters of a line, that are looked at. */
const MOST_ROWS = 2000;
const LONGEST = 2000;

export function findInColumns(text: string, report: Report): void {
  findCodes(text, report);
  HEAD.lastIndex = 0;
  let done = 0;
  for (let match = HEAD.exec(text); match !== null; match = HEAD.exec(text)) {
    const start = text.lastIndexOf('\n', match.index) + 1;
    const end = endOfLine(text, match.index);
    HEAD.lastIndex = Math.max(HEAD.lastIndex, end);
    if (start < done || end - start > LONGEST) continue;
    done = readTable(text, start, end, report);
    HEAD.lastIndex = Math.max(HEAD.lastIndex, done);
  }
}

/** Codes of recovery: as many as services hand out, one a line or a few beside each other. */
function findCodes(text: string, report: Report): void {
  CODES.lastIndex = 0;
  for (let match = CODES.exec(text); match !== null; match = CODES.exec(text)) {
    let at = match.index + match[0].length;
    let others = 0;
    for (let lines = 0; lines < 24 && others < 3 && at < text.length; lines++) {
      const end = endOfLine(text, at);
      const codes = end - at > 120 ? null : CODE_LINE.exec(text.slice(at, end));
      if (codes === null) others++;
      else {
        const value = codes.groups?.v ?? '';
        const start = at + codes[0].trimEnd().length - value.length;
        report({ rule: 'recovery-code', start, end: start + value.length, value });
      }
      at = end + 1;
    }
  }
}

const CODES = /\b(?:recovery|backup|scratch|emergency)[ _-]codes?\b[^\n]{0,80}\n/gi;
const CODE = '(?=[^ ]{0,11}\\d)(?:[\\da-z]{4,6}-[\\da-z]{4,6}(?:-[\\da-z]{4,6}){0,2}|\\d{4} \\d{4}|[\\da-z]{8,12})';
const CODE_LINE = new RegExp(
  `^[ \\t]{0,8}(?:[-*•][ \\t]{1,3}|\\d{1,2}[.):][ \\t]{1,3}|\\[[ x]\\] )?(?<v>${CODE}(?:[ \\t]{1,8}${CODE}){0,3})\\s*$`,
  'i',
);

/** Reports what stands below the telling heads. Returns where the table ends. */
function readTable(text: string, start: number, end: number, report: Report): number {
  const head = text.slice(start, end);
  const separator = SEPARATORS.find((mark) => head.includes(mark));
  if (separator === undefined || !isHead(head, separator)) return end;
  const names = head.split(separator).map((cell) => cell.replace(/["'`*\s]+/g, ' ').trim());
  const telling = names.map((name) => isTelling(name));
  if (!telling.includes(true)) return end;
  let at = end + 1;
  for (let row = 0; row < MOST_ROWS && at < text.length; row++) {
    const to = endOfLine(text, at);
    if (to - at > LONGEST) break;
    const line = text.slice(at, to);
    if (!/^[\s|+:│├┼┤─=-]*$/.test(line)) {
      const cells = line.split(separator);
      if (cells.length !== names.length) break;
      reportCells(cells, at, names, telling, report);
    } else if (line.trim() === '') break;
    at = to + 1;
  }
  return at;
}

/** Names and nothing else, two of them at least: a list in code ends its lines with a comma, and its words are in quotes or brackets. */
function isHead(head: string, separator: string): boolean {
  const names = head.split(separator).map((cell) => cell.trim());
  if (separator === '|' || separator === '│') {
    if (names[0] === '') names.shift();
    if (names.at(-1) === '') names.pop();
  } else if (/^\s/.test(head)) return false;
  return names.length > 1 && names.every((name) => /^["'`*]{0,2}[A-Za-z][\w #/.-]{0,38}["'`*]{0,2}$/.test(name));
}

function reportCells(
  cells: readonly string[],
  from: number,
  names: readonly string[],
  telling: readonly boolean[],
  report: Report,
): void {
  let at = from;
  for (const [i, cell] of cells.entries()) {
    const name = names[i] ?? '';
    const value = /^[\s"'`*]*(?<v>.*?)[\s"'`*]*$/.exec(cell)?.groups?.v ?? '';
    if (telling[i] === true && isCell(name, value)) {
      const start = at + cell.indexOf(value);
      report({ rule: ruleOfName(name.replaceAll(' ', '_')), start, end: start + value.length, value });
    }
    at += cell.length + 1;
  }
}

function isTelling(name: string): boolean {
  const kind = kindOfName(name.replaceAll(' ', '_'));
  return name.length < 40 && (kind === 'password' || kind === 'secret');
}

/** No word, call or path: a table of a manual has such names above sentences. */
function isCell(name: string, value: string): boolean {
  return (
    value.length >= 6 &&
    /\d/.test(value) &&
    /[A-Za-z]/.test(value) &&
    !/[\s()<>=[\]{}]|^[~./]|:\/\/|^\d+(?:\.\d+)+$/.test(value) &&
    !isPlaceholder(value) &&
    (value.length >= 8 || /[a-z]\d|\d[a-z]/i.test(value)) &&
    (judgeAssignment(name.replaceAll(' ', '_'), value, 'quoted') === 'secret' || isDense(value))
  );
}

/** Letters of either case and digits in turns that no words make. */
function isDense(value: string): boolean {
  const changes = value.match(/[a-z](?![a-z])|[A-Z](?![A-Z])|\d(?!\d)/g)?.length ?? 0;
  return (
    value.length >= 10 &&
    /^[A-Za-z\d]+$/.test(value) &&
    changes > value.length * 0.42 &&
    /[a-z]/.test(value) &&
    /[A-Z]/.test(value)
  );
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

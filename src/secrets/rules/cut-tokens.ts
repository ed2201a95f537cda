/** Tokens that a text breaks off in: at its end, or before a mark that says that something was left out. */
/** The other half stands in another turn or nowhere; without its beginning nobody can use it. */

import type { Report } from '../finding.ts';
import { isPlaceholder } from '../judging/placeholders.ts';
import type { TellingPlace } from '../telling-place.ts';
import { tokenShapes } from './token-shapes.ts';

/** Beginnings that nothing else has: longer than three characters, with a mark at their end, or capitals that are known. */
const BEGINNINGS = new Map(
  tokenShapes.flatMap(({ rule, literals }) =>
    literals
      .filter((text) => /^[A-Za-z][\w.-]{2,}[_.-]$|^(?:AKIA|ASIA|AIza|ya29\.)$/.test(text))
      .map((text) => [text, rule]),
  ),
);
const BEGINNING = `(?<![A-Za-z0-9])(?:${[...BEGINNINGS.keys()]
  .toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1))
  .map((text) => text.replaceAll('.', '\\.'))
  .join('|')})`;
const REST = '[A-Za-z0-9_-]{8,200}';
const CUT = new RegExp(`${BEGINNING}${REST}$`);
/** With fewer characters there is nothing to hide, and with more it is found as a whole. */
const LEAST = 14;
const MOST = 256;

/** The one that the text ends in, blanks aside. */
export function findCutToken(text: string, report: Report): void {
  let end = text.length;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  let start = end;
  while (start > 0 && end - start < MOST && isTokenCode(text.charCodeAt(start - 1))) start--;
  if (end - start < LEAST) return;
  const value = CUT.exec(text.slice(start, end))?.[0];
  if (value !== undefined && isCut(value)) report({ rule: ruleOf(value), start: end - value.length, end, value });
}

/** Before `…123 tokens truncated…`, `[output truncated]` and their like. */
export const cutPlaces: readonly TellingPlace[] = [
  {
    rule: 'token',
    literals: ['truncated', 'omitted'].map((text) => ({
      text,
      folded: true,
      before: /[A-Za-z0-9_-]{8}\s{0,4}(?:…|\.{3}|[[(<])[^\n]{0,48}$/,
    })),
    pattern: new RegExp(
      `(?<v>${BEGINNING}${REST})(?=\\s{0,4}(?:…|\\.{3}|[[(<])[^\\n]{0,48}?(?:[Tt]runcated|[Oo]mitted|TRUNCATED|OMITTED))`,
      'dg',
    ),
    accepts: isCut,
  },
];

/** Random as far as it goes: letters of both cases and digits in turns, not words. */
function isCut(value: string): boolean {
  const rest = value.slice(beginningOf(value).length);
  const longest = rest.split(/[_-]/).reduce((a, b) => (b.length > a.length ? b : a), '');
  const changes = longest.match(/[a-z](?=[A-Z\d])|[A-Z](?=\d)|[A-Z]{2}(?=[a-z])|\d(?=[A-Za-z])/g)?.length ?? 0;
  return longest.length >= 8 && /\d/.test(longest) && changes >= 3 && !isPlaceholder(value);
}

function beginningOf(value: string): string {
  let best = '';
  for (const text of BEGINNINGS.keys()) if (text.length > best.length && value.startsWith(text)) best = text;
  return best;
}

function ruleOf(value: string): string {
  return BEGINNINGS.get(beginningOf(value)) ?? 'token';
}

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function isTokenCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x2d ||
    code === 0x2e
  );
}

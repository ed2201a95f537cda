/** Secrets that are cut in two: over neighbouring texts of one value, or over the blank that stands for a line end in a title. */
/** Only tokens of a known shape count, because any two texts make some sentence when they are put together. */

import type { Finding } from './finding.ts';
import type { TextField } from './strings.ts';
import type { TextScanner } from './text-scanner.ts';

/** A secret that begins in one text and ends in another. */
export interface Seam {
  readonly first: number;
  /** Where it begins in the first. */
  readonly start: number;
  readonly second: number;
  /** Where it ends in the second. */
  readonly end: number;
  readonly finding: Finding;
}

/** Members of parts that stand between what two of them say. */
const BETWEEN: ReadonlySet<string> = new Set(['type', 'id', 'status']);
/** The longest pieces of two neighbours that are looked at together. */
const REACH = 400;

/** In order. Neighbours are values that follow one another: names of members, and what only says the kind of a part, are passed over. */
export function findSeams(fields: readonly TextField[], scanner: TextScanner): readonly Seam[] {
  const seams: Seam[] = [];
  let first = -1;
  for (const [second, field] of fields.entries()) {
    if (field.isName === true || BETWEEN.has(field.member ?? '') || field.text === '') continue;
    const seam = first === -1 ? undefined : findSeam(fields[first]?.text ?? '', field.text, scanner);
    if (seam !== undefined) seams.push({ first, second, ...seam });
    first = second;
  }
  return seams;
}

/** The text without tokens that a single blank stands in. `marker` says what stands instead. */
export function mendBlanks(text: string, scanner: TextScanner, marker: (finding: Finding) => string): string {
  let out = text;
  for (let blank = out.indexOf(' '); blank !== -1; blank = out.indexOf(' ', blank + 1)) {
    const [before, after] = [out.slice(0, blank), out.slice(blank + 1)];
    const seam = findSeam(before, after, scanner);
    if (seam !== undefined) out = before.slice(0, seam.start) + marker(seam.finding) + after.slice(seam.end);
  }
  return out;
}

function findSeam(
  before: string,
  after: string,
  scanner: TextScanner,
): Pick<Seam, 'start' | 'end' | 'finding'> | undefined {
  const head = headOf(after);
  if (head === 0 || tailOf(before) + head < SHORTEST || !isTokenUnit(before, before.length - 1)) return undefined;
  const left = before.slice(-REACH);
  const findings = scanner.scanJoined(left + after.slice(0, REACH));
  const finding = findings.find(({ start, end }) => start < left.length && end > left.length);
  if (finding === undefined) return undefined;
  // Whole on one side it is found there anyway, and what it is glued to is no part of it.
  const right = after.slice(0, finding.end - left.length);
  if (scanner.scanJoined(left).some(({ end }) => end === left.length) || scanner.scanJoined(right).length > 0)
    return undefined;
  const offset = before.length - left.length;
  return { start: offset + finding.start, end: finding.end - left.length, finding };
}

/** No token is shorter, so fewer characters of one on both sides together make none. */
const SHORTEST = 20;
const TOKEN_CHARACTER = /[\w+/=.~:-]/;
const TOKEN_UNITS = Uint8Array.from({ length: 128 }, (_, code) =>
  TOKEN_CHARACTER.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Characters of a token that the text begins with, up to those of the shortest. */
function headOf(text: string): number {
  let length = 0;
  while (length < SHORTEST && isTokenUnit(text, length)) length++;
  return length;
}

/** The same for its end. */
function tailOf(text: string): number {
  let length = 0;
  while (length < SHORTEST && isTokenUnit(text, text.length - 1 - length)) length++;
  return length;
}

function isTokenUnit(text: string, at: number): boolean {
  return at >= 0 && at < text.length && TOKEN_UNITS[text.charCodeAt(at)] === 1;
}

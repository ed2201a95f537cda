/** Where a text is wrapped: line ends with their gutters, and string literals that are added together. */
/** One function for the fast look and for the joined view, so that both join the same places. */

/**
 * Writes a text without its joins to `out`, which has space for all of it, and returns how many units that are. A join is a
 * line end with what belongs to the layout (blanks, a closing quote, `+`, `|` or a backslash before it; blanks, line number,
 * diff sign and quote after it), or `" + "` between two quotes. `joins` is told where each one begins and ends in the text.
 * `units`: the text, and a zero behind it. `watch` is told of units that it waits for: one pass costs less than two.
 */
export function joinLines(
  units: Uint16Array,
  length: number,
  out: Uint16Array,
  joins?: number[],
  watch: Watch = NOBODY,
): number {
  const { kinds } = watch;
  let at = 0;
  /** Where the join before ended in `out`: the next one begins there or later. */
  let floor = 0;
  for (let i = 0; i < length; i++) {
    const code = units[i] ?? 0;
    out[at++] = code;
    const kind = kinds[code] ?? 0;
    if (kind === 0) continue;
    if (kind !== STOP) {
      watch.tell(units, i, kind);
      continue;
    }
    const end = joinEnd(units, i, code);
    if (end === -1) continue;
    const start = code === NEWLINE ? beforeLineEnd(out, at - 1, floor) : at - 1;
    joins?.push(i - (at - 1 - start), end);
    floor = at = start;
    i = end - 1;
  }
  return at;
}

/** Somebody who wants to know of some units of the text. */
export interface Watch {
  /** What `watchFor` made. */
  readonly kinds: Uint8Array;
  /** There is a unit of such a kind at this place of the text. */
  tell(units: Uint16Array, at: number, kind: number): void;
}

/** One table for all units, because a comparison of letters with other characters is a coin toss. `kinds`: over 1; no line end and no quote has one. */
export function watchFor(kinds: ReadonlyMap<number, number>): Uint8Array {
  const table = new Uint8Array(1 << 16);
  for (const [code, kind] of kinds) table[code] = kind;
  for (const stop of ['\n', '"', "'", '`']) table[stop.charCodeAt(0)] = STOP;
  return table;
}

/** Line ends and quotes. */
const STOP = 1;
const NOBODY: Watch = { kinds: watchFor(new Map()), tell: () => {} };
const NEWLINE = 0x0a;
const MAX_BLANKS = 40;

/** Where the join ends that begins around the line end or quote at `stop`; -1: there is none. */
function joinEnd(units: Uint16Array, stop: number, code: number): number {
  if (code === NEWLINE) return afterLineEnd(units, stop);
  return startsConcatenation(units[stop + 1] ?? 0) ? afterConcatenation(units, stop) : -1;
}

function isQuote(code: number): boolean {
  return code === 0x22 || code === 0x27 || code === 0x60;
}

function startsConcatenation(code: number): boolean {
  return isBlank(code) || isQuote(code) || isPlus(code);
}

function isPlus(code: number): boolean {
  return code === 0x2b || code === 0x2e || code === 0x26;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function afterConcatenation(units: Uint16Array, quote: number): number {
  let at = skipBlanks(units, quote + 1);
  if (isPlus(units[at] ?? 0)) at = skipBlanks(units, at + 1);
  return isQuote(units[at] ?? 0) ? at + 1 : -1;
}

function skipBlanks(units: Uint16Array, from: number): number {
  let at = from;
  while (at - from < MAX_BLANKS && isBlank(units[at] ?? 0)) at++;
  return at;
}

/** Where the layout before a line end at `newline` begins, at `floor` or later. */
function beforeLineEnd(units: Uint16Array, newline: number, floor: number): number {
  let at = newline;
  if (codeBefore(units, at, floor) === 0x0d) at--;
  at = skipBlanksBack(units, at, floor);
  const code = codeBefore(units, at, floor);
  // Backslash, plus, pipe, box pipe.
  if (code === 0x5c || code === 0x2b || code === 0x7c || code === 0x2502) at = skipBlanksBack(units, at - 1, floor);
  return isQuote(codeBefore(units, at, floor)) ? at - 1 : at;
}

function skipBlanksBack(units: Uint16Array, from: number, floor: number): number {
  let at = from;
  while (from - at < MAX_BLANKS && isBlank(codeBefore(units, at, floor))) at--;
  return at;
}

function codeBefore(units: Uint16Array, at: number, floor: number): number {
  return at > floor ? (units[at - 1] ?? 0) : 0;
}

/** Behind a backslash a line goes on: what begins it with a hyphen is an option, no line of a diff. */
function afterLineEnd(units: Uint16Array, newline: number): number {
  const before = units[newline - 1] === 0x0d ? newline - 2 : newline - 1;
  if (units[before] !== 0x5c) return afterGutter(units, newline + 1);
  const at = skipBlanks(units, newline + 1);
  return units[at] === 0x2d ? at : afterGutter(units, newline + 1);
}

function afterGutter(units: Uint16Array, from: number): number {
  let at = from;
  for (let round = 0; round < 2; round++) {
    const start = skipBlanks(units, at);
    const sign = afterSign(units, start);
    at = start;
    if (sign === start) break;
    at = sign;
  }
  at = skipBlanks(units, at);
  return isQuote(units[at] ?? 0) ? at + 1 : at;
}

/** After a line number with its mark, or after one sign of a diff, quote, list or table. */
function afterSign(units: Uint16Array, from: number): number {
  let at = from;
  while (at - from < 7 && isDigit(units[at] ?? 0)) at++;
  if (at > from) {
    if (units[at] === 0x09) return at + 1;
    at = skipBlanks(units, at);
    return isMark(units[at] ?? 0) ? at + 1 : from;
  }
  const code = units[at] ?? 0;
  return isMark(code) || code === 0x2b || code === 0x2d || code === 0x3e || code === 0x23 || code === 0x2a
    ? at + 1
    : at;
}

/** Arrow, colon, pipe, box pipe. */
function isMark(code: number): boolean {
  return code === 0x2192 || code === 0x3a || code === 0x7c || code === 0x2502;
}

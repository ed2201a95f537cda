/** Where a text is wrapped: line ends with their gutters, and string literals that are added together. */
/** One function for the fast look and for the joined view, so that both join the same places. */

/**
 * Calls `take` with the range of each join, in order, without overlaps. A join is a line end with what belongs to the layout
 * (blanks, a closing quote, `+`, `|` or a backslash before it; blanks, line number, diff sign and quote after it), or
 * `" + "` between two quotes.
 */
export function walkJoins(text: string, take: (start: number, end: number) => void): void {
  let done = 0;
  for (let i = nextStop(text, 0); i !== -1; i = nextStop(text, i + 1)) {
    if (i < done) continue;
    const newline = text.charCodeAt(i) === NEWLINE;
    const end = newline ? afterGutter(text, i + 1) : afterConcatenation(text, i);
    if (end === -1) continue;
    const start = newline ? Math.max(done, beforeLineEnd(text, i)) : i;
    take(start, end);
    done = end;
  }
}

const NEWLINE = 0x0a;
const MAX_BLANKS = 40;

function nextStop(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === NEWLINE || (isQuote(code) && startsConcatenation(text.charCodeAt(i + 1)))) return i;
  }
  return -1;
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

function afterConcatenation(text: string, quote: number): number {
  let at = skipBlanks(text, quote + 1);
  if (isPlus(text.charCodeAt(at))) at = skipBlanks(text, at + 1);
  return isQuote(text.charCodeAt(at)) ? at + 1 : -1;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at - from < MAX_BLANKS && isBlank(text.charCodeAt(at))) at++;
  return at;
}

function beforeLineEnd(text: string, newline: number): number {
  let at = newline;
  if (text.charCodeAt(at - 1) === 0x0d) at--;
  at = skipBlanksBack(text, at);
  const code = text.charCodeAt(at - 1);
  // Backslash, plus, pipe, box pipe.
  if (code === 0x5c || code === 0x2b || code === 0x7c || code === 0x2502) at = skipBlanksBack(text, at - 1);
  return isQuote(text.charCodeAt(at - 1)) ? at - 1 : at;
}

function skipBlanksBack(text: string, from: number): number {
  let at = from;
  while (from - at < MAX_BLANKS && isBlank(text.charCodeAt(at - 1))) at--;
  return at;
}

function afterGutter(text: string, from: number): number {
  let at = from;
  for (let round = 0; round < 2; round++) {
    const start = skipBlanks(text, at);
    const sign = afterSign(text, start);
    at = start;
    if (sign === start) break;
    at = sign;
  }
  at = skipBlanks(text, at);
  return isQuote(text.charCodeAt(at)) ? at + 1 : at;
}

/** After a line number with its mark, or after one sign of a diff, quote, list or table. */
function afterSign(text: string, from: number): number {
  let at = from;
  while (at - from < 7 && isDigit(text.charCodeAt(at))) at++;
  if (at > from) {
    if (text.charCodeAt(at) === 0x09) return at + 1;
    at = skipBlanks(text, at);
    return isMark(text.charCodeAt(at)) ? at + 1 : from;
  }
  const code = text.charCodeAt(at);
  return isMark(code) || code === 0x2b || code === 0x2d || code === 0x3e || code === 0x23 || code === 0x2a
    ? at + 1
    : at;
}

/** Arrow, colon, pipe, box pipe. */
function isMark(code: number): boolean {
  return code === 0x2192 || code === 0x3a || code === 0x7c || code === 0x2502;
}

/** Private keys in PEM, also with escaped line ends, behind gutters, or with their first or last line cut off. */
/** Found by their markers and read line by line: a cut through the block must not save the rest of it. */

import type { Report } from '../finding.ts';
import { looksRandom } from '../judging/placeholders.ts';

export const PRIVATE_KEY_HINT = /PRIVATE KEY|Private-Lines/;

export function findPrivateKeys(text: string, report: Report): void {
  let done = 0;
  MARKER.lastIndex = 0;
  for (let match = MARKER.exec(text); match !== null; match = MARKER.exec(text)) {
    if (match.index < done) continue;
    const begins = match.groups?.kind === 'BEGIN' || match.groups?.putty !== undefined;
    const from = begins ? match.index : bodyBefore(text, match.index, done);
    let to = begins ? bodyAfter(text, match.index + match[0].length) : match.index + match[0].length;
    const body = begins ? text.slice(match.index + match[0].length, to) : text.slice(from, match.index);
    if (base64Count(body) < (begins ? 40 : 16)) continue;
    if (begins) to = endMarkerAfter(text, to);
    report({ rule: 'private-key', start: from, end: to, value: text.slice(from, to) });
    done = to;
    MARKER.lastIndex = to;
  }
}

const MARKER =
  /-----(?<kind>BEGIN|END) ?(?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----|(?<putty>Private-Lines: \d{1,4})/g;
const END_MARKER = /^[^A-Za-z0-9]{0,60}-----END ?(?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/;
/** One line of the body, its gutter and its line end, whatever it was written with. */
const BODY_LINE =
  /(?:\\{1,4}[rn]|\r?\n|[ \t]|^)(?:[ \t]{0,12}(?:\d{1,6}[ \t]{0,4}[→:|\t]|[+\->|#*])?[ \t]{0,12}["'`]?(?:Proc-Type|DEK-Info|Version|Comment|Private-MAC)[^\r\n\\]{0,100}|[ \t]{0,12}(?:\d{1,6}[ \t]{0,4}[→:|\t]|[+\->|#*])?[ \t]{0,12}["'`]?[A-Za-z0-9+/=]{1,4096}["'`,+]{0,3}|[ \t"'`+]{0,12})/y;

function bodyAfter(text: string, from: number): number {
  let at = from;
  for (let lines = 0; lines < 4000; lines++) {
    BODY_LINE.lastIndex = at;
    const match = BODY_LINE.exec(text);
    if (match === null || match[0].length === 0) break;
    // Words in a row are prose again, not a key.
    if (/^[ \t]+[A-Za-z]{1,24}$/.test(match[0])) break;
    at = BODY_LINE.lastIndex;
  }
  return at;
}

function endMarkerAfter(text: string, at: number): number {
  const match = END_MARKER.exec(text.slice(at, at + 160));
  return match === null ? at : at + match[0].length;
}

/** Start of the base64 lines that stand right before an END line whose BEGIN is missing. */
function bodyBefore(text: string, end: number, floor: number): number {
  let at = end;
  while (at > floor && /[A-Za-z0-9+/=\s\\"'`|>→:]/.test(text.charAt(at - 1)) && end - at < 100_000) at--;
  const piece = text.slice(at, end);
  const first = piece.search(/[A-Za-z0-9+/=]{32,}/);
  if (first !== -1) return at + first;
  // The last line alone, as `tail -2` prints it: shorter than the others.
  const last = /[A-Za-z0-9+/]{16,31}={0,2}(?=[\s\\"'`]{0,8}$)/.exec(piece);
  return last !== null && (last[0].endsWith('=') || looksRandom(last[0])) ? at + last.index : end;
}

function base64Count(text: string): number {
  return text.replace(/\\[rn]|[^A-Za-z0-9+/=]/g, '').length;
}

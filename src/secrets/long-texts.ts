/** Cuts very long texts into pieces that are looked at one after the other: what is found in one is let go before the next. */
/** A line of sixty megabytes has a million findings and as many readings; memory follows a piece, not the line. */

import type { TextField } from './strings.ts';

/** The fields with long texts in pieces, and how many each of them became. A name is never cut. */
export function cutLong(fields: readonly TextField[]): {
  readonly pieces: readonly TextField[];
  readonly counts: readonly number[];
} {
  if (fields.every(({ text }) => text.length <= LONG)) return { pieces: fields, counts: [] };
  const pieces: TextField[] = [];
  const counts = fields.map((field) => {
    const texts = field.isName === true ? [field.text] : [...walkPieces(field.text)];
    for (const text of texts) pieces.push(texts.length === 1 ? field : { text });
    return texts.length;
  });
  return { pieces, counts };
}

/** The texts of pieces put together again. */
export function joinLong(texts: readonly string[], counts: readonly number[]): readonly string[] {
  if (counts.length === 0) return texts;
  let at = 0;
  return counts.map((count) => {
    at += count;
    // not written once more: they stand where they are until somebody reads the whole
    return texts.slice(at - count, at).reduce((whole, piece) => whole + piece);
  });
}

/** Pieces of any length as pieces that can be looked at one after the other. One that has no line end of the kind is cut where no token goes on. */
export function* walkTextPieces(pieces: Iterable<string>): Generator<string> {
  let held = '';
  for (const piece of pieces) {
    held += piece;
    for (let end = findSoftCut(held); end !== -1; end = findSoftCut(held)) {
      yield held.slice(0, end);
      held = held.slice(end);
    }
  }
  if (held !== '') yield held;
}

/** -1: the text is not long enough to be cut. */
function findSoftCut(text: string): number {
  if (text.length <= LONG) return -1;
  const talk = findCut(text, LONG);
  if (talk !== -1) return talk;
  if (text.length <= 2 * LONG) return -1;
  const rest = text.slice(LONG);
  const soft = SOFT.map((cut) => rest.search(cut)).find((at) => at !== -1);
  return soft === undefined ? 2 * LONG : LONG + soft + 1;
}

/** Behind these no token and no key of several lines goes on. */
const SOFT = [/[,;}\]](?=[\s"'{[])/, /[,;}\])]/, /\s/];

function* walkPieces(text: string): Generator<string> {
  let from = 0;
  for (let to = LONG; to < text.length; to = Math.max(to, from) + LONG) {
    const end = findCut(text, to);
    if (end === -1) break;
    yield text.slice(from, end);
    from = end;
  }
  yield text.slice(from);
}

/** Behind the first line end after `from` around which people or programs talk: no key and no block goes on there. -1: there is none. */
function findCut(text: string, from: number): number {
  for (let end = text.indexOf('\n', from); end !== -1; end = text.indexOf('\n', end + 1)) {
    const before = text.slice(Math.max(from, end - NEAR), end);
    if (!WORDS.test(before.slice(before.lastIndexOf('\n') + 1))) continue;
    const [after = ''] = text.slice(end + 1, end + 1 + NEAR).split('\n', 1);
    if (WORDS.test(after)) return end + 1;
  }
  return -1;
}

/** UTF-16 units. */
const LONG = 1 << 20;
/** A blank between words. */
const WORDS = /[\p{L}\d.,:;)] [\p{L}\d(/]/u;
/** How far from the line end they may stand. */
const NEAR = 403;

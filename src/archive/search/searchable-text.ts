/** What of a turn can be searched: the words of its payload, with role and model. */
/** What is withheld, damaged or of a kind that cannot be looked into has no words. */

import { decodeUtf8 } from '../../base/bytes.ts';
import { BadItemError } from '../../model/errors.ts';
import { findProjection, type PayloadWords } from '../../model/payload.ts';
import type { LoggedTurn, Payload } from '../../model/turn.ts';

/** Characters of each kind of text in a turn that are searched: some 150,000 words. What stands behind them is not found. */
const SEARCHED_LENGTH = 1024 * 1024;
/** A payload of more bytes is not decoded for it, which would take its size several times over in memory. */
const DECODED = 4 * 1024 * 1024;

/** Undefined: no words in it that we can read. */
export function searchableText(turn: LoggedTurn, payload: Payload | undefined): PayloadWords | undefined {
  if (payload?.status !== 'present') return undefined;
  const projection = findProjection(turn);
  if (projection === undefined) return undefined;
  if (payload.bytes.length > DECODED) return wordsOfStart(payload.bytes);
  try {
    const { text, reasoning, toolOutput, ...rest } = projection.toWords(payload.bytes);
    return { ...rest, text: start(text), reasoning: start(reasoning), toolOutput: start(toolOutput) };
  } catch (error) {
    if (error instanceof BadItemError) return undefined; // stored as it came; verify names it
    throw error;
  }
}

/** The beginning of a huge payload's JSON, read as one text: its strings, among the names of its members. */
function wordsOfStart(bytes: Uint8Array): PayloadWords {
  // an item's role stands behind its parts, so near the end: JCS sorts members
  const role = /"role":"([a-z]+)"/.exec(decodeUtf8(bytes.subarray(-1024)))?.[1] ?? '';
  const text = decodeUtf8(bytes.subarray(0, SEARCHED_LENGTH)).replace(/\\(?:u[0-9a-fA-F]{4}|.)/g, ' ');
  return role === 'user' || role === 'system' || role === ''
    ? { role, text, reasoning: '', toolOutput: '' }
    : { role, text: '', reasoning: '', toolOutput: text };
}

function start(text: string): string {
  return text.length <= SEARCHED_LENGTH ? text : text.slice(0, SEARCHED_LENGTH);
}

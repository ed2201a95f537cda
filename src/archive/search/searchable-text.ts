/** What of a turn can be searched: the words of its payload, with role and model. */
/** What is withheld, damaged or of a kind that cannot be looked into has no words. */

import { BadItemError } from '../../model/errors.ts';
import { findProjection, type PayloadWords } from '../../model/payload.ts';
import type { LoggedTurn, Payload } from '../../model/turn.ts';

/** Undefined: no words in it that we can read. */
export function searchableText(turn: LoggedTurn, payload: Payload | undefined): PayloadWords | undefined {
  if (payload?.status !== 'present') return undefined;
  try {
    return findProjection(turn)?.toWords(payload.bytes);
  } catch (error) {
    if (error instanceof BadItemError) return undefined; // stored as it came; verify names it
    throw error;
  }
}

/** Whether a payload is what its turn's type says: an item in its shape and its one spelling, JSON that is JSON. */
/** Its bytes are those that were written, so nothing here makes a conversation read-only. */

import type { ConversationId } from '../../model/ids.ts';
import { findPayloadProblem } from '../../model/payload.ts';
import type { DamageReport } from '../contract.ts';
import { tileFile } from '../files/conversation-files.ts';
import { TILE_WIDTH } from '../format/tile-names.ts';
import type { SeenTurn } from '../scan/scan.ts';

/** Undefined: nothing to say, also of what is taken back, damaged, or of a kind that cannot be looked into. */
export function checkItem(
  conversation: ConversationId,
  position: number,
  { record, payload }: SeenTurn,
): DamageReport | undefined {
  const message = payload === undefined ? undefined : findPayloadProblem(record, payload);
  if (message === undefined) return undefined;
  const file = tileFile(conversation, 'payload', Math.floor(position / TILE_WIDTH));
  return { kind: 'payload', file, conversation, turns: [record.hash], positions: [position], message };
}

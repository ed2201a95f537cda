/** What a log has lost of what was known of it, told from its present bytes. */
/** A log only grows, so a known state is the beginning of every later one: its size and root are enough to tell. */

import { equalBytes } from '../../base/bytes.ts';
import { plural } from '../../model/counts.ts';
import type { DamageReport } from '../contract.ts';
import { conversationPath } from '../files/conversation-files.ts';
import type { KnownLog } from '../index/lost-logs.ts';
import type { ScannedConversation } from './scan.ts';

/** Undefined: nothing, as far as is known. */
export function findLoss(known: KnownLog | undefined, scanned: ScannedConversation): DamageReport | undefined {
  if (known === undefined || continues(known, scanned)) return undefined;
  const size = scanned.frontier.size;
  if (size === 0 && scanned.checkpoint === undefined) return lossReport(known);
  const message =
    size < known.size
      ? `it holds ${size} of the ${plural(known.size, 'record')} that were known: an earlier state of the log was put in its place`
      : `its first ${plural(known.size, 'record')} ${known.size === 1 ? 'is not what was' : 'are not those that were'} known: another log was put in its place`;
  return { ...lossReport(known), message };
}

/** For a conversation of which nothing is there. */
export function lossReport({ id, size, turns }: KnownLog): DamageReport {
  const message = `its log is gone: ${plural(size, 'record')} with ${plural(turns, 'turn')} were known`;
  return { kind: 'log', file: conversationPath(id), conversation: id, turns: [], message };
}

function continues(known: KnownLog, { knownRoot }: ScannedConversation): boolean {
  return knownRoot !== undefined && equalBytes(knownRoot, known.root);
}

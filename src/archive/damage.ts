/** Which findings are damage, and which only want to be known. */
/** A tail that was torn while writing was never acknowledged: the next writer moves it away, and nothing is lost. */

import type { DamageReport } from './contract.ts';

export function isDamage({ kind }: DamageReport): boolean {
  return !NOTES.includes(kind);
}

const NOTES: readonly DamageReport['kind'][] = ['torn-tail', 'note'];

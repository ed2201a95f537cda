/** Counts as people type them. */
/** Apart from the commands, so that one does not load another for a word. */

import { UsageError } from './errors.ts';

/** A whole number from 0 up, from an option. Throws UsageError. */
export function countOf(value: string | boolean, option: string): number {
  const n = Number(value);
  if (!/^\d+$/.test(String(value)) || !Number.isSafeInteger(n))
    throw new UsageError(`${option} takes a whole number, not "${value}"`);
  return n;
}

/** Counts as people type and read them. */
/** Apart from the commands, so that one does not load another for a word. */

import { UsageError } from './errors.ts';

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

/** A whole number from 0 up, from an option. Throws UsageError. */
export function countOf(value: string | boolean, option: string): number {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 0) throw new UsageError(`${option} takes a whole number, not "${value}"`);
  return n;
}

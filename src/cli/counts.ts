/** Counts as people type and read them. */
/** Apart from the commands, so that one does not load another for a word. */

import { UsageError } from './errors.ts';

/** `12,345`. Not by the runtime's tables of languages: they take longer to load than a small command takes. */
export function formatCount(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 turn`, `2 turns` */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${formatCount(n)} ${n === 1 ? one : many}`;
}

/** A whole number from 0 up, from an option. Throws UsageError. */
export function countOf(value: string | boolean, option: string): number {
  const n = Number(value);
  if (!/^\d+$/.test(String(value)) || !Number.isSafeInteger(n))
    throw new UsageError(`${option} takes a whole number, not "${value}"`);
  return n;
}

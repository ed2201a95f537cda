/** Two checks on values from outside before anything walks through them. */
/** Values of one record are small in number, so both cost little beside parsing. */

import type { JsonValue } from '../../../base/json.ts';
import { limits } from '../../../base/limits.ts';

/** Whether a value has at most `limits.jsonDepth` levels of arrays and objects. */
export function checkDepth(value: JsonValue, levels: number = limits.jsonDepth): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  for (const member of Object.values(value)) if (!checkDepth(member as JsonValue, levels - 1)) return false;
  return true;
}

/** The value with lone surrogates in its strings replaced by U+FFFD: they have no UTF-8 form. The depth has been checked. */
export function cleanText<T>(value: T): T {
  return clean(value) as T;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(clean);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), clean(member)]));
}

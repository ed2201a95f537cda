/** Whether a value is nested too deep to stand in an item. */
/** Asked before anything walks through it. */

import type { JsonObject, JsonValue } from '../../../base/json.ts';
import { limits } from '../../../base/limits.ts';

/** Iterative, so that hostile nesting cannot end the process. */
export function isTooDeep(value: JsonValue, deepest: number = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false;
  let level: (readonly JsonValue[] | JsonObject)[] = [value as readonly JsonValue[] | JsonObject];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > deepest) return true;
    const next: (readonly JsonValue[] | JsonObject)[] = [];
    for (const container of level) {
      for (const child of Object.values(container)) {
        if (typeof child === 'object' && child !== null) next.push(child);
      }
    }
    level = next;
  }
  return false;
}

/** Room is left for the item around the value. */
const DEEPEST = limits.jsonDepth - 8;

/** Members of records from outside: each function checks one kind, and gives undefined for anything else. */
/** Nothing of a record is believed before it went through one of these. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import { limits } from '../../../base/limits.ts';
import { isTooDeep } from './depth.ts';

export function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** The objects in a list; nothing else in it counts. */
export function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isJsonObject) : [];
}

/** A non-negative whole number of bounded size, as counts and durations are. */
export function countOf(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER
    ? Math.round(value)
    : undefined;
}

/** JSON as it may stand in an item: a value nested too deep becomes a sentence. */
export function boundedJson(value: JsonValue | undefined): JsonValue {
  if (value === undefined) return null;
  return isTooDeep(value) ? `[left out: nested deeper than ${limits.jsonDepth} levels]` : value;
}

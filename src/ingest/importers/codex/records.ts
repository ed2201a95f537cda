/** One shape for every spelling of a Codex rollout: enveloped lines, early flat lines, the old JSON document. */
/** So that the walk knows records and no file format. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import { parseTime } from '../../../base/time.ts';

/** One record, whatever line or member it stood on. */
export interface CodexRecord {
  /** `session_meta`, `turn_context`, `response_item`, `event_msg`, `compacted`, or an unknown one. */
  readonly type: string;
  readonly payload: JsonObject;
  /** null: the record has no time of its own. */
  readonly timeMs: number | null;
  /** Written without an envelope, by the first clients: no events stand beside the items. */
  readonly flat: boolean;
}

/** The record of one JSON value; undefined when it is none of Codex's. */
export function findRecord(value: JsonValue): CodexRecord | undefined {
  if (!isJsonObject(value)) return undefined;
  const type = findText(value.type);
  const timeMs = parseTime(value.timestamp) ?? null;
  if (type !== undefined && isJsonObject(value.payload)) return { type, payload: value.payload, timeMs, flat: false };
  if (type !== undefined) return { type: 'response_item', payload: value, timeMs, flat: true };
  if (value.record_type !== undefined)
    return { type: `record_type.${String(value.record_type)}`, payload: value, timeMs, flat: true };
  if (findText(value.id) !== undefined) return { type: 'session_meta', payload: value, timeMs, flat: true };
  return undefined;
}

/** Whether a file of these first characters is the old document `{"session": …, "items": […]}`. */
export function startsDocument(head: string): boolean {
  return /^\s*\{\s*"(?:session|items)"\s*:\s*[[{]/.test(head);
}

/** `response_item.function_call`: how a record is counted. */
export function recordKind(record: CodexRecord): string {
  const kind = findText(record.payload.type);
  const named = record.type === 'response_item' || record.type === 'event_msg';
  return named && kind !== undefined ? `${record.type}.${kind}` : record.type;
}

/** The value when it is a string that is not empty; a lone surrogate in it becomes U+FFFD. */
export function findText(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value.toWellFormed() : undefined;
}

/** The value when it is a whole number that every reader holds exactly. */
export function findWhole(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

/** The same from 0 on, as sizes and durations are. */
export function findCount(value: JsonValue | undefined): number | undefined {
  const whole = findWhole(value);
  return whole !== undefined && whole >= 0 ? whole : undefined;
}

/** Text from outside as it can stand in UTF-8: lone surrogates replaced by U+FFFD. */
/** Nearly everything is well-formed already; then nothing is copied. */

import type { JsonObject, JsonValue } from '../../../base/json.ts';
import type { Item } from '../../../model/item.ts';

/** The same object when there is nothing to replace. */
export function wellFormedItem(item: Item): Item {
  const value = item as unknown as JsonValue;
  return isWellFormed(value) ? item : (wellFormed(value) as unknown as Item);
}

/** The look that nearly all pass: it makes nothing. */
function isWellFormed(value: JsonValue): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).every(isWellFormed);
  const members = value as JsonObject;
  for (const name in members) if (!name.isWellFormed() || !isWellFormed(members[name] ?? null)) return false;
  return true;
}

function wellFormed(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return wellFormedList(value as readonly JsonValue[]);
  let dirty = false;
  const entries: [string, JsonValue][] = [];
  for (const [name, before] of Object.entries(value)) {
    const after = wellFormed(before as JsonValue);
    const cleanName = name.isWellFormed() ? name : name.toWellFormed();
    dirty ||= after !== before || cleanName !== name;
    entries.push([cleanName, after]);
  }
  return dirty ? Object.fromEntries(entries) : value;
}

function wellFormedList(list: readonly JsonValue[]): JsonValue {
  let copy: JsonValue[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const before = list[i] ?? null;
    const after = wellFormed(before);
    if (after === before) continue;
    copy ??= [...list];
    copy[i] = after;
  }
  return copy ?? list;
}

/** What was taken out of a conversation's meta once stays out, whatever a later reading of its sources says. */
/** A meta is written anew as a whole, so a title would bring back what another run had hidden in it. */

import { isJsonObject, type JsonValue } from '../../base/json.ts';
import type { Meta } from '../../model/conversation.ts';
import { hidesMore } from '../../secrets/secrets.ts';

/** `meta` with every text as it stands in one of `others` that has more of it taken out. */
export function keepHidden(meta: Meta, others: readonly Meta[]): Meta {
  return keep(meta as JsonValue, others as readonly JsonValue[]) as Meta;
}

function keep(value: JsonValue, others: readonly JsonValue[]): JsonValue {
  if (typeof value === 'string') {
    const texts = others.filter((other) => typeof other === 'string');
    return texts.reduce((most, text) => (hidesMore(text, most) ? text : most), value);
  }
  if (isList(value)) {
    const hidden = value.filter((each) => typeof each === 'string' && /\[redacted:|~/.test(each)).slice(0, MOST);
    return value.filter((each) => typeof each !== 'string' || !hidden.some((one) => hidesMore(String(one), each)));
  }
  if (!isJsonObject(value)) return value;
  const objects = others.filter(isJsonObject);
  const members = Object.entries(value).map(([name, each]) => [
    name,
    keep(
      each,
      objects.flatMap((other) => other[name] ?? []),
    ),
  ]);
  return Object.fromEntries(members);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Texts with marks in one list that are held against the others. */
const MOST = 256;

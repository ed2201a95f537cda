/** Every string of an item or of meta, in one fixed order, and the same value with some of them replaced. */
/** Object keys are strings too. Members are visited in sorted order, so equal JSON gives equal numbers. */

import type { JsonValue } from '../base/json.ts';

export interface TextField {
  readonly text: string;
  /** Where it stands: `parts/0/arguments/env`. */
  readonly path: string;
  /** Name of the member whose value it is, when that name came from outside. */
  readonly member?: string;
}

/** `all`: neither name nor value is text from outside; `key`: only the name is ours; `none`: both are looked at. */
export type Fixity = 'all' | 'key' | 'none';

/** All strings of a JSON value, object keys included, but for what `fixity` excepts (path of a member to its kind). */
export function listStrings(value: JsonValue, fixity: (path: string) => Fixity): readonly TextField[] {
  const fields: TextField[] = [];
  walk(value, '', fixity, (field) => {
    fields.push(field);
    return field.text;
  });
  return fields;
}

/** The value with each string replaced by the one at the same place of `texts` (the order of `listStrings`). */
export function replaceStrings(
  value: JsonValue,
  fixity: (path: string) => Fixity,
  texts: readonly string[],
): JsonValue {
  let next = 0;
  return walk(value, '', fixity, (field) => texts[next++] ?? field.text);
}

function walk(
  value: JsonValue,
  path: string,
  fixity: (path: string) => Fixity,
  visit: (field: TextField) => string,
  member?: string,
): JsonValue {
  if (typeof value === 'string') return visit({ text: value, path, ...(member !== undefined && { member }) });
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((entry, i) => walk(entry, `${path}/${i}`, fixity, visit, member));
  const entries: [string, JsonValue][] = [];
  const taken = new Set<string>();
  for (const key of Object.keys(value).sort()) {
    const inside = value[key];
    if (inside === undefined) continue;
    const inner = `${path}/${key}`;
    const kind = fixity(inner);
    let name = kind === 'none' ? visit({ text: key, path }) : key;
    // Two keys may become equal; neither may swallow the other.
    while (taken.has(name)) name += "'";
    taken.add(name);
    if (kind === 'all') entries.push([name, inside]);
    else entries.push([name, walk(inside, inner, fixity, visit, kind === 'none' ? key : undefined)]);
  }
  return Object.fromEntries(entries);
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

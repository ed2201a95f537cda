/** Every string of an item or of meta, in one fixed order, and the same value with some of them replaced. */
/** Object keys are strings too. Members are visited in sorted order, so equal JSON gives equal numbers. */

import type { JsonValue } from '../base/json.ts';

export interface TextField {
  readonly text: string;
  /** Name of the member whose value it is, when that name came from outside. */
  readonly member?: string;
}

/** `all`: neither name nor value is text from outside; `key`: only the name is ours; `none`: both are looked at, and all below. */
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

/** `path` undefined: nothing below is excepted, so that a million entries need no path. */
function walk(
  value: JsonValue,
  path: string | undefined,
  fixity: (path: string) => Fixity,
  visit: (field: TextField) => string,
  member?: string,
): JsonValue {
  if (typeof value === 'string') return visit({ text: value, ...(member !== undefined && { member }) });
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) {
    return value.map((entry, i) => walk(entry, path === undefined ? path : `${path}/${i}`, fixity, visit, member));
  }
  const entries: [string, JsonValue][] = [];
  const taken = new Map<string, number>();
  for (const key of Object.keys(value).sort()) {
    const inside = value[key];
    if (inside === undefined) continue;
    const inner = path === undefined ? path : `${path}/${key}`;
    const kind = inner === undefined ? 'none' : fixity(inner);
    const name = freeName(kind === 'none' ? visit({ text: key }) : key, taken);
    if (kind === 'all') entries.push([name, inside]);
    else if (kind === 'key') entries.push([name, walk(inside, inner, fixity, visit)]);
    else entries.push([name, walk(inside, undefined, fixity, visit, key)]);
  }
  return Object.fromEntries(entries);
}

/** Two keys may become equal; neither may swallow the other: a stroke for each before it, and a number where there are many. */
function freeName(wanted: string, taken: Map<string, number>): string {
  let name = wanted;
  for (let n = taken.get(wanted) ?? 0; taken.has(name); n++) {
    name = n < MANY ? wanted + "'".repeat(n + 1) : `${wanted}'${n + 1}`;
    taken.set(wanted, n + 1);
  }
  taken.set(name, taken.get(name) ?? 0);
  return name;
}

const MANY = 16;

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

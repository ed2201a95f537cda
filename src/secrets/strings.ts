/** Every string of an item or of meta, in one fixed order, and the same value with some of them replaced. */
/** Object keys are strings too. Members are visited in sorted order, so equal JSON gives equal numbers. */

import type { JsonValue } from '../base/json.ts';

export interface TextField {
  readonly text: string;
  /** Name of the member whose value it is, when that name came from outside. */
  readonly member?: string;
  /** The name of a member, no value. */
  readonly isName?: true;
}

/** `all`: neither name nor value is text from outside; `key`: only the name is ours; `none`: both are looked at, and all below. */
export type Fixity = 'all' | 'key' | 'none';

/** All strings of a JSON value, object keys included, but for what `fixity` excepts (path of a member to its kind). */
export function listStrings(value: JsonValue, fixity: (path: string) => Fixity): readonly TextField[] {
  const fields: TextField[] = [];
  list(value, '', fixity, undefined, fields);
  return fields;
}

/** `path` undefined: nothing below is excepted, so that a million entries need no path. */
function list(
  value: JsonValue,
  path: string | undefined,
  fixity: (path: string) => Fixity,
  member: string | undefined,
  fields: TextField[],
): void {
  if (typeof value === 'string') {
    fields.push(member === undefined ? { text: value } : { text: value, member });
  } else if (typeof value !== 'object' || value === null) {
    return;
  } else if (isList(value)) {
    for (const [i, entry] of value.entries()) list(entry, below(path, i), fixity, member, fields);
  } else {
    const named = pairName(value);
    for (const name of Object.keys(value).sort()) {
      const inside = value[name];
      if (inside === undefined) continue;
      const inner = below(path, name);
      const kind = inner === undefined ? 'none' : fixity(inner);
      if (kind === 'none') fields.push({ text: name, isName: true });
      if (kind === 'key') list(inside, inner, fixity, undefined, fields);
      else if (kind === 'none')
        list(inside, undefined, fixity, named !== undefined && /^value$/i.test(name) ? named : name, fields);
    }
  }
}

/** The name in a pair such as `{"name": "DB_PASSWORD", "value": …}`. */
function pairName(value: Readonly<Record<string, JsonValue>>): string | undefined {
  if (value.value === undefined && value.Value === undefined) return undefined;
  const name = value.name ?? value.key ?? value.Name ?? value.Key ?? value.variable;
  return typeof name === 'string' && name.length <= 80 ? name : undefined;
}

/** The value with each string replaced by the one at the same place of `texts` (the order of `listStrings`). */
export function replaceStrings(
  value: JsonValue,
  fixity: (path: string) => Fixity,
  texts: readonly string[],
): JsonValue {
  let next = 0;
  const replace = (text: string) => texts[next++] ?? text;
  const walk = (inner: JsonValue, path: string | undefined): JsonValue => {
    if (typeof inner === 'string') return replace(inner);
    if (typeof inner !== 'object' || inner === null) return inner;
    if (isList(inner)) return inner.map((entry, i) => walk(entry, below(path, i)));
    const entries: [string, JsonValue][] = [];
    const taken = new Map<string, number>();
    for (const key of Object.keys(inner).sort()) {
      const inside = inner[key];
      if (inside === undefined) continue;
      const place = below(path, key);
      const kind = place === undefined ? 'none' : fixity(place);
      const name = freeName(kind === 'none' ? replace(key) : key, taken);
      entries.push([name, kind === 'all' ? inside : walk(inside, kind === 'key' ? place : undefined)]);
    }
    return Object.fromEntries(entries);
  };
  return walk(value, '');
}

function below(path: string | undefined, member: string | number): string | undefined {
  return path === undefined ? undefined : `${path}/${member}`;
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

/** Every string of an item or of meta, in one fixed order, and the same value with some of them replaced. */
/** Object keys are strings too. Members are visited in sorted order, so equal JSON gives equal numbers. */

import type { JsonValue } from '../base/json.ts';

export interface TextField {
  readonly text: string;
  /** Name of the member whose value it is, when that name came from outside. */
  readonly member?: string;
  /** The name of a member, or the id of a part: no value. */
  readonly isName?: true;
}

/** What is no text from outside in an object whose members have names of ours; in a list of such objects, in each of them. */
export interface Ours {
  /** Members whose value is ours too. */
  readonly whole: ReadonlySet<string>;
  /** Members that hold such objects again. What stands in any other comes from outside, names and all. */
  readonly inside: ReadonlyMap<string, Ours>;
}

/** All strings of a JSON value, object keys included, but for what is ours. */
export function listStrings(value: JsonValue, ours?: Ours): readonly TextField[] {
  const fields: TextField[] = [];
  list(value, ours, undefined, fields);
  return fields;
}

function list(value: JsonValue, ours: Ours | undefined, member: string | undefined, fields: TextField[]): void {
  if (typeof value === 'string') {
    fields.push(member === undefined ? { text: value } : { text: value, member });
  } else if (typeof value !== 'object' || value === null) {
    return;
  } else if (isList(value)) {
    for (const entry of value) list(entry, ours, member, fields);
  } else if (ours !== undefined) {
    for (const name of Object.keys(value).sort()) {
      const inside = value[name];
      if (inside === undefined || ours.whole.has(name)) continue;
      if (name === 'id' && typeof inside === 'string') fields.push({ text: inside, isName: true });
      else list(inside, ours.inside.get(name), undefined, fields);
    }
  } else {
    const named = pairName(value);
    const isKey = typeof value.kty === 'string';
    for (const name of Object.keys(value).sort()) {
      const inside = value[name];
      if (inside === undefined) continue;
      fields.push({ text: name, isName: true });
      const member = isKey && PRIVATE.test(name) ? 'private_key' : name;
      list(inside, undefined, named !== undefined && PAIRED.test(name) ? named : member, fields);
    }
  }
}

/** Members of a JWK that nobody else may have. */
const PRIVATE = /^(?:d|p|q|dp|dq|qi|k)$/;

/** Members that hold the value of a pair. */
const PAIRED = /^(?:parameter|option)?value$|^text$/i;

/**
 * The name in a pair such as `{"name": "DB_PASSWORD", "value": …}`; of what is typed into a page (`{"element": "Password field", "text": …}`)
 * the word for what it is.
 */
function pairName(value: Readonly<Record<string, JsonValue>>): string | undefined {
  const held = value.value ?? value.Value ?? value.ParameterValue ?? value.OptionValue;
  const name =
    value.name ?? value.key ?? value.Name ?? value.Key ?? value.variable ?? value.ParameterKey ?? value.OptionName;
  if (typeof held === 'string' && typeof name === 'string' && typeof value.domain === 'string') return COOKIE_VALUE;
  if (held !== undefined && typeof name === 'string') return name.length <= 80 ? name : undefined;
  if (held === undefined && value.text === undefined) return undefined;
  const place = value.element ?? value.selector ?? value.locator ?? value.label ?? value.placeholder ?? value.field;
  return typeof place === 'string' ? TYPED_INTO.exec(place.slice(0, 200))?.[0].replace(/\W+/g, '_') : undefined;
}

/** The name of what a browser keeps for a site. */
export const COOKIE_VALUE = 'cookie value';

const TYPED_INTO =
  /pass(?:word|wort|phrase|code)|kennwort|\bpin\b|\botp\b|(?:one.time|verification|security) code|api.?key|secret|token/i;

/** The value with each string replaced by the one at the same place of `texts` (the order of `listStrings`). */
export function replaceStrings(value: JsonValue, texts: readonly string[], ours?: Ours): JsonValue {
  let next = 0;
  const replace = (text: string) => texts[next++] ?? text;
  const walk = (inner: JsonValue, known: Ours | undefined): JsonValue => {
    if (typeof inner === 'string') return replace(inner);
    if (typeof inner !== 'object' || inner === null) return inner;
    if (isList(inner)) return inner.map((entry) => walk(entry, known));
    const entries: [string, JsonValue][] = [];
    const taken = new Map<string, number>();
    for (const key of Object.keys(inner).sort()) {
      const inside = inner[key];
      if (inside === undefined) continue;
      if (known !== undefined) entries.push([key, known.whole.has(key) ? inside : walk(inside, known.inside.get(key))]);
      else entries.push([freeName(replace(key), taken), walk(inside, undefined)]);
    }
    return Object.fromEntries(entries);
  };
  return walk(value, ours);
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

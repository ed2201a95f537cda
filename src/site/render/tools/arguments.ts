/** Finding what we show in the arguments of a tool call, whatever the agent calls it. */
/** Arguments come from outside: any member may be absent or of another kind. */

import { isJsonObject, type JsonValue } from '../../../base/json.ts';
import { listArgumentNames } from '../../../model/tool-arguments.ts';

/** The first of the named members that is a string and not empty. */
export function findText(value: JsonValue, ...names: readonly string[]): string | undefined {
  if (!isJsonObject(value)) return undefined;
  for (const name of names) {
    const member = value[name];
    if (typeof member === 'string' && member !== '') return member;
  }
  return undefined;
}

/** Like findText; an empty string counts. */
export function findString(value: JsonValue, ...names: readonly string[]): string | undefined {
  if (!isJsonObject(value)) return undefined;
  const found = names.map((name) => value[name]).find((member) => typeof member === 'string');
  return typeof found === 'string' ? found : undefined;
}

export function findNumber(value: JsonValue, ...names: readonly string[]): number | undefined {
  if (!isJsonObject(value)) return undefined;
  const found = names.map((name) => value[name]).find((member) => typeof member === 'number');
  return typeof found === 'number' ? found : undefined;
}

export function findList(value: JsonValue, ...names: readonly string[]): readonly JsonValue[] | undefined {
  if (!isJsonObject(value)) return undefined;
  for (const name of names) {
    const member = value[name];
    if (Array.isArray(member)) return member;
  }
  return undefined;
}

/** The members of an object that are none of the named ones; undefined when nothing is left. */
export function otherMembers(value: JsonValue, names: readonly string[]): JsonValue | undefined {
  if (!isJsonObject(value)) return undefined;
  const rest = Object.entries(value).filter(([name]) => !names.includes(name));
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

const PATH_NAMES = listArgumentNames('path');
const COMMAND_NAMES = listArgumentNames('command', 'input');

/** Path of the file that a read, write or edit is about. */
export function findPath(value: JsonValue): string | undefined {
  return findText(value, ...PATH_NAMES);
}

/** The command line of a shell call: a string, or words of which `bash -lc` is the wrapping. */
export function findCommand(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value;
  const words = findList(value, 'command', 'cmd', 'args')?.filter((word) => typeof word === 'string');
  if (words === undefined) return findText(value, ...COMMAND_NAMES);
  const [, flag, script] = words;
  if (words.length === 3 && script !== undefined && /^-l?c$/.test(flag ?? '')) return script;
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}

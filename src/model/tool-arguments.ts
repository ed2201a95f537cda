/** Names that agents give to the arguments of their tools, by what the value is. */
/** One table for everybody who picks out of a call what people look for: terminal, pages and both searches. */

import { isJsonObject, type JsonValue } from '../base/json.ts';

export type ArgumentKind = 'command' | 'path' | 'paths' | 'pattern' | 'address' | 'words' | 'task' | 'folder' | 'input';

/** What says most comes first; within a kind, too. */
const ARGUMENTS: Readonly<Record<ArgumentKind, readonly string[]>> = {
  /** What was run: a line, or a list of words. */
  command: ['command', 'cmd', 'script'],
  path: ['file_path', 'path', 'absolute_path', 'filePath', 'notebook_path', 'filename', 'file'],
  paths: ['paths', 'files'],
  /** What was looked for. */
  pattern: ['pattern', 'glob', 'query'],
  address: ['url', 'uri'],
  /** What it was for, in a few words. */
  words: ['description', 'skill'],
  /** What somebody else was asked to do. */
  task: ['prompt', 'subagent_type'],
  /** Where it was run. */
  folder: ['workdir', 'cwd'],
  /** What was typed into a program: as long as a file. */
  input: ['code', 'chars'],
};

export function listArgumentNames(...kinds: readonly ArgumentKind[]): readonly string[] {
  return kinds.flatMap((kind) => ARGUMENTS[kind]);
}

/** All but `input`: what is short, and what people remember of a call. */
export const TELLING_ARGUMENTS: readonly string[] = listArgumentNames(
  ...(['command', 'path', 'paths', 'pattern', 'address', 'words', 'task', 'folder'] as const),
);

/** The texts of the named arguments, in the order of the names; of a list its texts, joined by spaces. */
export function* walkArguments(given: JsonValue, names: readonly string[]): Generator<string> {
  if (!isJsonObject(given)) return;
  for (const name of names) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (typeof value === 'string') yield value;
    else if (Array.isArray(value)) yield value.filter((each) => typeof each === 'string').join(' ');
  }
}

/** The words of an item, sorted by what they are: prose, reasoning, and what tools were given and gave back. */
/** One answer to "what can be searched", for the terminal and for the site; each decides which of the three it takes. */

import { isJsonObject, type JsonValue } from '../base/json.ts';
import type { Item, Part, ToolCallPart } from './item.ts';
import { TELLING_ARGUMENTS } from './tool-arguments.ts';

/** Plain text, pieces on lines of their own; empty where there is none. Terminal codes are left out. */
export interface ItemText {
  /** Prompts, prose, notices, tool names, commands, file paths, addresses, names of attachments. */
  readonly text: string;
  readonly reasoning: string;
  /** Other arguments of tools (file contents, patches) and all that tools gave back. */
  readonly toolOutput: string;
}

/** Never throws: a part of an unknown type or shape has no words. */
export function itemText(item: Item): ItemText {
  const words: Words = { text: [], reasoning: [], toolOutput: [] };
  for (const part of item.parts) addPart(words, part);
  return {
    text: joinLines(words.text),
    reasoning: joinLines(words.reasoning),
    toolOutput: joinLines(words.toolOutput),
  };
}

/** Every string in a JSON value, in order. Iterative: safe at any depth. */
export function listStrings(value: JsonValue): string[] {
  const found: string[] = [];
  const open: JsonValue[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string') found.push(next);
    else if (typeof next === 'object' && next !== null) {
      for (const member of Object.values(next).reverse()) open.push(member);
    }
  }
  return found;
}

interface Words {
  readonly text: string[];
  readonly reasoning: string[];
  readonly toolOutput: string[];
}

function addPart(words: Words, part: Part): void {
  switch (part.type) {
    case 'text':
      add(words.text, part.content);
      break;
    case 'reasoning':
      add(words.reasoning, part.content);
      break;
    case 'tool_call':
      addCall(words, part);
      break;
    case 'tool_call_response':
      for (const text of listStrings(part.response ?? null)) add(words.toolOutput, text);
      add(words.toolOutput, part.diff);
      break;
    case 'blob':
      add(words.text, part.name);
      break;
    case 'uri':
      add(words.text, part.uri);
      break;
  }
}

const TELLING: ReadonlySet<string> = new Set(TELLING_ARGUMENTS);
/** File names in a patch as Codex's agents write it. */
const PATCH_FILE = /^\*\*\* (?:Add File|Update File|Delete File|Move to): (.+)$/gm;

function addCall(words: Words, part: ToolCallPart): void {
  add(words.text, part.name);
  const given = part.arguments;
  if (!isJsonObject(given)) {
    addRest(words, listStrings(given ?? null));
    return;
  }
  for (const [name, value] of Object.entries(given)) {
    const strings = listStrings(value);
    if (!TELLING.has(name)) addRest(words, strings);
    else for (const text of strings) add(words.text, text);
  }
}

function addRest(words: Words, strings: readonly string[]): void {
  for (const text of strings) {
    for (const match of text.matchAll(PATCH_FILE)) add(words.text, match[1]);
    add(words.toolOutput, text);
  }
}

/** CSI and OSC sequences of terminals, and other single escapes. */
const TERMINAL_CODE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.)?/g;

function add(lines: string[], text: unknown): void {
  if (typeof text !== 'string' || text === '') return;
  lines.push(text.includes('\u001b') ? text.replace(TERMINAL_CODE, '') : text);
}

function joinLines(lines: readonly string[]): string {
  return lines.join('\n');
}

/** One turn as text for a terminal, in short or whole. */
/** Every line from outside passes cleanText; the colours are ours. */

import { blobPath } from '../archive/format/format.ts';
import { isJsonObject, type JsonValue } from '../base/json.ts';
import { prettyJson } from '../base/pretty-json.ts';
import type { Item, Part, ToolCallPart, ToolCallResponsePart } from '../model/item.ts';
import { TELLING_ARGUMENTS } from '../model/tool-arguments.ts';
import type { Style } from './terminal.ts';
import { cleanText, oneLine, wrapText } from './terminal.ts';

export interface TerminalView {
  readonly style: Style;
  readonly columns: number;
  /** Everything as it stands, without control characters: no line is wrapped, indented or left out. */
  readonly full: boolean;
}

/** A turn's parts, each as lines. What is long is cut and says so; parts that say nothing are left out. */
export function* walkItemText(item: Item, view: TerminalView): Generator<string, void, undefined> {
  let length = 0;
  for (const [i, part] of item.parts.entries()) {
    if (!view.full && (i >= MOST_PARTS || length > LONGEST_TURN)) {
      yield more(item.parts.length - i, 'parts', view);
      return;
    }
    const text = view.full ? wholePart(part, view) : shortPart(part, item, view);
    length += text.length;
    if (text !== '') yield text;
  }
}

/** Parts, and characters of them, that are begun without --full. */
const MOST_PARTS = 200;
const LONGEST_TURN = 64 * 1024;
/** Characters of a prompt or an answer that are shown without --full. */
const LONGEST_PROSE = 64 * 1024;
/** Lines of reasoning and of a tool's output that are shown without --full. */
const FEW_LINES = 12;
/** Characters of them. */
const LONGEST_LINES = 8 * 1024;

function shortPart(part: Part, item: Item, view: TerminalView): string {
  const { style, columns } = view;
  switch (part.type) {
    case 'text': {
      const text = shortProse(textOf(part.content), view);
      return item.role === 'system' ? style.dim(text) : text;
    }
    case 'reasoning':
      return style.dim(firstLines(textOf(part.content), view, (text) => wrapText(text, columns, '  ~ ')));
    case 'tool_call':
      return `  ${style.cyan(oneLine(textOf(part.name), 40))} ${oneLine(callText(part), columns - 44)}`;
    case 'tool_call_response':
      return shortResponse(part, view);
    default:
      return otherPart(part, view);
  }
}

function wholePart(part: Part, view: TerminalView): string {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return cleanText(textOf(part.content));
    case 'tool_call':
      return [view.style.cyan(cleanText(textOf(part.name))), ...wholeArguments(part.arguments)].join('\n');
    case 'tool_call_response': {
      const diff = textOf(part.diff);
      const pieces = [statusOf(part, view), wholeJson(part.response), diff === '' ? '' : colourDiff(diff, view.style)];
      return pieces.filter((text) => text !== '').join('\n');
    }
    default:
      return otherPart(part, view);
  }
}

/** Strings as they stand behind their names, so that a file that was written can be read. */
function wholeArguments(given: JsonValue | undefined): readonly string[] {
  if (!isJsonObject(given)) return [wholeJson(given)];
  return Object.entries(given).map(
    ([name, value]) =>
      `${cleanText(name)}:${typeof value === 'string' && value.includes('\n') ? '\n' : ' '}${wholeJson(value)}`,
  );
}

/** Indented JSON takes many times its length when it is deep; then it stays on one line. */
const LONGEST_PRETTY = 16 * 1024 * 1024;

function wholeJson(value: JsonValue | undefined): string {
  if (typeof value === 'string') return cleanText(value);
  if (value === undefined || value === null) return '';
  const { text, whole } = prettyJson(value, LONGEST_PRETTY);
  return cleanText(whole ? text : JSON.stringify(value));
}

function shortProse(text: string, view: TerminalView): string {
  const shown = wrapText(text.slice(0, LONGEST_PROSE), view.columns, '  ');
  return text.length <= LONGEST_PROSE ? shown : `${shown}\n${more(text.length - LONGEST_PROSE, 'characters', view)}`;
}

/** The first lines of a text, each as `show` has it, and how much more there is. */
function firstLines(text: string, view: TerminalView, show: (text: string) => string): string {
  const start = text.slice(0, LONGEST_LINES);
  const lines = show(start).split('\n');
  if (start.length === text.length && lines.length <= FEW_LINES + 2) return lines.join('\n');
  const shown = lines.slice(0, FEW_LINES).join('\n');
  // Of what was cut before it was wrapped nobody has counted the lines.
  const rest =
    start.length === text.length
      ? more(lines.length - FEW_LINES, 'lines', view)
      : more(text.length - Math.min(shown.length, start.length), 'characters', view);
  return `${shown}\n${rest}`;
}

function more(n: number, what: string, { style }: TerminalView): string {
  return `  ${style.dim(`… ${n} more ${n === 1 ? what.replace(/s$/, '') : what} (--full)`)}`;
}

function shortResponse(part: ToolCallResponsePart, view: TerminalView): string {
  const { style, columns } = view;
  const status = statusOf(part, view);
  const shown =
    typeof part.diff === 'string'
      ? firstLines(part.diff, view, (diff) => wrapDiff(diff, style))
      : firstLines(shortJson(part.response), view, (text) => wrapText(text, columns, '  │ '));
  return status === '' ? shown : `  ${status}\n${shown}`;
}

function statusOf(part: ToolCallResponsePart, { style }: TerminalView): string {
  if (part.status === 'ok') return '';
  const code = typeof part.exit_code === 'number' ? style.red(` (exit code ${part.exit_code})`) : '';
  return `${style.red(oneLine(textOf(part.status), 20))}${code}`;
}

function shortJson(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : prettyJson(value, 2 * LONGEST_LINES).text;
}

function wrapDiff(diff: string, style: Style): string {
  return colourDiff(diff, style)
    .split('\n')
    .map((line) => `  │ ${line}`)
    .join('\n');
}

function colourDiff(diff: string, style: Style): string {
  return cleanText(diff)
    .split('\n')
    .map((line) => (line.startsWith('+') ? style.green(line) : line.startsWith('-') ? style.red(line) : line))
    .join('\n');
}

function otherPart(part: Part, { style, columns }: TerminalView): string {
  if (part.type === 'blob') {
    const name = part.name === undefined ? '' : `, ${oneLine(textOf(part.name), 60)}`;
    // a text that is too long for its turn: where the whole stands in the archive
    const file = part.mime_type === 'text/plain' ? `, ${oneLine(blobPath(textOf(part.hash)), 90)}` : '';
    return style.dim(
      `  [${oneLine(textOf(part.mime_type), 60)}, ${typeof part.size === 'number' ? part.size : '?'} bytes${name}${file}]`,
    );
  }
  if (part.type === 'uri') return style.dim(`  [${oneLine(textOf(part.uri), columns - 4)}]`);
  return style.dim('  [a part that this version does not know]');
}

/** The argument that says most: the command, the path, the pattern; else all of them. */
function callText(part: ToolCallPart): string {
  const given = part.arguments;
  if (!isJsonObject(given)) return shortJson(given);
  for (const name of TELLING_ARGUMENTS) {
    const value = given[name];
    if (typeof value === 'string') return value;
    if (Array.isArray(value)) return value.slice(0, MOST_PARTS).map(shortJson).join(' ');
  }
  return prettyJson(given, LONGEST_LINES).text;
}

/** What a member says; nothing, when something else stands in its place. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

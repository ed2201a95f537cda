/** One turn as text for a terminal. */
/** Every line from outside passes cleanText; the colours are ours. */

import type { Item, Part, ToolCallPart } from '../model/item.ts';
import type { Style } from './terminal.ts';
import { cleanText, oneLine, wrapText } from './terminal.ts';

export interface TerminalView {
  readonly style: Style;
  readonly columns: number;
  /** Long tool output whole, else its first lines. */
  readonly full: boolean;
}

/** Lines of a tool's output that are shown without --full. */
const FEW_LINES = 12;

export function itemToTerminal(item: Item, view: TerminalView): string {
  return item.parts
    .map((part) => partToTerminal(part, item, view))
    .filter((text) => text !== '')
    .join('\n');
}

function partToTerminal(part: Part, item: Item, view: TerminalView): string {
  const { style, columns } = view;
  switch (part.type) {
    case 'text':
      return item.role === 'system'
        ? style.dim(wrapText(part.content, columns, '  '))
        : wrapText(part.content, columns, '  ');
    case 'reasoning':
      return style.dim(shorten(wrapText(part.content, columns, '  ~ '), view));
    case 'tool_call':
      return `  ${style.cyan(`${oneLine(part.name, 40)}`)} ${oneLine(callText(part), columns - 44)}`;
    case 'tool_call_response':
      return responseToTerminal(part, view);
    case 'blob':
      return style.dim(
        `  [${cleanText(part.mime_type)}, ${part.size} bytes${part.name === undefined ? '' : `, ${oneLine(part.name, 60)}`}]`,
      );
    case 'uri':
      return style.dim(`  [${oneLine(part.uri, columns - 4)}]`);
    default:
      return style.dim('  [a part that this version does not know]');
  }
}

function responseToTerminal(part: Extract<Part, { type: 'tool_call_response' }>, view: TerminalView): string {
  const { style } = view;
  const text = typeof part.response === 'string' ? part.response : JSON.stringify(part.response, undefined, 2);
  const badge =
    part.status === 'ok'
      ? ''
      : `${style.red(part.status)}${part.exit_code === undefined ? '' : style.red(` (exit code ${part.exit_code})`)}\n`;
  const shown = part.diff !== undefined ? colourDiff(part.diff, style) : wrapText(text, view.columns, '  │ ');
  return `${badge === '' ? '' : `  ${badge}`}${shorten(shown, view)}`;
}

function colourDiff(diff: string, style: Style): string {
  return cleanText(diff)
    .split('\n')
    .map((line) => `  │ ${line.startsWith('+') ? style.green(line) : line.startsWith('-') ? style.red(line) : line}`)
    .join('\n');
}

function shorten(text: string, view: TerminalView): string {
  const lines = text.split('\n');
  if (view.full || lines.length <= FEW_LINES + 2) return text;
  return `${lines.slice(0, FEW_LINES).join('\n')}\n  ${view.style.dim(`… ${lines.length - FEW_LINES} more lines (--full)`)}`;
}

/** The argument that says most: the command, the path, the pattern; else all of them. */
function callText(part: ToolCallPart): string {
  const args = part.arguments;
  if (typeof args === 'string') return args;
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return JSON.stringify(args);
  const known: Readonly<Record<string, unknown>> = { ...args };
  for (const name of ['command', 'cmd', 'file_path', 'path', 'pattern', 'query', 'url', 'description', 'prompt']) {
    const value = known[name];
    if (typeof value === 'string') return value;
    if (Array.isArray(value)) return value.join(' ');
  }
  return JSON.stringify(args);
}

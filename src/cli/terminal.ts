/** Text from outside on a terminal: every control sequence taken out, columns counted, colours added by us alone. */
/** A turn may hold escape codes that move the cursor or write the clipboard; none of them reaches the terminal. */

import { styleText } from 'node:util';
import measure from 'fast-string-truncated-width';
import { wrapAnsi } from 'fast-wrap-ansi';
import { dropTerminalCodes } from '../base/terminal-codes.ts';

/** Plain text: no escape sequences, no C0 but tab and newline, no C1, no bidi controls. */
export function cleanText(text: string): string {
  return dropTerminalCodes(text);
}

/** The same on one line, at most `max` columns, `…` where it was cut. What stands far behind the cut is not looked at. */
export function oneLine(text: string, max: number): string {
  const start = text.slice(0, max * 8 + LOOKED_AT);
  const line = cleanText(start).replace(/\s+/g, ' ').trim();
  const { ellipsed, index } = measure(line, { limit: Math.max(max, 1), ellipsis: '…' });
  if (ellipsed) return `${line.slice(0, index)}…`;
  return start.length === text.length || line.endsWith('…') ? line : `${line}…`;
}

/** Characters: control sequences and white space may stand before what is shown. */
const LOOKED_AT = 4_000;

/** Columns that a text takes: two for East Asian wide characters and emoji. */
export function widthOf(text: string): number {
  return measure(text).width;
}

/** Fills up with spaces to `width` columns. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Wraps at words to `width` columns, every line behind `indent`. Lines of the text are kept. */
export function wrapText(text: string, width: number, indent = ''): string {
  const room = Math.max(20, width - widthOf(indent));
  const wrapped = wrapAnsi(cleanText(text), room, { hard: true, trim: false });
  return wrapped
    .split('\n')
    .map((line) => (indent + line).trimEnd())
    .join('\n');
}

export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly mark: (text: string) => string;
}

/** Colours, or none when the output is no terminal or NO_COLOR is set. */
export function createStyle(colour: boolean): Style {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: style('bold'),
    dim: style('dim'),
    green: style('green'),
    red: style('red'),
    yellow: style('yellow'),
    cyan: style('cyan'),
    mark: colour ? style(['bold', 'yellow']) : (text) => `*${text}*`,
  };
}

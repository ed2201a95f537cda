/** Text from outside on a terminal: every control sequence taken out, columns counted, colours added by us alone. */
/** A turn may hold escape codes that move the cursor or write the clipboard; none of them reaches the terminal. */

import { stripVTControlCharacters } from 'node:util';

/** Plain text: no escape sequences, no C0 but tab and newline, no C1, no bidi controls. */
export function cleanText(text: string): string {
  return stripVTControlCharacters(
    text.replace(/\u001b[\]PX^_][\s\S]*?(?:\u0007|\u001b\\|\u009c|$)/g, '').replace(/\r\n?/g, '\n'),
  ).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
}

/** The same on one line, at most `max` columns, `…` where it was cut. */
export function oneLine(text: string, max: number): string {
  const line = cleanText(text).replace(/\s+/g, ' ').trim();
  if (widthOf(line) <= max) return line;
  let out = '';
  let width = 0;
  for (const { segment } of graphemes.segment(line)) {
    width += widthOf(segment);
    if (width > max - 1) break;
    out += segment;
  }
  return `${out}…`;
}

/** Columns that a text takes: two for East Asian wide characters and emoji. */
export function widthOf(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Fills up with spaces to `width` columns. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Wraps at words to `width` columns, every line behind `indent`. Lines of the text are kept. */
export function wrapText(text: string, width: number, indent = ''): string {
  const room = Math.max(20, width - widthOf(indent));
  const lines: string[] = [];
  for (const line of cleanText(text).split('\n')) lines.push(...wrapLine(line, room));
  return lines.map((line) => (indent + line).trimEnd()).join('\n');
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
  const code = (open: number, close: number) => (text: string) =>
    colour ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    bold: code(1, 22),
    dim: code(2, 22),
    green: code(32, 39),
    red: code(31, 39),
    yellow: code(33, 39),
    cyan: code(36, 39),
    mark: (text) => (colour ? `\u001b[1;33m${text}\u001b[22;39m` : `*${text}*`),
  };
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;

function wrapLine(line: string, width: number): string[] {
  if (widthOf(line) <= width) return [line];
  const out: string[] = [];
  let current = '';
  for (const word of line.split(/(?<= )/)) {
    if (widthOf(current + word.trimEnd()) > width && current !== '') {
      out.push(current.trimEnd());
      current = '';
    }
    current += word;
    while (widthOf(current) > width && current.length > width) {
      out.push(current.slice(0, width));
      current = current.slice(width);
    }
  }
  out.push(current.trimEnd());
  return out;
}

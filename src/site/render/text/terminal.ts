/** Terminal output as HTML: colours become classes, every other control sequence goes. */
/** Our own, because ansi_up writes inline styles for bold and true colours, which the site's CSP forbids. */

import { joinHtml, type SafeHtml, trustHtml } from '../../../base/html.ts';
import { visibleText } from './visible-text.ts';

/** Safe HTML of terminal output. Text without control characters takes the short way. */
export function renderTerminal(output: string): SafeHtml {
  if (!NEEDS_WORK.test(output)) return visibleText(output);
  const text = overwriteLines(output.replace(OTHER_SEQUENCES, ''));
  return text.includes('\x1b') || text.includes('\x9b') ? colour(text) : visibleText(text);
}

/** Plain text of terminal output, as a person would have read it. */
export function stripTerminal(output: string): string {
  if (!NEEDS_WORK.test(output)) return output;
  return overwriteLines(output.replace(OTHER_SEQUENCES, '')).replace(SGR, '');
}

const NEEDS_WORK = /[\r\b\x1b\x90\x9b\x9d-\x9f]/;

/**
 * OSC, DCS, SOS, PM and APC strings up to their end (or the end of the line, when that is missing), CSI that is not a
 * colour, two-character escapes, and whatever is left of a broken one. Each branch is linear.
 */
const OTHER_SEQUENCES =
  /(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?|(?:\x1b\[|\x9b)(?![0-9;:]*m)[ -?]*[@-~]?|\x1b[ -/]+[0-~]?|\x1b(?!\[)[0-~]?/g;
const SGR = /(?:\x1b\[|\x9b)([0-9;:]*)m/g;

/** A carriage return starts the line again and a backspace takes a character back: what was overwritten goes. */
function overwriteLines(text: string): string {
  const unix = text.replaceAll('\r\n', '\n');
  if (!unix.includes('\r') && !unix.includes('\b')) return unix;
  return unix
    .split('\n')
    .map((line) => {
      const shown = line.includes('\r') ? (line.split('\r').findLast((piece) => piece !== '') ?? '') : line;
      return shown.includes('\b') ? takeBack(shown) : shown;
    })
    .join('\n');
}

function takeBack(line: string): string {
  const kept: string[] = [];
  for (const c of line) {
    if (c === '\b') kept.pop();
    else kept.push(c);
  }
  return kept.join('');
}

interface Style {
  fg: number | undefined;
  bg: number | undefined;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
}

const PLAIN: Style = {
  fg: undefined,
  bg: undefined,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
};

/** Spans with classes `fg0`…`fg15`, `bg0`…`bg15`, `bold`, `dim`, `italic`, `underline`: the fixed table of site.css. */
function colour(text: string): SafeHtml {
  const pieces: SafeHtml[] = [];
  const style = { ...PLAIN };
  let from = 0;
  for (const match of text.matchAll(SGR)) {
    pieces.push(span(text.slice(from, match.index), style));
    apply(style, match[1] ?? '');
    from = match.index + match[0].length;
  }
  pieces.push(span(text.slice(from), style));
  return joinHtml(pieces);
}

function span(text: string, style: Style): SafeHtml {
  if (text === '') return trustHtml('');
  const classes = [
    style.fg === undefined ? '' : `fg${style.fg}`,
    style.bg === undefined ? '' : `bg${style.bg}`,
    style.bold ? 'bold' : '',
    style.dim ? 'dim' : '',
    style.italic ? 'italic' : '',
    style.underline ? 'underline' : '',
  ].filter((name) => name !== '');
  const body = visibleText(text);
  // Classes are fixed words and numbers from 0 to 15.
  return classes.length === 0 ? body : trustHtml(`<span class="${classes.join(' ')}">${body}</span>`);
}

/** ECMA-48 SGR parameters onto a style. Unknown ones change nothing. */
function apply(style: Style, parameters: string): void {
  const codes = parameters.split(/[;:]/).map(Number);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 0) Object.assign(style, PLAIN);
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 3) style.italic = true;
    else if (code === 4) style.underline = true;
    else if (code === 22) style.bold = style.dim = false;
    else if (code === 23) style.italic = false;
    else if (code === 24) style.underline = false;
    else if (code >= 30 && code <= 37) style.fg = code - 30;
    else if (code >= 90 && code <= 97) style.fg = code - 82;
    else if (code === 39) style.fg = undefined;
    else if (code >= 40 && code <= 47) style.bg = code - 40;
    else if (code >= 100 && code <= 107) style.bg = code - 92;
    else if (code === 49) style.bg = undefined;
    else if (code === 38 || code === 48) {
      const given = codes[i + 1] === 5 ? paletteColour(codes[i + 2] ?? 0) : nearest(codes.slice(i + 2, i + 5));
      if (code === 38) style.fg = given;
      else style.bg = given;
      i += codes[i + 1] === 5 ? 2 : 4;
    }
  }
}

/** One of the 16 classes for a colour of the 256-colour palette. */
function paletteColour(index: number): number {
  if (index < 16) return index;
  if (index >= 232) return nearest(Array<number>(3).fill(8 + (index - 232) * 10));
  const cube = index - 16;
  return nearest([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((step) => step && step * 40 + 55));
}

/** The class nearest to a true colour, by distance in RGB. */
function nearest(rgb: readonly number[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, colour] of BASIC.entries()) {
    const distance = colour.reduce((sum, part, i) => sum + (part - (rgb[i] ?? 0)) ** 2, 0);
    if (distance < least) {
      least = distance;
      best = index;
    }
  }
  return best;
}

/** xterm's sixteen colours. */
const BASIC: readonly (readonly number[])[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

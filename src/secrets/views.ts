/** Other readings of a text: without colour codes, unwrapped, decoded. Each knows where its characters came from. */
/** A secret that is split, escaped or decorated is whole in one of them; the range found there is mapped back. */

import { joinLines } from './line-joins.ts';
import { TextUnits } from './text-units.ts';

export interface View {
  readonly name: string;
  readonly text: string;
  /** Range of the original text that a range of this view came from. */
  readonly toOriginal: (start: number, end: number) => readonly [start: number, end: number];
}

export interface ViewKind {
  readonly name: string;
  /** Cheap test whether the view differs from the text. */
  readonly trigger: RegExp;
  readonly pattern: RegExp;
  readonly replace: (match: string) => string;
}

export function originalView(text: string): View {
  return { name: 'text', text, toOriginal: (start, end) => [start, end] };
}

/** The view of a view; undefined when it reads the same. */
function rewriteView(base: View, kind: ViewKind): View | undefined {
  if (!kind.trigger.test(base.text)) return undefined;
  const text = base.text.replace(kind.pattern, kind.replace);
  if (text === base.text) return undefined;
  return viewOf(base, kind.name, text, () => listEdits(base.text, kind));
}

function listEdits(base: string, kind: ViewKind): readonly Edit[] {
  const edits: Edit[] = [];
  kind.pattern.lastIndex = 0;
  for (let match = kind.pattern.exec(base); match !== null; match = kind.pattern.exec(base)) {
    const text = kind.replace(match[0]);
    if (text !== match[0]) edits.push({ start: match.index, end: match.index + match[0].length, text });
  }
  return edits;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Most views are only read: where their characters came from is worked out when something is found in one. */
function viewOf(base: View, name: string, text: string, listed: () => readonly Edit[]): View {
  let map: RangeMap | undefined;
  return {
    name,
    text,
    toOriginal: (start, end) => {
      map ??= mapOf(base.text, listed());
      return base.toOriginal(...map.toBase(start, end));
    },
  };
}

function mapOf(base: string, edits: readonly Edit[]): RangeMap {
  const map = new RangeMap();
  let from = 0;
  for (const edit of edits) {
    map.keep(from, edit.start);
    map.replace(edit.text.length, edit.start, edit.end);
    from = edit.end;
  }
  map.keep(from, base.length);
  return map;
}

/** Where the pieces of a rewritten text came from. */
class RangeMap {
  /** Flat rows of four: start in the view, start and end in the base, 1 where the piece is unchanged. */
  private readonly rows: number[] = [];
  private length = 0;

  keep(start: number, end: number): void {
    if (end === start) return;
    this.rows.push(this.length, start, end, 1);
    this.length += end - start;
  }

  replace(length: number, start: number, end: number): void {
    if (length === 0) return;
    this.rows.push(this.length, start, end, 0);
    this.length += length;
  }

  toBase(start: number, end: number): readonly [number, number] {
    const [first, last] = [this.rowAt(start), this.rowAt(Math.max(start, end - 1))];
    return [
      this.kept(first) ? this.at(first, 1) + start - this.at(first, 0) : this.at(first, 1),
      this.kept(last) ? this.at(last, 1) + end - this.at(last, 0) : this.at(last, 2),
    ];
  }

  private rowAt(offset: number): number {
    let low = 0;
    let high = this.rows.length / 4 - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.at(middle, 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private kept(row: number): boolean {
    return this.at(row, 3) === 1;
  }

  private at(row: number, column: number): number {
    return this.rows[row * 4 + column] ?? 0;
  }
}

const ANSI =
  '\\u001b\\[[0-9;:?<=>! ]{0,64}[@-~]|\\u001b[\\]PX^_][^\\u0007\\u001b\\u009c]{0,4096}(?:\\u0007|\\u001b\\\\|\\u009c)|\\u001b[ -/]{0,2}[0-~]|\\u009b[0-9;:?<=>!]{0,64}[@-~]';
const UNSEEN =
  '[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001a\\u001c-\\u001f\\u007f-\\u009a\\u009c-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff9-\\ufffb]|\\udb40[\\udc00-\\udfff]';

/** Colour codes, zero-width, soft hyphen, bidi, tags, control characters and NULs (UTF-16) are taken out. */
const visibleView: ViewKind = {
  name: 'visible',
  trigger: new RegExp(`\\u001b|${UNSEEN}`),
  pattern: new RegExp(`${ANSI}|(?:${UNSEEN}|\\u001b)+`, 'g'),
  replace: () => '',
};

const COMPATIBLE =
  '[\\u00aa\\u00b2\\u00b3\\u00b9\\u00ba\\u017f\\u02b0-\\u02b8\\u1d2c-\\u1d6a\\u2024\\u2070-\\u209c\\u2100-\\u214f\\u2460-\\u24ea\\ufb00-\\ufb06\\ufe4d-\\ufe4f\\ufe50-\\ufe6b\\uff01-\\uff5e]|\\ud835[\\udc00-\\udfff]|\\ud83c[\\udd30-\\udd69]';

/** One UTF-16 unit that makes another reading possible; pairs of surrogates aside. */
export const ODD_CHARACTER: RegExp = new RegExp(`^(?:\\u001b|${UNSEEN}|${COMPATIBLE})$`);

/** Compatibility forms (full-width, mathematical, superscript) as plain letters. */
const plainView: ViewKind = {
  name: 'nfkc',
  trigger: new RegExp(COMPATIBLE),
  pattern: new RegExp(COMPATIBLE, 'g'),
  replace: (match) => match.normalize('NFKC'),
};

const plain = new TextUnits();
const joined = new TextUnits();

/** The view without its joins (wrapped lines, neighbouring string literals); undefined when there is none. */
export function joinView(base: View): View | undefined {
  const joins: number[] = [];
  plain.fill(base.text);
  joined.end(joinLines(plain.units, plain.length, joined.reserve(plain.length), joins));
  const text = joins.length === 0 ? undefined : joined.slice(0, joined.length);
  plain.release();
  joined.release();
  if (text === undefined) return undefined;
  return viewOf(base, 'joined', text, () =>
    Array.from({ length: joins.length / 2 }, (_, i) => ({
      start: joins[2 * i] ?? 0,
      end: joins[2 * i + 1] ?? 0,
      text: '',
    })),
  );
}

const urlView: ViewKind = {
  name: 'url',
  trigger: /%[0-9A-Fa-f]{2}/,
  pattern: /(?:%[0-9A-Fa-f]{2})/g,
  replace: (match) => {
    const code = Number.parseInt(match.slice(1), 16);
    return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : match;
  },
};

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  lowbar: '_',
  hyphen: '-',
  dash: '-',
  equals: '=',
  colon: ':',
  period: '.',
  commat: '@',
  sol: '/',
  num: '#',
  plus: '+',
  nbsp: ' ',
  shy: '',
  zwnj: '',
  zwj: '',
};

const entityView: ViewKind = {
  name: 'entity',
  trigger: /&(?:#\d|#[xX][0-9A-Fa-f]|[a-zA-Z]{2,8};)/,
  pattern: /&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[a-zA-Z]{2,8});?/g,
  replace: (match) => {
    const body = match.replace(/^&|;$/g, '');
    if (!body.startsWith('#')) return match.endsWith(';') ? (NAMED[body.toLowerCase()] ?? match) : match;
    const code = /^#x/i.test(body) ? Number.parseInt(body.slice(2), 16) : Number.parseInt(body.slice(1), 10);
    return code > 0x10ffff ? match : String.fromCodePoint(code);
  },
};

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '', f: '' };

/** Backslash escapes of JSON, JavaScript, Python and C. */
const unescapedView: ViewKind = {
  name: 'unescaped',
  trigger: /\\(?:u|x[0-9A-Fa-f]|[0-7]{3}|[nrt"'\\/`])/,
  pattern: /\\(?:u\{[0-9A-Fa-f]{1,6}\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[0-7]{3}|[nrtbf"'\\/`])/g,
  replace: (match) => {
    const body = match.slice(1);
    if (/^[ux]/.test(body)) {
      const code = Number.parseInt(body.replace(/[ux{}]/g, ''), 16);
      return code > 0x10ffff ? match : String.fromCodePoint(code);
    }
    if (body.length === 3) return String.fromCharCode(Number.parseInt(body, 8) & 0xff);
    return ESCAPES[body] ?? body;
  },
};

/** All readings of a text but the joined ones and the encoded blocks, the text itself first. Each is made when it is asked for. */
export function* walkReadings(text: string): Generator<View> {
  const original = originalView(text);
  yield original;
  const plain = yield* walkShown(original);
  for (const kind of DECODING) {
    const view = rewriteView(plain, kind);
    if (view === undefined) continue;
    yield view;
    yield* walkShown(view);
    if (kind !== unescapedView) continue;
    // A string that is JSON itself: what it holds may be encoded once more.
    for (const inner of DECODING) {
      const nested = rewriteView(view, inner);
      if (nested === undefined) continue;
      yield nested;
      yield* walkShown(nested);
    }
  }
}

const DECODING: readonly ViewKind[] = [unescapedView, urlView, entityView];

/** What a view shows, where that differs from it. Returns the plainest. */
function* walkShown(view: View): Generator<View, View> {
  const visible = rewriteView(view, visibleView) ?? view;
  if (visible !== view) yield visible;
  const plain = rewriteView(visible, plainView) ?? visible;
  if (plain !== visible) yield plain;
  return plain;
}

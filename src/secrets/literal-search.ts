/** Finds out in one pass whether a text holds any of many fixed strings. */
/** Three characters in a row pick the few candidates, so the cost does not grow with the number of strings. */

export interface Literal {
  /** Three characters or more. */
  readonly text: string;
  /** Which answer it stands for: bits are or-ed together. */
  readonly bit: number;
  /** Case does not matter; `text` is lower case. */
  readonly folded?: boolean;
  /** What must come after it, tested on the characters after its end. */
  readonly follow?: RegExp;
  /** How many characters `follow` needs to see; 100 when absent. */
  readonly reach?: number;
}

export interface LiteralSearch {
  /** The bits of all literals found, in the character codes from 0 to `length`; stops early once all of `enough` are set. */
  search(codes: Uint16Array, length: number, enough: number): number;
}

const REACH = 100;

export function createLiteralSearch(literals: readonly Literal[]): LiteralSearch {
  const table = new Uint8Array(1 << 15);
  const rows = new Map<number, Literal[]>();
  for (const literal of literals) {
    const [a, b, c] = [0, 1, 2].map((i) => literal.text.charCodeAt(i));
    if (a === undefined || b === undefined || c === undefined) throw new TypeError('a literal is too short');
    const slot = slotOf(a, b, c);
    table[slot] = 1;
    rows.set(slot, [...(rows.get(slot) ?? []), literal]);
  }
  return {
    search(codes, length, enough) {
      let bits = 0;
      let a = 0;
      let b = 0;
      for (let i = 0; i < length; i++) {
        const c = codes[i] ?? 0;
        if (table[slotOf(a, b, c)] === 1 && i >= 2) {
          for (const literal of rows.get(slotOf(a, b, c)) ?? []) {
            if ((bits & literal.bit) !== literal.bit && isAt(codes, i - 2, length, literal)) bits |= literal.bit;
          }
          if ((bits & enough) === enough) return bits;
        }
        a = b;
        b = c;
      }
      return bits;
    },
  };
}

/** Case is folded here for all; the comparison decides. */
function slotOf(a: number, b: number, c: number): number {
  return (((a | 0x20) << 10) ^ ((b | 0x20) << 5) ^ (c | 0x20)) & 0x7fff;
}

function isAt(codes: Uint16Array, start: number, length: number, literal: Literal): boolean {
  const end = start + literal.text.length;
  if (end > length) return false;
  for (let i = 0; i < literal.text.length; i++) {
    const code = codes[start + i] ?? 0;
    const wanted = literal.text.charCodeAt(i);
    if (code !== wanted && !(literal.folded === true && code >= 0x41 && code <= 0x5a && code + 0x20 === wanted))
      return false;
  }
  if (literal.follow === undefined) return true;
  return literal.follow.test(textOf(codes, end, Math.min(length, end + (literal.reach ?? REACH))));
}

function textOf(codes: Uint16Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(codes[i] ?? 0);
  return text;
}

/** Finds out in one pass whether a text holds any of many fixed strings. */
/** Three characters in a row pick the few candidates, so the cost does not grow with the number of strings. */

import type { TextUnits } from './text-units.ts';

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
  /** One byte for each slot: not 0 where a literal begins with three characters of that slot. */
  readonly table: Uint8Array;
  /** `bits` and those of the literals whose third character, in this slot, stands at `at`. */
  bitsAt(text: TextUnits, at: number, slot: number, bits: number): number;
}

const REACH = 100;

/** A literal in one shape for all: the search meets them in any order. */
interface Row {
  readonly text: Uint16Array;
  readonly bit: number;
  readonly folded: boolean;
  readonly follow: RegExp | undefined;
  readonly reach: number;
}

export function createLiteralSearch(literals: readonly Literal[]): LiteralSearch {
  const table = new Uint8Array(1 << 15);
  const slots = new Map<number, Row[]>();
  for (const { text, bit, folded = false, follow, reach = REACH } of literals) {
    const codes = Uint16Array.from(text, (_, i) => text.charCodeAt(i));
    const [a, b, c] = codes;
    if (a === undefined || b === undefined || c === undefined) throw new TypeError('a literal is too short');
    const slot = nextSlot(nextSlot(nextSlot(0, a), b), c);
    table[slot] = 1;
    slots.set(slot, [...(slots.get(slot) ?? []), { text: codes, bit, folded, follow, reach }]);
  }
  return {
    table,
    bitsAt(text, at, slot, bits) {
      const rows = slots.get(slot) ?? [];
      let all = bits;
      for (const row of rows) if ((all & row.bit) !== row.bit && isAt(text, at - 2, row)) all |= row.bit;
      return all;
    },
  };
}

/** The lists of which a text holds any literal, by their index, in order. Tells literals alone, never what follows them. */
export type ListSearch = (text: string) => readonly number[];

export function createListSearch(lists: readonly (readonly Omit<Literal, 'bit'>[])[]): ListSearch {
  const table = new Uint8Array(1 << 15);
  const rows = new Map<number, { readonly literal: Omit<Literal, 'bit'>; readonly list: number }[]>();
  for (const [list, literals] of lists.entries()) {
    for (const literal of literals) {
      const slot = [0, 1, 2].reduce((before, i) => nextSlot(before, literal.text.charCodeAt(i)), 0);
      table[slot] = 1;
      const known = rows.get(slot) ?? [];
      known.push({ literal, list });
      rows.set(slot, known);
    }
  }
  return (text) => {
    const found = new Set<number>();
    let slot = 0;
    for (let i = 0; i < text.length; i++) {
      slot = nextSlot(slot, text.charCodeAt(i));
      if (table[slot] === 0 || i < 2) continue;
      for (const { literal, list } of rows.get(slot) ?? []) {
        if (!found.has(list) && stands(text, i - 2, literal)) found.add(list);
      }
    }
    return [...found].sort((x, y) => x - y);
  };
}

function stands(text: string, at: number, { text: literal, folded }: Omit<Literal, 'bit'>): boolean {
  if (folded !== true) return text.startsWith(literal, at);
  return text.slice(at, at + literal.length).toLowerCase() === literal;
}

/** The slot of the last three characters: of the one before them nothing is left. Case is folded here for all; the comparison decides. */
export function nextSlot(slot: number, code: number): number {
  return ((slot << 5) ^ (code | 0x20)) & 0x7fff;
}

function isAt(text: TextUnits, start: number, row: Row): boolean {
  const end = start + row.text.length;
  if (start < 0 || end > text.length) return false;
  // most of what shares the first three characters goes on otherwise
  for (let i = row.text.length - 1; i >= 0; i--) {
    const code = text.units[start + i] ?? 0;
    const wanted = row.text[i] ?? 0;
    if (code !== wanted && !(row.folded && code >= 0x41 && code <= 0x5a && code + 0x20 === wanted)) return false;
  }
  return row.follow === undefined || row.follow.test(text.slice(end, Math.min(text.length, end + row.reach)));
}

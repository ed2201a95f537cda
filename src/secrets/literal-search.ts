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
  /** What must stand before it, tested on the 100 characters before its beginning. */
  readonly before?: RegExp;
}

export interface LiteralSearch {
  /** For each slot the number of its group: not 0 where a literal begins with three characters of that slot. */
  readonly table: Uint16Array;
  /** Not 0 where a literal of the group goes on with such a character: `pairOf` the third and the next one, in the group's row. */
  readonly next: Uint8Array;
  /** `bits` and those of the literals of a group whose third character stands at `at`. */
  bitsAt(text: TextUnits, at: number, group: number, bits: number): number;
}

const REACH = 100;

/** A literal in one shape for all: the search meets them in any order. */
interface Row {
  readonly text: Uint16Array;
  readonly bit: number;
  readonly folded: boolean;
  readonly follow: RegExp | undefined;
  readonly reach: number;
  readonly before: RegExp | undefined;
}

export function createLiteralSearch(literals: readonly Literal[]): LiteralSearch {
  const table = new Uint16Array(1 << 15);
  const groups: Row[][] = [[]];
  for (const { text, bit, folded = false, follow, reach = REACH, before } of literals) {
    const codes = Uint16Array.from(text, (_, i) => text.charCodeAt(i));
    const [a, b, c] = codes;
    if (a === undefined || b === undefined || c === undefined) throw new TypeError('a literal is too short');
    const slot = nextSlot(nextSlot(nextSlot(0, a), b), c);
    const group = table[slot] || groups.push([]) - 1;
    table[slot] = group;
    groups[group]?.push({ text: codes, bit, folded, follow, reach, before });
  }
  const next = new Uint8Array(groups.length * PAIRS);
  for (const [group, rows] of groups.entries()) for (const row of rows) markNext(next, group * PAIRS, row);
  return {
    table,
    next,
    bitsAt(text, at, group, bits) {
      let all = bits;
      for (const row of groups[group] ?? []) if ((all & row.bit) !== row.bit && isAt(text, at - 2, row)) all |= row.bit;
      return all;
    },
  };
}

/** Pairs of a third and a next character: of the one its case, of the other which of ASCII it is, all others being 0. */
export const PAIRS = 256;

/** A number below `PAIRS`. */
export function pairOf(third: number, next: number): number {
  return ((third & 0x20) << 2) | (next < 128 ? next : 0);
}

function markNext(next: Uint8Array, from: number, { text, folded, follow }: Row): void {
  const [third = 0, fourth] = text.subarray(2);
  const begins = follow === undefined ? undefined : findBeginning(follow);
  for (let code = 0; code < 128; code++) {
    const may =
      fourth === undefined
        ? (begins?.test(String.fromCharCode(code)) ?? true)
        : fourth === code || (folded && fourth === (code | 0x20));
    if (!may && code !== 0) continue;
    next[from + pairOf(third, code)] = 1;
    if (folded) next[from + pairOf(third ^ 0x20, code)] = 1;
  }
}

/** What a pattern's first character must be, where its source says so without alternatives: `^[a-z]{14}…`, `^\d…`, `^(?=[:=])…`. */
function findBeginning({ source, flags }: RegExp): RegExp | undefined {
  const of = BEGINNING.exec(source)?.groups?.of;
  if (of === undefined || source.replace(/\\.|\[\^?(?:\\.|[^\]\\])+\]/g, '').includes('|')) return undefined;
  return new RegExp(of, flags);
}

const BEGINNING = /^\^(?:\(\?=)?(?<of>\\[dws]|\[\^?(?:\\.|[^\]\\])+\])(?![*?]|\{0)/;

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
  if (row.before !== undefined && !row.before.test(text.slice(Math.max(0, start - REACH), start))) return false;
  return row.follow === undefined || row.follow.test(text.slice(end, Math.min(text.length, end + row.reach)));
}

/** The search for literals may pass over nothing because of the character behind it. */

import { expect, test } from 'vitest';
import { createLiteralSearch, type Literal, nextSlot, PAIRS, pairOf } from '../../src/secrets/literal-search.ts';
import { TextUnits } from '../../src/secrets/text-units.ts';

/** What the fast look does with the search, without everything else. */
function look(text: string, literals: readonly Literal[]): number {
  const { table, next, bitsAt } = createLiteralSearch(literals);
  const units = new TextUnits();
  units.fill(text);
  let [bits, slot] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    slot = nextSlot(slot, text.charCodeAt(i));
    const group = table[slot] ?? 0;
    const pair = pairOf(text.charCodeAt(i), units.units[i + 1] ?? 0);
    if (group !== 0 && next[group * PAIRS + pair] !== 0) bits = bitsAt(units, i, group, bits);
  }
  return bits;
}

test.each<[string, Omit<Literal, 'bit'>]>([
  ['abc', { text: 'abc' }],
  ['abcé', { text: 'abc', follow: /^[^x]/ }],
  ['-ABCD', { text: 'abcd', folded: true }],
  ['ABC=', { text: 'abc', folded: true, follow: /^(?=[:=])[:=]{1,2}/ }],
  ['abc:x', { text: 'abc', follow: /^[0-9]{0,2}:/ }],
  ['abc:x', { text: 'abc', follow: /^[0-9]?:/ }],
  ['abcz', { text: 'abc', follow: /^[0-9]|z/ }],
  ['abc..z', { text: 'abc', follow: /[0-9]|z/ }],
  ['abc|', { text: 'abc', follow: /^[|\]]/ }],
  ['{"abc": ["value"', { text: 'value', before: /abc.{0,10}$/ }],
])('%s is found', (text, literal) => {
  expect(look(text, [{ ...literal, bit: 1 }])).toBe(1);
});

test.each<[string, Omit<Literal, 'bit'>]>([
  ['ABC', { text: 'abc' }],
  ['abc9', { text: 'abc', follow: /^[a-z]{2}/ }],
  ['"value" abc', { text: 'value', before: /abc.{0,10}$/ }],
])('%s is not', (text, literal) => {
  expect(look(text, [{ ...literal, bit: 1 }])).toBe(0);
});

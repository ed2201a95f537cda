/** How texts are cut for the site's search: tokens, stems, and which part may have them. */

import { expect, it } from 'vitest';
import { decodeCbor, decodeCborAt, listMembers } from '../../../src/model/search/cbor.ts';
import { stemEnglish } from '../../../src/model/search/english-stem.ts';
import { isJoined, joinTokens, listTokens, spaceTokens } from '../../../src/model/search/tokens.ts';
import { createFilter, mayHold, SLICES, sliceOf } from '../../../src/model/search/word-filter.ts';

it.each([
  ['fix/ENT-207, now', 'fix ent 207 now'],
  ['__init__ and foo_bar.ts', 'init and foo bar ts'],
  ['日本語の検索とvite', '日 本 語 の 検 索 と vite'],
  ['✓done done✓ “quoted” don’t', 'done done quot don t'],
  ['ガ 한국어 café naïve мой', 'ガ 한 국 어 cafe naiv мои'],
  ['https://example.com/x?y=1#z', 'https exampl com x y 1 z'],
])('%s', (text, tokens) => {
  expect(listTokens(text).join(' ').normalize('NFC')).toBe(tokens);
  expect(joinTokens(spaceTokens(text))).toBe(text);
  expect(spaceTokens(text).split(' ').filter(isJoined).length).toBe(
    spaceTokens(text).split(' ').length - text.split(' ').length,
  );
});

it('cuts a word alike whatever stands around it', () => {
  const words = [
    'fix/ENT-207',
    'foo_bar.ts',
    '✓done',
    'naïve,',
    '—',
    'a',
    '日本語と',
    'x→y',
    'don’t',
    'plain words and more',
    '',
  ];
  const cut = words.map(spaceTokens);
  for (const [i, one] of words.entries())
    for (const [j, other] of words.entries())
      for (const [between, spaced] of [' ', ' plain-text of some length/that is/nothing but ASCII '].map((each) => [
        each,
        spaceTokens(each),
      ]))
        expect(spaceTokens(`${one}${between}${other}`)).toBe(`${cut[i]}${spaced}${cut[j]}`);
});

it('leaves no sign of the cutting in what is shown, whatever a text holds', () => {
  for (const text of ['a\u2027b', '\u2e0f_\u2e0f', 'x \u2027 y', '_'.repeat(50), 'a-'.repeat(1000)])
    expect(joinTokens(spaceTokens(text))).not.toMatch(/[\u2027\u2e0f]/);
});

it('stems as Pagefind does', () => {
  const pairs =
    'running run, errors error, added add, vying vie, evening evening, biologists biolog, paste paste, skies sky, happiness happi';
  for (const [word = '', stem] of pairs.split(', ').map((pair) => pair.split(' ')))
    expect(stemEnglish(word)).toBe(stem);
  expect(stemEnglish('привет')).toBe('привет');
});

it('a word filter denies no word that it was given, and most others', () => {
  const words = Array.from({ length: 3000 }, (_, i) => `word${i * 7919}`);
  const filter = createFilter(words);
  const size = filter.length / SLICES;
  const holds = (word: string): boolean =>
    mayHold(filter.subarray(sliceOf(word) * size, (sliceOf(word) + 1) * size), word);
  expect(words.every(holds)).toBe(true);
  expect(words.filter((word) => holds(`${word}x`)).length).toBeLessThan(90);
  expect(createFilter([]).every((byte) => byte === 0)).toBe(true);
});

it('CBOR of other kinds, cut short or too long is refused', () => {
  expect(decodeCbor(Uint8Array.of(0x82, 0x61, 0x61, 0x38, 0x18))).toEqual(['a', -25]);
  for (const wrong of [
    [],
    [0x82, 0x01],
    [0x62, 0x61],
    [0x19, 0x01],
    [0xa0],
    [0x01, 0x01],
    [0x9b, 255, 255, 255, 255, 255, 255, 255, 255],
    [0x9f, 0xff],
  ])
    expect(() => decodeCbor(Uint8Array.from(wrong)), String(wrong)).toThrow(RangeError);
});

it('members of a list are found without making those between, and one that ends too early is refused', () => {
  // [[1, "ab", [[], -300]], 70000, "c"]
  const bytes = [0x83, 0x83, 0x01, 0x62, 0x61, 0x62, 0x82, 0x80, 0x39, 0x01, 0x2b, 0x1a, 0, 1, 0x11, 0x70, 0x61, 0x63];
  const packed = Uint8Array.from(bytes);
  const membersAt = (start: number) => listMembers(packed, start).map((at) => decodeCborAt(packed, at).value);
  expect(membersAt(0)).toEqual([[1, 'ab', [[], -300]], 70_000, 'c']);
  expect(membersAt(0)).toEqual(decodeCbor(packed));
  expect(membersAt(1)).toEqual([1, 'ab', [[], -300]]);
  expect(() => listMembers(packed, 2)).toThrow(RangeError);
  for (let length = 1; length < bytes.length - 2; length++)
    expect(() => listMembers(packed.subarray(0, length), 0), String(length)).toThrow(RangeError);
});

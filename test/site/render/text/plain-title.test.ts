/** Titles out of any text. */

import { describe, expect, it } from 'vitest';
import { plainTitle } from '../../../../src/site/render/turn.ts';
import { xssPayloads } from '../../xss-corpus.ts';

describe('plainTitle', () => {
  it.each([
    ['# Fix **the** `thing`', 'Fix the thing'],
    ['- **`routes.py:64`** in `**kwargs**`', 'routes.py:64 in **kwargs**'],
    ['- [x] a [link](https://example.org/) and ![image](x.png)', 'a link and image'],
    ['> quoted\n\nnext', 'quoted next'],
    ['```go\nfunc main() {}\n```\nwhy?', 'func main() {} why?'],
    ['snake_case_name and 2 * 3 * 4', 'snake_case_name and 2 * 3 * 4'],
    ['tab\tnul\u0000bell\u0007 \u001b[31mred\u001b[0m', 'tab nul bell red'],
    ['a\u202eb', 'a[U+202E]b'],
    ['\ud800x', '\ufffdx'],
    ['Do this: # Plan ## Context see #12', 'Do this: Plan Context see #12'],
    ['', ''],
    [' \n\n ', ''],
  ])('makes %j into %j', (text, title) => {
    expect(plainTitle(text, 80)).toBe(title);
  });

  it('cuts at a word and says so', () => {
    expect(plainTitle('the quick brown fox jumps', 16)).toBe('the quick brown…');
    expect(plainTitle('abcdefghijklmnopqrstuvwxyz', 10)).toBe('abcdefghi…');
    expect(plainTitle('exactly ten', 11)).toBe('exactly ten');
  });

  it('counts characters as people do', () => {
    expect(plainTitle('👨‍👩‍👧‍👦'.repeat(5), 3)).toBe(`${'👨‍👩‍👧‍👦'.repeat(2)}…`);
  });

  it('counts them alike where none joins another and where one may', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    for (const text of ['é–→', '漢か。', '─ß€', 'e\u0301é', '漢\u{e0100}か', 'か\u3099x', '↔\ufe0f–', 'ñ👍🏽']) {
      const characters = [...segmenter.segment(text.repeat(30))].map(({ segment }) => segment);
      for (const most of [5, 6, 7]) {
        expect(plainTitle(text.repeat(30), most)).toBe(`${characters.slice(0, most - 1).join('')}…`);
      }
    }
  });

  it('is one line without control characters and within its length for everything hostile', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    for (const payload of [
      ...xssPayloads,
      '*'.repeat(1e6),
      '['.repeat(1e6),
      '`a` '.repeat(1e5),
      'e\u0301\u0302'.repeat(1e5),
    ]) {
      const title = plainTitle(payload, 80);
      expect(title).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      expect([...segmenter.segment(title)].length).toBeLessThanOrEqual(80);
    }
  });
});

/** A text that was parsed for its page reads in a feed as if it had been parsed for the feed. */

import { describe, expect, it } from 'vitest';
import { trustHtml } from '../../../../src/base/html.ts';
import { fullAllowance } from '../../../../src/site/render/allowance.ts';
import { renderMarkdown, renderProse } from '../../../../src/site/render/markdown.ts';
import { keepBare, takeBare } from '../../../../src/site/render/text/bare-texts.ts';
import { renderFeedContent } from '../../../../src/site/render/turn.ts';
import { xssPayloads } from '../../xss-corpus.ts';
import { item, render, textPart } from '../samples.ts';

const TEXTS = [
  '- [x] one\n- [ ] two\n- [X] *three*\n',
  '# a\n\n### b\n\nsee https://example.org/x and `code`',
  '```ts\nconst a = "<b>";\n```\n\n    indented\n',
  '| a | b |\n| ---: | :-: |\n| 1 | 2 |',
  '> quoted\n> twice  \n> thrice',
  'plain words',
  '',
  ...xssPayloads.map((text) => text.toWellFormed()),
];

describe('a text with two looks', () => {
  it('has on its page and in a feed the HTML of either alone', () => {
    for (const breaks of [true, false]) {
      for (const text of TEXTS) {
        const { html, bare } = renderProse(text, breaks, fullAllowance());
        expect(html).toBe(renderMarkdown(text, { breaks, bare: false }, fullAllowance()));
        if (bare !== undefined) expect(bare).toBe(renderMarkdown(text, { breaks, bare: true }, fullAllowance()));
      }
    }
    expect(renderProse(TEXTS[0] ?? '', false, fullAllowance()).bare).toContain('☑');
  });

  it('makes the same entry whether its page was rendered before or not', () => {
    for (const text of TEXTS) {
      const items = [item('user', textPart(text)), item('assistant', textPart(text))];
      const alone = renderFeedContent(items);
      for (const one of items) render(one);
      expect(renderFeedContent(items)).toBe(alone);
      expect(renderFeedContent(items)).toBe(alone);
    }
  });
});

describe('texts that are kept', () => {
  it('are given once, as they were asked for', () => {
    keepBare('a *b*', true, trustHtml('<p>1</p>'));
    expect(takeBare('a *b*', false)).toBeUndefined();
    expect(takeBare('a *b*', true)).toBe('<p>1</p>');
    expect(takeBare('a *b*', true)).toBeUndefined();
  });

  it('are bounded: the oldest goes first', () => {
    const long = 'x'.repeat(1_000_000);
    for (const name of ['a', 'b', 'c', 'd']) keepBare(`${name}${long}`, true, trustHtml(name));
    expect(takeBare(`a${long}`, true)).toBeUndefined();
    expect(takeBare(`b${long}`, true)).toBeUndefined();
    expect(takeBare(`c${long}`, true)).toBe('c');
    expect(takeBare(`d${long}`, true)).toBe('d');
    keepBare(`e${long.repeat(4)}`, true, trustHtml('e'));
    expect(takeBare(`e${long.repeat(4)}`, true)).toBeUndefined();
  });
});

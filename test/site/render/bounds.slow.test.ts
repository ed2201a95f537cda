/** However long a turn is, its page is not, and what it costs grows no faster than the turn. */
/** Bounds are counted in characters; where only a cost can be seen, four times the text must cost about four times as much. */

import { describe, expect, it } from 'vitest';
import type { Item } from '../../../src/model/item.ts';
import { renderFeedContent, renderTurn } from '../../../src/site/render/turn.ts';
import { createPager } from '../../../src/site/view/paging.ts';
import { expectLinear } from '../../base/growth.ts';
import { HOSTILE } from './hostile-items.ts';
import { parseStrict } from './parse.ts';
import { HASH, item, responsePart, textPart } from './samples.ts';

const KB = 1024;
const MOST_TURN = 512 * KB;
const MOST_ENTRY = 66 * KB;
const MOST_PAGE = 4 * KB * KB;

function renderRaw(one: Item, rawLength = JSON.stringify(one).length): string {
  const turn = { hash: HASH, timeMs: 0, typeId: 'turnpress.item', rawLength };
  return renderTurn({ turn, item: one, calls: new Map(), findBlob: () => undefined });
}

describe('a turn that is too long', () => {
  for (const [name, make] of Object.entries(HOSTILE)) {
    it(`becomes a bounded page in linear time: ${name}`, async () => {
      const [small, large] = [make(150_000), make(600_000)];
      const html = renderRaw(large);
      const entry = renderFeedContent([large]);
      expect(html.length).toBeLessThanOrEqual(MOST_TURN);
      expect(entry.length).toBeLessThanOrEqual(MOST_ENTRY);
      parseStrict(html);
      parseStrict(entry);
      expect(entry).not.toMatch(/class="(?!hidden-char")/);
      const renderBoth = (one: Item) => () => renderRaw(one) + renderFeedContent([one]);
      await expectLinear(renderBoth(small), renderBoth(large), name);
    });
  }

  it('of 10 MB says how much is left out and how to get it', () => {
    const { text } = parseStrict(renderRaw(item('user', textPart('a word '.repeat(1_500_000)))));
    expect(text).toMatch(/… 10,2\d\d,\d{3} characters are left out here; turnpress show 0123456789abcdef --full shows/);
    const parts = Array.from({ length: 100_000 }, () => textPart('a'));
    expect(parseStrict(renderRaw(item('assistant', ...parts))).text).toMatch(
      /… \d\d,\d{3} parts are left out here; turnpress show 0123456789abcdef --full shows the whole …/,
    );
    const json = responsePart(Array.from({ length: 1_000_000 }, (_, i) => i));
    expect(parseStrict(renderRaw(item('tool', json))).text).toContain('… the rest of 6,888,891 characters is left out');
  });

  it('loses its colours before its words', () => {
    const code = `\`\`\`js\n${'1,2,3,\n'.repeat(4_000)}\`\`\``;
    const one = item('assistant', textPart(code), textPart(code));
    expect(renderRaw(one)).toContain('class="n"');
    // The same words with less room for tags.
    const narrow = renderRaw(one, 12_000);
    expect(narrow).not.toContain('class="n"');
    expect(parseStrict(narrow).text).toContain('1,2,3,\n'.repeat(4_000));
  });

  it('bounds its page too, whatever the turns are', () => {
    const kinds = ['a prompt of hidden characters', 'a prompt of quotes', 'output of terminal codes', 'many calls'];
    for (const name of kinds) {
      for (const size of [500, 2_000, 10_000, 100_000, 1_000_000]) {
        const one = HOSTILE[name]?.(size) ?? item('user');
        const rawLength = Buffer.byteLength(JSON.stringify(one));
        const pager = createPager();
        let turns = 0;
        while (pager.pageOf({ rawLength, prompt: false, result: false }) === 1) turns++;
        expect(turns * renderRaw(one, rawLength).length, `${name}, ${size}`).toBeLessThan(MOST_PAGE);
      }
    }
  });
});

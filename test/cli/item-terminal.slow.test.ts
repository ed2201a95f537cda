/** However long a turn is, the terminal shows little of it, and what that costs grows no faster than the turn. */
/** Bounds are counted in characters; where only a cost can be seen, four times the text must cost about four times as much. */

import { describe, expect, it } from 'vitest';
import { type TerminalView, walkItemText } from '../../src/cli/item-terminal.ts';
import { cleanText, createStyle, oneLine, widthOf, wrapText } from '../../src/cli/terminal.ts';
import type { Item } from '../../src/model/item.ts';
import { expectLinear } from '../base/growth.ts';
import { HOSTILE } from '../site/render/hostile-items.ts';

const short: TerminalView = { style: createStyle(false), columns: 80, full: false };
const full: TerminalView = { ...short, full: true };
const show = (one: Item, view: TerminalView): string => [...walkItemText(one, view)].join('\n');

describe('a turn in the terminal', () => {
  for (const [name, make] of Object.entries(HOSTILE)) {
    it(`stays short in linear time: ${name}`, async () => {
      const [small, large] = [make(75_000), make(300_000)];
      expect(show(large, short).length).toBeLessThan(200_000);
      const showBoth = (one: Item) => () => show(one, short) + show(one, full);
      await expectLinear(showBoth(small), showBoth(large), name);
    });
  }
});

describe('text on a terminal, however long', () => {
  const pieces = [
    'a',
    'word ',
    '深',
    '👨‍👩‍👧',
    'e\u0301',
    ' ',
    '\u001b',
    '\u001b[',
    '\u001b]',
    '\u001b\u001b]a\u0007]',
    '\u009b;',
    '\u001b[1;',
  ];
  it.each([...pieces, '\r', '\t', '\u200d', '\u001bP', '\u0090', '\n'])('takes linear time: %j', async (piece) => {
    const make = (n: number): string => piece.repeat(n / piece.length);
    const work = (text: string) => () => {
      expect(cleanText(text)).not.toMatch(/[\u001b\u0090\u009b]/);
      oneLine(text, 80);
      widthOf(text);
      wrapText(text.slice(0, 40_000), 80, '  ');
    };
    await expectLinear(work(make(100_000)), work(make(400_000)));
  });
});

/** However long a turn is, the terminal shows little of it, and what that costs grows no faster than the turn. */
/** Bounds are counted in characters; where only time can be seen, four times the text must cost less than eight times. */

import { describe, expect, it } from 'vitest';
import { type TerminalView, walkItemText } from '../../src/cli/item-terminal.ts';
import { cleanText, createStyle, oneLine, widthOf, wrapText } from '../../src/cli/terminal.ts';
import type { Item } from '../../src/model/item.ts';
import { HOSTILE } from '../site/render/hostile-items.ts';

const short: TerminalView = { style: createStyle(false), columns: 80, full: false };
const full: TerminalView = { ...short, full: true };
const show = (one: Item, view: TerminalView): string => [...walkItemText(one, view)].join('\n');

function cpuOf(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

describe('a turn in the terminal', () => {
  for (const [name, make] of Object.entries(HOSTILE)) {
    it(`stays short in linear time: ${name}`, () => {
      const small = make(75_000);
      const large = make(300_000);
      let text = '';
      const less = cpuOf(() => show(small, short) + show(small, full));
      const more = cpuOf(() => {
        text = show(large, short);
        show(large, full);
      });
      expect(text.length).toBeLessThan(200_000);
      expect(more).toBeLessThan(8 * less + 100);
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
  it.each([...pieces, '\r', '\t', '\u200d', '\u001bP', '\u0090', '\n'])('takes linear time: %j', (piece) => {
    const make = (n: number): string => piece.repeat(n / piece.length);
    const work = (text: string) => () => {
      expect(cleanText(text)).not.toMatch(/[\u001b\u0090\u009b]/);
      oneLine(text, 80);
      widthOf(text);
      wrapText(text.slice(0, 40_000), 80, '  ');
    };
    const less = cpuOf(work(make(100_000)));
    expect(cpuOf(work(make(400_000)))).toBeLessThan(8 * less + 100);
  });
});

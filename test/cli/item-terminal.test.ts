/** Turns in the terminal: short ones as they are, long ones cut with a word on how to see the whole, and the whole. */
/** With --full nothing is missing but what a terminal would obey. */

import { describe, expect, it } from 'vitest';
import { type TerminalView, walkItemText } from '../../src/cli/item-terminal.ts';
import { cleanText, createStyle } from '../../src/cli/terminal.ts';
import type { Item } from '../../src/model/item.ts';
import { ordinaryItems, spoiltItems } from '../site/render/odd-items.ts';
import { callPart, item, responsePart, textPart } from '../site/render/samples.ts';

const short: TerminalView = { style: createStyle(false), columns: 80, full: false };
const full: TerminalView = { ...short, full: true };
const show = (one: Item, view: TerminalView): string => [...walkItemText(one, view)].join('\n');

describe('a turn in the terminal', () => {
  it('shows a call by the argument that says most, and the first lines of an answer', () => {
    expect(show(item('assistant', callPart('shell', { command: 'ls -la', timeout: 5 }, 'Bash')), short)).toBe(
      '  Bash ls -la',
    );
    const lines = show(item('tool', responsePart('line\n'.repeat(40))), short);
    expect(lines).toBe(`${'  │ line\n'.repeat(12)}  … 29 more lines (--full)`);
  });

  it('says how much of a long text is left out', () => {
    const text = show(item('user', textPart('word '.repeat(2_000_000))), short);
    expect(text.length).toBeLessThan(100_000);
    expect(text).toMatch(/… 9934464 more characters \(--full\)$/);
    expect(show(item('assistant', ...Array.from({ length: 1_000 }, () => textPart('a'))), short)).toContain(
      '… 800 more parts (--full)',
    );
  });

  it('gives every character with --full, but for controls', () => {
    const text = `  two  spaces\n\ttab ${'x'.repeat(500)}\n\n深夜 e\u0301 \ud83d end \u001b[31mred\u001b[0m\u0007`;
    const clean = text.replace('\u001b[31mred\u001b[0m\u0007', 'red');
    expect(show(item('user', textPart(text)), full)).toBe(clean);
    expect(show(item('tool', responsePart(text)), full)).toBe(clean);
    const call = callPart('write', { file_path: 'a.txt', content: text, deep: { n: [1] } }, 'Write');
    expect(show(item('assistant', call), full)).toBe(
      `Write\nfile_path: a.txt\ncontent:\n${clean}\ndeep: {\n  "n": [\n    1\n  ]\n}`,
    );
    const diff = '--- a\n+++ b\n-x\n+y';
    expect(show(item('tool', responsePart('out', { diff })), full)).toBe(`out\n${diff}`);
  });

  it('never throws at members of another kind', () => {
    for (const one of [...ordinaryItems, ...spoiltItems(7, 50)]) {
      expect(typeof show(one, short)).toBe('string');
      expect(typeof show(one, full)).toBe('string');
    }
  });
});

describe('text on a terminal', () => {
  it('leaves nothing that a terminal obeys, however sequences are put inside each other', () => {
    const codes = [
      '\u001b',
      '\u001b[',
      '\u001b]0;x\u0007',
      ']',
      '[',
      '31m',
      '\u009b',
      '\u0090',
      '\u009c',
      'x',
      '\\',
      '\n',
    ];
    for (const a of codes)
      for (const b of codes)
        for (const c of codes)
          for (const d of codes) {
            const clean = cleanText(a + b + c + d + a);
            expect(clean).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
          }
  });
});

import { describe, expect, it } from 'vitest';
import { cleanText, oneLine, padEnd, widthOf, wrapText } from '../../src/cli/terminal.ts';

const ESC = '\u001b';

describe('text on a terminal', () => {
  it.each([
    ['colours', `${ESC}[31mred${ESC}[0m`, 'red'],
    ['cursor moves', `a${ESC}[2Jb${ESC}[1;1Hc`, 'abc'],
    ['window titles', `${ESC}]0;owned\u0007text`, 'text'],
    ['clipboard writes', `${ESC}]52;c;Zm9v${ESC}\\text`, 'text'],
    ['device control strings', `${ESC}P1$r0m${ESC}\\text`, 'text'],
    ['an unfinished sequence', `text${ESC}]0;never ends`, 'text'],
    ['C1 controls', 'a\u009b31mb', 'ab'],
    ['bells and backspaces', 'pass\u0007word\u0008', 'password'],
    ['bidi controls', 'a\u202eb\u2066c', 'abc'],
  ])('takes out %s', (_, dirty, clean) => {
    const text = cleanText(dirty);
    expect(text).toBe(clean);
    expect(text).not.toMatch(/[\u001b\u009b]/);
  });

  it('keeps tabs, newlines, emoji and every script', () => {
    const text = 'a\tb\n👨‍👩‍👧 深夜 می‌خواهم';
    expect(cleanText(text)).toBe(text);
  });

  it('counts two columns for wide characters', () => {
    expect(widthOf('深夜の電車')).toBe(10);
    expect(padEnd('深夜', 6)).toBe('深夜  ');
  });

  it('cuts between graphemes and says so', () => {
    expect(oneLine('one two\nthree', 9)).toBe('one two …');
    expect(widthOf(oneLine('深夜の電車が一日の最初に', 9))).toBeLessThanOrEqual(9);
  });

  it('wraps at words and keeps lines', () => {
    expect(wrapText('aaa bbb ccc ddd eee fff ggg\nh', 22, '| ')).toBe('| aaa bbb ccc ddd eee\n| fff ggg\n| h');
  });
});

/** Characters that hide, and those that only look as if they did. */
/** Trojan Source and smuggled prompts are seen; languages and emoji are left alone. */

import { describe, expect, it } from 'vitest';
import { spellHidden, visibleAttribute, visibleText } from '../../../../src/site/render/text/visible-text.ts';

describe('visibleText', () => {
  it.each([
    ['\u202e', 'U+202E'],
    ['\u2066', 'U+2066'],
    ['\u061c', 'U+061C'],
    ['\u200e', 'U+200E'],
    ['\u200b', 'U+200B'],
    ['\u2060', 'U+2060'],
    ['\ufeff', 'U+FEFF'],
    ['\u00ad', 'U+00AD'],
    ['\u3164', 'U+3164'],
    ['\u200d', 'U+200D'],
    ['\u{e0041}', 'U+E0041'],
    ['\u{e0101}', 'U+E0101'],
    ['\ufe01', 'U+FE01'],
  ])('shows a hidden %j between letters as a badge', (character, name) => {
    expect(visibleText(`a${character}b`)).toBe(
      `a<span class="hidden-char" title="Hidden character ${name}">${name}</span>b`,
    );
  });

  it.each([
    'می‌خواهم این را بخوانم',
    'क्‍ष ज्ञ',
    'family 👨‍👩‍👧‍👦, flag 🏳️‍🌈, England 🏴󠁧󠁢󠁥󠁮󠁧󠁿, heart ❤️, keycap 1️⃣, thumbs 👍🏽',
    'שלום עולם',
    '中文，日本語、한국어',
    'naïve e\u0301',
  ])('leaves %s as it is', (text) => {
    expect(visibleText(text)).toBe(text);
  });

  it('shows a message hidden behind an emoji', () => {
    const hidden = String.fromCodePoint(...[...'go'].map((c) => 0xe0100 + (c.codePointAt(0) ?? 0)));
    expect(visibleText(`😀${hidden}`)).toContain('U+E0167');
    expect(visibleText('😀\ufe00\ufe01\ufe02')).toContain('U+FE00');
  });

  it('escapes and drops controls', () => {
    expect(visibleText('<a b="c">&\u0000\u001b\u009b')).toBe('&lt;a b=&quot;c&quot;&gt;&amp;');
  });
});

describe('visibleAttribute', () => {
  it('spells hidden characters and stays on one line', () => {
    expect(visibleAttribute('a\u202e"b"\n\tc')).toBe('a[U+202E]&quot;b&quot; c');
  });
});

describe('spellHidden', () => {
  it('is plain text', () => {
    expect(spellHidden('a\u200bb<c>')).toBe('a[U+200B]b<c>');
  });
});

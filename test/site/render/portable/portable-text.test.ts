/** Texts in a Markdown file: whatever viewer opens it, nothing of them runs, loads, forges a heading or swallows what follows. */
/** Held against a viewer that runs HTML and follows any address. */

import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { portableText } from '../../../../src/site/render/portable/portable-text.ts';
import { portableCode, portableWords } from '../../../../src/site/render/portable/portable-words.ts';
import { xssPayloads } from '../../xss-corpus.ts';

const viewer = new MarkdownIt({ html: true, linkify: true });
viewer.validateLink = () => true;
// words that look like addresses become links by the viewer's own rules
viewer.linkify.add('//', null);

/** What is wrong with the file that holds this text between two headings. */
function faultsOf(told: string): readonly string[] {
  const html = viewer.render(`## before\n\n${told}\n\n## after\n`);
  const tags = [...html.matchAll(/<\/?([a-z][a-z0-9]*)([^>]*)>/gi)];
  const faults = tags.flatMap(([tag, name = '', attributes = '']) => {
    const href = /^ href="([^"]*)"/.exec(attributes)?.[1];
    if (/^h[12]$/.test(name)) return [];
    if (name === 'a' && href !== undefined) return /^(?:https?:\/\/|mailto:)/.test(href) ? [] : [tag];
    return ALLOWED.has(name) &&
      /^(?: (?:class="language-[^"]*"|start="\d+"|style="text-align:\w+"|href="[^"]*"( title="[^"]*")?))?$/.test(
        attributes,
      )
      ? []
      : [tag];
  });
  const headings = tags.filter(([, name = '']) => /^h[12]$/.test(name)).length;
  return headings === 4 && html.includes('<h2>after</h2>') ? faults : [...faults, 'a heading'];
}

const ALLOWED = new Set(
  'p ul ol li h3 h4 h5 h6 blockquote pre code em strong s hr br table thead tbody tr th td a'.split(' '),
);

const WHOLE = 'the page has it';

const FAMILY: readonly string[] = [
  '# forged',
  'forged\n===',
  'forged\n---',
  '> # forged',
  '- # forged',
  '1. # forged\n   ===',
  'a\n\n[b]: x\n---',
  '## 9. forged\n\ntext',
  '```',
  '~~~js\ncode',
  '- a\n  ```\n  x',
  '> ```\n> x',
  '````\n```',
  '   ~~~\n```\n~~~\n<img src=x onerror=xss()>\n```',
  '- x\n  ~~~\n```\n<b onclick=xss()>\n```\n~~~\n<img src=x onerror=xss()>',
  '``` `\n<script>xss()</script>\n```',
  'a ` b\n`<img src=x onerror=xss()>` c `',
  '\\`<img src=x onerror=xss()>`',
  '| a | b |\n|---|---|\n| ` | <img src=x onerror=xss()> ` |',
  '\\<img src=x onerror=xss()>',
  '\\\\<img src=x onerror=xss()>',
  '`a\\`<img src=x onerror=xss()>`',
  '<div\nonclick=xss()>',
  '<!-- ',
  '<![CDATA[',
  '<?php',
  '[a](javascript:xss())',
  '[a](<javascript:xss()>)',
  '[a](java&#115;cript:xss())',
  '[a]( \njavascript:xss())',
  '[a][b]\n\n[b]: javascript:xss()',
  '![a](https://elsewhere.example/x.png)',
  '[![a](x)](https://elsewhere.example)',
  '![a][b]\n\n[b]: https://elsewhere.example/x.png',
  '[a](//elsewhere.example)',
  '[a](data:text/html,x)',
  '<javascript:xss()>',
  '<xss@example.org>',
  '[a](https://user:pw@elsewhere.example)',
  '\u202egnp.exe',
  'a\u0000b\u001b[31m',
  '`'.repeat(400),
  `${'> '.repeat(60)}x`,
];

describe('a text in a Markdown file', () => {
  it('is harmless, whatever it says', () => {
    for (const text of [...FAMILY, ...xssPayloads.map((payload) => payload.toWellFormed())])
      expect([text, faultsOf(portableText(text, WHOLE))]).toEqual([text, []]);
  });

  it('is harmless also when pieces of such texts stand in any order', () => {
    let state = 11;
    const roll = (n: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    const pieces = [
      '\n',
      '\n\n',
      '`',
      '```',
      '~~~',
      '\n```\n',
      '    ',
      '  ',
      '- ',
      '> ',
      '\\',
      '<img src=x onerror=xss()>',
      '<b>',
      '[a](',
      'javascript:x',
      ')',
      '![',
      '[b]:',
      '# x',
      '---',
      '===',
      '|',
      'word',
    ];
    for (let n = 0; n < 1_500; n++) {
      const text = Array.from({ length: 1 + roll(14) }, () => pieces[roll(pieces.length)]).join('');
      expect([text, faultsOf(portableText(text, WHOLE))]).toEqual([text, []]);
    }
  });

  it('stays as it was written where nothing is wrong with it', () => {
    for (const text of [
      'Plain *words*, `a < b` and `Map<K>`.',
      '- one\n- two\n\n1. three',
      '```ts\nconst a: Map<string> = <b/>;\n```',
      'See [it](https://example.org/a).',
      '| a | b |\n|---|---|\n| 1 | 2 |',
    ])
      expect(portableText(text, WHOLE)).toBe(text);
    expect(portableText('# One\n\n## Two', WHOLE)).toBe('### One\n\n#### Two');
    expect(portableText('See [it](src/a.ts), a <tag> and ![a picture](https://example.org/x.png)', WHOLE)).toBe(
      'See \\[it](src/a.ts), a \\<tag> and [image: a picture](https://example.org/x.png)',
    );
  });

  it('is cut where it is very long, and says where the whole is', () => {
    const told = portableText('word '.repeat(20_000), WHOLE);
    expect(told.length).toBeLessThan(70_000);
    expect(told).toContain('34,464 characters are left out here; the page has it');
  });
});

describe('words on one line', () => {
  it('are words, whatever they say', () => {
    for (const text of [...FAMILY, ...xssPayloads.map((payload) => payload.toWellFormed())]) {
      for (const line of [portableWords(text), portableCode(text)]) {
        expect([text, line.includes('\n'), faultsOf(`x ${line} y`)]).toEqual([text, false, []]);
      }
    }
  });
});

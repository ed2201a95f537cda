/** Markdown that is made to be dear: what it costs is held against what long answers cost. */
/** Each of these is bounded by another rule; none may cost more than the longest prose there is. */

import { expect, it } from 'vitest';
import { fullAllowance } from '../../../src/site/render/allowance.ts';
import { renderMarkdown } from '../../../src/site/render/markdown.ts';
import { expectWithin } from '../../base/growth.ts';
import { parseStrict } from './parse.ts';

const page = (source: string) => renderMarkdown(source, { breaks: false, bare: false }, fullAllowance());

const hostile: Readonly<Record<string, string>> = {
  'nested quotes': '>'.repeat(20_000),
  'nested lists': Array.from({ length: 600 }, (_, i) => `${' '.repeat(i * 2)}- a`).join('\n'),
  brackets: '['.repeat(15_000),
  images: '!['.repeat(9_000),
  emphasis: '*a **a '.repeat(2_800),
  'emphasis over lines': '*a **a\n'.repeat(25_000),
  links: '[a](<b'.repeat(3_000),
  backticks: Array.from({ length: 190 }, (_, i) => `a${'`'.repeat(i)}`).join(' '),
  'a line of a megabyte': 'a'.repeat(1_000_000),
  'stars of a megabyte': '*'.repeat(1_000_000),
  'short lines': '$\n'.repeat(90_000),
  'a wide table': `|${'a|'.repeat(4_000)}\n|${'-|'.repeat(4_000)}\n${'|b\n'.repeat(5_000)}`,
  'a long table': `|a|b|\n|-|-|\n${'|b|c|\n'.repeat(30_000)}`,
  addresses: 'http://'.repeat(2_500),
  'mail addresses': 'a@b.c '.repeat(3_000),
  references: Array.from({ length: 5_000 }, (_, i) => `[a${i}]: x\n`).join('') + '[a1]'.repeat(3_000),
  entities: '&#'.repeat(9_000),
  'code that grammars dislike': `\`\`\`csharp\n${`${'a'.repeat(1_900)}\n`.repeat(50)}\n\`\`\``,
  'code of many words': `\`\`\`csharp\n${`${'if '.repeat(70)}\n`.repeat(40)}\n\`\`\``,
};

const sentence = 'Here is *what* I [found](https://example.org/x) in `read.ts`: the **first** line.\n\n';
const answer = sentence.repeat(50_000 / sentence.length);

for (const [name, source] of Object.entries(hostile)) {
  it(`costs no more than forty long answers: ${name}`, async () => {
    expect(() => parseStrict(page(source))).not.toThrow();
    await expectWithin(
      40,
      () => page(answer),
      () => page(source),
    );
  });
}

/** Markdown of prompts and answers. */
/** What it means is markdown-it's affair; what is tested is what turnpress does with it. */

import { describe, expect, it } from 'vitest';
import { fullAllowance } from '../../../src/site/render/allowance.ts';
import { isTooCostly, renderMarkdown } from '../../../src/site/render/markdown.ts';
import { parseStrict } from './parse.ts';
import { item, render, textPart } from './samples.ts';

const page = (source: string) => renderMarkdown(source, { breaks: false, bare: false }, fullAllowance());
const REL = 'rel="noopener noreferrer nofollow"';

describe('markdown on a page', () => {
  it('starts headings at h3 and skips no level', () => {
    expect(page('# a\n\n### b\n\n###### c\n\n## d').match(/<h\d/g)).toEqual(['<h3', '<h4', '<h5', '<h4']);
  });

  it('gives headings no ids', () => {
    expect(page('# location')).toBe('<h3>location</h3>\n');
  });

  it('links absolute http, https and mailto addresses only', () => {
    expect(page('[a](https://example.org/b "t")')).toContain(`<a href="https://example.org/b" ${REL} title="t">a</a>`);
    expect(page('<a@example.org>')).toContain(`<a href="mailto:a@example.org" ${REL}>`);
    for (const other of ['src/main.ts', '/etc/passwd', '#top', '//example.org', 'ftp://example.org/x', 'https:x.org']) {
      expect(page(`[a](${other})`)).toBe('<p>a</p>\n');
    }
  });

  it('finds bare addresses', () => {
    expect(page('see https://example.org/x.')).toBe(
      `<p>see <a href="https://example.org/x" ${REL}>https://example.org/x</a>.</p>\n`,
    );
  });

  it('turns remote images into links and loads none', () => {
    expect(page('![alt](https://example.org/x.png)')).toBe(
      `<p><a href="https://example.org/x.png" ${REL}>[image: alt]</a></p>\n`,
    );
    expect(page('![alt](x.png)')).toBe('<p>[alt]</p>\n');
    expect(page('[![alt](https://example.org/x.png)](https://example.org/)')).not.toMatch(/<a [^>]*>[^<]*<a /);
  });

  it('shows HTML as text', () => {
    expect(page('<b>x</b>\n\n<div>\ny\n</div>')).toBe(
      '<p>&lt;b&gt;x&lt;/b&gt;</p>\n<p>&lt;div&gt;\ny\n&lt;/div&gt;</p>\n',
    );
  });

  it('shows task lists with a mark that is read aloud', () => {
    const html = page('- [x] one\n- [ ] two\n- [link]');
    expect(html).toContain('<span class="task done" role="img" aria-label="done"></span> one');
    expect(html).toContain('<span class="task open" role="img" aria-label="to do"></span> two');
    expect(html).toContain('[link]');
  });

  it('lets tables scroll inside themselves and aligns by class', () => {
    const html = page('| a | b |\n| ---: | :-: |\n| 1 | 2 |');
    expect(html).toContain('<div class="scroll" role="group" aria-label="Table" tabindex="0"><table>');
    expect(html).toContain('<th class="right">a</th><th class="center">b</th>');
    expect(html).not.toContain('style=');
  });

  it('colours code of a known language only, with classes of its own', () => {
    expect(page('```ts\nconst a = 1;\n```')).toContain('<span class="k">const</span> a = <span class="n">1</span>;');
    expect(page('```nope\nconst a = 1;\n```')).toContain('<code>const a = 1;</code>');
    expect(page('```constructor\nx\n```')).toContain('<code>x</code>');
  });

  it('has no span in code that colours nothing', () => {
    const json = page('```json\n{"a": [1, "<b>"], "c": {}}\n```');
    expect(json).toContain('{<span class="a">&quot;a&quot;</span>: [<span class="n">1</span>, <span class="s">');
    for (const language of ['js', 'html', 'rust', 'yaml', 'diff', 'markdown'])
      expect(page(`\`\`\`${language}\n<p class="x">a: [b, {c}]</p>\n# d\n\`\`\``)).not.toContain('<span>');
  });

  it('keeps a line break of a prompt and folds one of an answer', () => {
    expect(render(item('user', textPart('a\nb')))).toContain('a<br>\nb');
    expect(render(item('assistant', textPart('a\nb')))).toContain('<p>a\nb</p>');
  });

  it('renders text without any Markdown the same way without the parser', () => {
    const source = 'Plain words, nothing else.\n\nA second paragraph\nof two lines.';
    const parsed = page(`${source}\n\n---`).replace('<hr>', '');
    expect(page(source).trim()).toBe(parsed.trim());
  });

  it('shows hidden characters in prose, code and titles', () => {
    const html = page('a\u202eb `c\u200bd` [e](https://example.org/ "f\u2066g")\n\n```js\nx\u2067 = 1\n```');
    expect(html).toContain('a<span class="hidden-char" title="Hidden character U+202E">U+202E</span>b');
    expect(html).toContain('U+200B</span>d');
    expect(html).toContain('title="f[U+2066]g"');
    expect(html).toContain('U+2067</span>');
    expect(html).not.toMatch(/[\u202e\u200b\u2066\u2067]/);
  });

  it('is bare for feeds: no classes, no roles', () => {
    const source = '# a\n\n```ts\nlet a\n```\n\n| a |\n| -: |\n| 1 |\n\n- [x] b';
    const html = renderMarkdown(source, { breaks: false, bare: true }, fullAllowance());
    expect(html).not.toMatch(/class=|role=|tabindex/);
    expect(html).toContain('<pre><code>let a</code></pre>');
  });
});

describe('Markdown that would cost too much', () => {
  it('stands as plain text with nothing lost', () => {
    const source = '**a** '.repeat(40_000);
    expect(isTooCostly(source)).toBe(true);
    expect(parseStrict(page(source)).text).toBe(source);
  });

  it('is told by the text alone: at the bound it is parsed, past it not', () => {
    expect(isTooCostly(`${'a'.repeat(20_000)}\nb`)).toBe(false);
    expect(isTooCostly(`${'a'.repeat(20_001)}\nb`)).toBe(true);
    expect(isTooCostly('a\n\n'.repeat(66_666))).toBe(false);
    expect(isTooCostly('a\n\n'.repeat(66_667))).toBe(true);
  });
});

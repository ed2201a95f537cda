/** Terminal output as HTML and as plain text. */
/** Colours stay as classes; nothing else of a control sequence reaches a page. */

import { describe, expect, it } from 'vitest';
import { renderTerminal, stripTerminal } from '../../../../src/site/render/text/terminal.ts';

const ESC = '\u001b';

describe('renderTerminal', () => {
  it.each([
    ['plain & <text>', 'plain &amp; &lt;text&gt;'],
    [`${ESC}[31mred${ESC}[0m plain`, '<span class="fg1">red</span> plain'],
    [`${ESC}[1;4;92mx${ESC}[22;24;39my`, '<span class="fg10 bold underline">x</span>y'],
    [`${ESC}[44;97mx${ESC}[m`, '<span class="fg15 bg4">x</span>'],
    [`${ESC}[38;5;196mx`, '<span class="fg9">x</span>'],
    [`${ESC}[38;5;2mx`, '<span class="fg2">x</span>'],
    [`${ESC}[38;5;240mx`, '<span class="fg8">x</span>'],
    [`${ESC}[38;2;250;10;10mx`, '<span class="fg9">x</span>'],
    [`${ESC}[48:2:0:0:240mx`, '<span class="bg4">x</span>'],
    ['\u009b32mx\u009b0m', '<span class="fg2">x</span>'],
    [`${ESC}]0;title\u0007x`, 'x'],
    [`${ESC}]8;;https://example.org/${ESC}\\link${ESC}]8;;${ESC}\\`, 'link'],
    [`${ESC}]52;c;AAAA\u0007x`, 'x'],
    [`${ESC}]0;never ends\nnext line`, '\nnext line'],
    [`${ESC}P+q544e${ESC}\\x${ESC}_y${ESC}\\z`, 'xz'],
    [`a${ESC}[2K${ESC}[1;1H${ESC}[?25lb${ESC}(Bc${ESC}7d`, 'abcd'],
    [`10%\r50%\r100%\ndone\r\n`, '100%\ndone\n'],
    ['abc\b\bx', 'ax'],
    [`${ESC}[31`, ''],
    [`x${ESC}`, 'x'],
    [`${ESC}[31m${ESC}[0m`, ''],
    [`${ESC}[999;-1mx`, 'x'],
  ])('shows %j as %s', (output, html) => {
    expect(renderTerminal(output)).toBe(html);
  });

  it('leaves no control character whatever comes', () => {
    for (let code = 0; code < 0xa0; code++) {
      const c = String.fromCharCode(code);
      for (const text of [`a${c}b`, `${ESC}${c}b`, `${ESC}[1${c}b`, `${ESC}]x${c}b`]) {
        expect(renderTerminal(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }
    }
  });
});

describe('stripTerminal', () => {
  it('leaves the words', () => {
    expect(stripTerminal(`${ESC}[1mbold${ESC}[0m ${ESC}]0;t\u0007text`)).toBe('bold text');
  });
});

/** What every text passes through costs no more than the text is long. */
/** Only a cost can be seen: four times the text must cost about four times as much. */

import { it } from 'vitest';
import { escapeHtml } from '../../../../src/base/html.ts';
import { dropTerminalCodes } from '../../../../src/base/terminal-codes.ts';
import { cleanLine } from '../../../../src/feed/clean.ts';
import { cleanXmlText } from '../../../../src/feed/xml.ts';
import { itemText } from '../../../../src/model/item-text.ts';
import { isAllowed, sanitise } from '../../../../src/site/render/sanitise.ts';
import { findLinkTarget } from '../../../../src/site/render/text/links.ts';
import { plainTitle } from '../../../../src/site/render/text/plain-title.ts';
import { renderTerminal, stripTerminal } from '../../../../src/site/render/text/terminal.ts';
import { visibleAttribute, visibleText } from '../../../../src/site/render/text/visible-text.ts';
import { expectLinear } from '../../../base/growth.ts';
import { item, textPart } from '../samples.ts';

const PIECES = [
  ...['a ', ' ', '\n', '\t', '&', '"', '<', '<a', '<p>', '</p>', '<p ', '<p a="', '<a href="/', '<time datetime="1'],
  ...['`', 'a`', 'a```', '**a', '_a_', '[a](', '![', '[](b)', '#', ' # x', '1. ', 'http://', 'https://a.b/'],
  ...['\u200d', 'a\u200d', '\u0bbe\u200d', '\ufe0f', '\u{1f3f4}', '\u{e0061}', '\u{1f600}\u200d', 'e\u0301', '\ud83d'],
  ...[
    '\u001b',
    '\u001b[',
    '\u001b]',
    '\u001bP',
    '\u001b[1;',
    '\u001b[31m',
    '\u001b ',
    '\u009b',
    '\u009d',
    '\r',
    'a\r',
    '\b',
    'a\b',
  ],
];

const WORK: Readonly<Record<string, (text: string) => unknown>> = {
  escapeHtml,
  dropTerminalCodes,
  cleanLine,
  cleanXmlText,
  isAllowed,
  sanitise,
  findLinkTarget,
  renderTerminal,
  stripTerminal,
  visibleText,
  visibleAttribute,
  itemText: (text) => itemText(item('user', textPart(text))),
  plainTitle: (text) => plainTitle(text, 300),
};

it.each(Object.entries(WORK))('%s is linear in everything', async (_, work) => {
  for (const piece of PIECES) {
    const make = (n: number): string => piece.repeat(n / piece.length);
    const [small, large] = [make(25_000), make(100_000)];
    await expectLinear(
      () => work(small),
      () => work(large),
      JSON.stringify(piece),
    );
  }
});

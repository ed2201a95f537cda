/** What every text passes through costs no more than the text is long. */
/** Only time can be seen: four times the text must cost less than eight times. */

import { expect, it } from 'vitest';
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
import { item, textPart } from '../samples.ts';

const PIECES = [
  ...['a ', ' ', '\n', '\t', '&', '"', '<', '<a', '<p>', '</p>', '<p ', '<p a="', '<a href="/', '<time datetime="1'],
  ...['`', 'a`', 'a```', '**a', '_a_', '[a](', '![', '[](b)', '#', ' # x', '1. ', 'http://', 'https://a.b/'],
  ...['\u200d', 'a\u200d', '\u0bbe\u200d', '\ufe0f', '\u{1f3f4}', '\u{e0061}', '\u{1f600}\u200d', 'e\u0301', '\ud83d'],
  ...['\u001b', '\u001b[', '\u001b]', '\u001bP', '\u001b[1;', '\u001b[31m', '\u009b', '\r', 'a\r', '\b', 'a\b'],
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

function cpuOf(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

it.each(Object.entries(WORK))('%s is linear in everything', (_, work) => {
  for (const piece of PIECES) {
    const make = (n: number): string => piece.repeat(n / piece.length);
    const less = cpuOf(() => work(make(25_000)));
    expect(
      cpuOf(() => work(make(100_000))),
      JSON.stringify(piece),
    ).toBeLessThan(8 * less + 100);
  }
});

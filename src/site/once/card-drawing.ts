/** What stands on the picture beside a link, as SVG: the mark, what the page is called, and what it is. */
/** Set in the one face that comes with the site: what it has no letters for stays away; the mark is always there. */

import { html, joinHtml, type SafeHtml, text } from '../../base/html.ts';
import { FACE } from '../render/paint/painter.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import { CARD_SIZE } from '../shell/cards.ts';

/** Raised when the same words are drawn otherwise. */
export const DRAWING = '2';

export interface CardWords {
  /** Beside the mark; empty: nothing. */
  readonly site: string;
  readonly title: string;
  readonly about: string;
  /** `#rrggbb` */
  readonly accent: string;
}

export function drawCard({ site, title, about, accent }: CardWords): SafeHtml {
  const { width, height } = CARD_SIZE;
  const name = plainTitle(latinOf(title), 84) || plainTitle(latinOf(site), 70);
  const [size, most] = name.length > 34 ? [76, 28] : [104, 20];
  const lines = wrap(name, most).slice(0, 3);
  const below = wrap(plainTitle(latinOf(about), 120), 52).slice(0, 2);
  const top = 320 - (lines.length - 1) * size * 0.5;
  const line = (words: string, x: number, y: number, px: number, fill: string): SafeHtml =>
    html`<text x="${text(x)}" y="${text(Math.round(y))}" font-family="${text(FACE.family)}" font-weight="600" font-size="${text(px)}" fill="${text(fill)}">${text(words)}</text>`;
  const words = [
    ...(site === '' ? [] : [line(plainTitle(latinOf(site), 40), 196, 138, 42, SOFT)]),
    ...lines.map((each, i) => line(each, 96, top + i * size * 1.04, size, INK)),
    ...below.map((each, i) => line(each, 96, 530 + i * 48, 38, SOFT)),
  ];
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${text(width)}" height="${text(height)}" viewBox="0 0 1200 630"><rect width="1200" height="630" fill="#fcfbf8"/><rect width="24" height="630" fill="${text(accent)}"/><g transform="translate(84 72) scale(3.2)" fill="none" stroke="${text(accent)}" stroke-width="3.4" stroke-linecap="round"><path d="M12.5 6v14.5c0 3.4 1.8 5 5 5h1.5M6.5 12.5h6c4 0 5.5.5 8 3"/><circle cx="23.5" cy="17.5" r="3.3" fill="${text(accent)}" stroke="none"/></g>${joinHtml(words)}</svg>`;
}

const [INK, SOFT] = ['#1d1f22', '#5c5f65'];

function latinOf(words: string): string {
  return words.replace(/[^\u0020-\u007e\u00a0-\u00ff\u2013\u2014\u2018\u2019\u201c\u201d\u2026]/gu, '');
}

/** Lines of so many letters, more or less: the face is set in one width. */
function wrap(words: string, most: number): readonly string[] {
  const lines: string[] = [];
  for (const word of words.split(' ').filter((each) => each !== '')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > most) lines.push(word.slice(0, most));
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

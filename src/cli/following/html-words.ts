/** The words of somebody's HTML as one line, for excerpts and for finding words in them. */
/** Without tags, scripts and styles; how it reads whole in a terminal is in html-text.ts. */

import { walkMarkup } from '../../feed/feed.ts';

/** At least the first `most` characters, if there are so many. */
export function wordsOf(html: string, most: number): string {
  let [words, silent] = ['', 0];
  const isSilent = (name: string): boolean => name === 'script' || name === 'style';
  // tags take more room than words, and nobody has to wait for all of a page to see its beginning
  walkMarkup(html.slice(0, most * 20), 'html', {
    open(name) {
      if (isSilent(name)) silent++;
    },
    close(name) {
      if (isSilent(name)) silent--;
    },
    text(piece) {
      if (silent === 0 && words.length < most) words += `${piece} `;
    },
  });
  return words.replace(/\s+/g, ' ').trim();
}

/** Somebody's HTML as text for a terminal: lists, quotes, tables and links kept readable. */
/** Nothing is loaded, and what a script or style says is left out. */

import { convert } from 'html-to-text';

const LIMIT = 500_000;

/** `columns`: of the terminal. What comes out goes through the printing context, which lets no control character pass. */
export function htmlToText(html: string, columns: number): string {
  return convert(html, {
    wordwrap: Math.min(columns, 100),
    limits: { maxInputLength: LIMIT, maxDepth: 200, ellipsis: '…' },
    selectors: [
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false } },
      { selector: 'img', format: 'inlineTag' },
      ...['script', 'style', 'iframe', 'noscript', 'svg'].map((selector) => ({ selector, format: 'skip' })),
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    ],
    formatters: {
      // pictures are named, never loaded
      inlineTag: (element, _walk, builder) => builder.addInline(`[${String(element.attribs?.alt ?? '') || 'picture'}]`),
    },
  }).trim();
}

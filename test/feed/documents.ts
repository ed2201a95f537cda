/** Feed documents for tests: a plain one, and one whose every text is hostile. */
/** Texts from sessions hold anything; nothing of it may break a document. */

import { escapeHtml, trustHtml } from '../../src/base/html.ts';
import type { FeedDocument, FeedEntry } from '../../src/model/entry.ts';

export const plainEntry: FeedEntry = {
  id: `urn:turnpress:turn:${'a'.repeat(64)}`,
  title: 'Why does the apple test fail?',
  url: 'https://example.org/c/0123456789abcdef/#t-aaaaaaaaaaaaaaaa',
  published: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  updated: Date.UTC(2026, 0, 2, 3, 5),
  author: 'Claude Code',
  content: trustHtml('<p>The apple was <code>1</code>.</p>'),
  summary: 'The apple was 1.',
  categories: ['orchard', 'Claude Code'],
  turn: { hash: 'a'.repeat(64), conversation: 'c'.repeat(64), branch: 'main' },
};

export const plain: FeedDocument = {
  id: 'urn:turnpress:site:example.org',
  title: 'Sessions of the orchard',
  description: 'Newest turns',
  homeUrl: 'https://example.org/',
  selfUrls: {
    rss: 'https://example.org/rss.xml',
    atom: 'https://example.org/atom.xml',
    json: 'https://example.org/feed.json',
  },
  language: 'en',
  author: 'Ada',
  updated: plainEntry.updated,
  entries: [
    plainEntry,
    { ...plainEntry, id: `urn:turnpress:turn:${'b'.repeat(64)}`, title: 'Second', published: 0, updated: 0 },
  ],
  deleted: [{ id: `urn:turnpress:turn:${'d'.repeat(64)}`, when: Date.UTC(2026, 0, 3) }],
  checkpoint: 'https://example.org/archive/conversations/cc/checkpoint',
};

/** Texts that have broken feeds. */
export const hostileTexts: Readonly<Record<string, string>> = {
  'every control character': Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).join(''),
  'terminal colours': '\u001b[1;31mred\u001b[0m and \u001b]0;title\u0007',
  'end of CDATA, several times': ']]> and ]]> and ]]]]>> <![CDATA[ x ]]>',
  'markup and entities': '<script>alert(1)</script> & &amp; &amp;amp; &lt; &#0; &#x1b; "quotes\' <!-- -- --> <?xml?>',
  emoji: '👩‍👩‍👧‍👦 🇫🇷 🧪',
  'lone surrogates': '\ud800 a \udc00 b \udbff',
  'characters that are none': '\ufffe\uffff\u{1fffe}\u{10ffff}',
  'right to left': '\u202eevil\u202c \u05d0\u05d1 \u0627\u0644',
  'white space of every kind': ' \t\r\n\u00a0\u2028\u2029\ufeff x \r y \r\n',
  'nothing but spaces': ' \n\t ',
  nothing: '',
};

/** The document with `text` in every place that takes text. */
export function hostile(text: string): FeedDocument {
  const entry: FeedEntry = {
    ...plainEntry,
    title: text,
    url: `https://example.org/?q=${encodeURIComponent(text.toWellFormed())}&a=<b>"&amp;`,
    author: text,
    content: escapeHtml(text),
    summary: text,
    categories: [text, 'plain', text],
    turn: { hash: text, conversation: text, branch: text },
  };
  const raw: FeedEntry = {
    ...entry,
    id: `${plainEntry.id}:raw`,
    content: trustHtml(`<p title="${']]>'}">${text.replace(/[&<]/g, '')}</p>`),
  };
  return {
    ...plain,
    id: `urn:turnpress:${text}`,
    title: text,
    description: text,
    author: text,
    language: text,
    entries: [entry, raw],
    deleted: [{ id: `urn:turnpress:turn:${text}`, when: 0 }],
  };
}

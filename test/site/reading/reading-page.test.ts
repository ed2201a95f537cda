/** The reader's pages against feeds that mean harm, and against very many of them. */
/** Every tag of a page is looked at: what it is, what it has, and where it leads. */

import { describe, expect, it } from 'vitest';
import type { ReadingEntry, ReadingFeed, ReadingSource } from '../../../src/model/reading/entries.ts';
import { renderForeign } from '../../../src/site/reading/foreign.ts';
import { renderReading } from '../../../src/site/reading/reading-page.ts';
import { xssPayloads } from '../xss-corpus.ts';

const KEY = '00000000000000aa';
const OPTIONS = { site: 'https://me.example.org/', token: 'token', nowMs: 0 };

function feedOf(n: number, said: string): ReadingFeed {
  const key = n.toString(16).padStart(16, '0');
  return {
    key,
    title: said,
    url: said,
    home: said,
    folder: said,
    unread: n % 2,
    pictures: false,
    problem: said,
    failures: 2,
    bytes: 1,
  };
}

function entryOf(said: string): ReadingEntry {
  const enclosures = [
    { url: said, type: said },
    { url: 'https://x.example.org/a.mp3', type: said },
  ];
  const fields = { title: said, url: said, author: said, html: said, text: said, categories: [said], enclosures };
  return { key: KEY, feed: '0000000000000001', ...fields, timeMs: 0, unread: true, starred: true };
}

function sourceOf(feeds: readonly ReadingFeed[], entry: ReadingEntry): ReadingSource {
  return {
    key: '',
    listFeeds: () => feeds,
    listEntries: () => [entry],
    countEntries: () => 1,
    findEntry: () => ({ entry, newer: KEY, older: KEY }),
    wordsOf: () => '',
  };
}

/** Attributes that no page of the reader has, and addresses that no link may have. */
function findHarm(html: string): readonly string[] {
  const tags = [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
  return tags.filter((tag) => {
    if (!/^<\/?[a-z][a-z0-9]*(?: [a-z-]+(?:="[^"<>]*")?)*(?: \/)?>$/.test(tag)) return true;
    if (/^<\/?(?:script|style|iframe|object|embed|svg|math|link|meta|base|template|video|audio)\b/.test(tag))
      return true;
    const names = [...tag.matchAll(/ ([a-z-]+)(?:="[^"]*")?/g)].map(([, name = '']) => name);
    if (names.some((name) => /^(?:on.*|style|srcset|srcdoc|formaction|http-equiv)$/.test(name))) return true;
    const addresses = [...tag.matchAll(/ (?:href|src|action)="([^"]*)"/g)].map(([, address = '']) => address);
    return addresses.some((address) => !/^(?:https?:\/\/|mailto:|\/(?![/\\]))/.test(address));
  });
}

describe('what somebody else’s feed says', () => {
  it('runs nowhere, loads nothing and leads nowhere it should not, in any field', () => {
    for (const said of xssPayloads) {
      const source = sourceOf([feedOf(1, said)], entryOf(said));
      for (const url of [
        '/reader/',
        '/reader/feeds/',
        `/reader/entry/${KEY}/`,
        `/reader/search/?q=${encodeURIComponent(said.toWellFormed().slice(0, 60).toWellFormed())}`,
      ])
        for (const pictures of [false, true]) {
          const { body = '' } = renderReading(source, url, { ...OPTIONS, pictures }) ?? {};
          expect(findHarm(body), `${url} ${said}`).toEqual([]);
          if (!pictures) expect(body).not.toMatch(/<img/);
        }
    }
  });

  it('keeps its words, lists, tables, code and links, without what counts clicks', () => {
    const html =
      '<h2>Head</h2><p>A <a href="/x?utm_source=a&id=7#there">link</a><h4>Deep</h4><ul><li>one</ul><table><tr><td colspan=2>1</table><pre>a  b</pre><img src="t.gif" width="1"><img src="b.png">';
    const { body, pictures } = renderForeign({ html, base: 'https://blog.example.org/p/' }, false);
    expect(body).toContain('<h2>Head</h2>');
    expect(body).toContain('<h3>Deep</h3>');
    expect(body).toContain('href="https://blog.example.org/x?id=7#there"');
    expect(body).toContain('<td colspan="2">1</td>');
    expect(body).toContain('<pre>a  b</pre>');
    expect(body).not.toMatch(/t\.gif|<img/);
    expect(pictures).toBe(1);
  });

  it('of ten thousand feeds leaves a page that can be read', () => {
    const feeds = Array.from({ length: 10_000 }, (_, n) => feedOf(n, `Feed ${n}`));
    const { body = '' } = renderReading(sourceOf(feeds, entryOf('words')), '/reader/', OPTIONS) ?? {};
    expect(body.length).toBeLessThan(150_000);
    expect(body).toContain('All 10,000 feeds');
  });
});

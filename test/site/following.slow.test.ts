/** The pages of what the owner follows: there only when asked for, with the words of others as text and nothing else of theirs. */
/** What may be handed to the site is decided in test/cli/following/shown.slow.test.ts. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../src/archive/archive.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { Following } from '../../src/site/following.ts';
import { checkAtom } from '../feed/check-atom.ts';
import { checkOpml } from '../feed/check-opml.ts';
import { createTestSite, openTestArchive, sampleItems, type TestSite, tell, config as whole } from './site-fixture.ts';
import { xssPayloads as XSS } from './xss-corpus.ts';

const config = { ...whole, documentation: false };
let site: TestSite;
let archive: ArchiveWriter;
beforeEach(() => {
  site = createTestSite();
  archive = openTestArchive();
  tell(archive, { items: sampleItems('the clock'), meta: { tags: ['open'] } });
});
afterEach(() => {
  archive.close();
  site.remove();
});

const START = Date.UTC(2026, 0, 3);
const following: Following = {
  sources: [
    { title: 'A blog', feed: 'https://blog.example.net/feed.xml', home: 'https://blog.example.net/', folder: 'News' },
    {
      ...{ title: 'turns of B', feed: 'https://b.example.net/atom.xml', folder: '' },
      archive: 'https://b.example.net/archive/',
    },
  ],
  river: Array.from({ length: 120 }, (_, i) => ({
    ...{ guid: `g${i}`, title: `Post *${i}*`, excerpt: `Words of ${i} and more. ${'far too long '.repeat(60)}` },
    ...{ url: `https://blog.example.net/p/${i}`, timeMs: START - i * 60_000 },
    ...{ source: 'A blog', sourceUrl: 'https://blog.example.net/' },
  })),
  wander: [
    {
      ...{ title: 'How B built a boat', source: 'turns of B', startedMs: START },
      url: { home: 'https://b.example.net/name/', conversation: 'ab'.repeat(32) as ConversationId },
    },
  ],
};
/** Every tag that such a page has in its main part. */
const OURS =
  /^<(?:main|h1|h2|h3|p|ul|li|span|time|footer|nav)(?: (?:id|class|tabindex|datetime|data-list|aria-label)="[\w :.-]*")*>$|^<a href="(?:https?:\/\/[!-~]+?|\/[\w/.#-]*)"(?: (?:rel="[a-z ]*"|type="[a-z+/]*"))*>$/;
const ALL = { river: true, blogroll: true, neighbours: true, wander: true };
const PATHS = ['river/index.html', 'neighbours/index.html', 'wander/index.html', 'blogroll.opml', 'river/atom.xml'];

describe('what the owner follows', () => {
  it('is on no page unless the owner says so, each by itself, and goes when it is taken back', async () => {
    await site.build(archive, { following, config });
    const none = [...site.readAll()];
    expect(none.filter(([path]) => PATHS.includes(path))).toEqual([]);
    expect(
      none
        .filter(([, text]) => /blogroll|blog\.example\.net|\/river\//.test(text) && !/_headers/.test(text))
        .map(([path]) => path),
    ).toEqual(['_headers']);
    for (const [name, path] of Object.entries({
      river: PATHS[0],
      neighbours: PATHS[1],
      wander: PATHS[2],
      blogroll: PATHS[3],
    })) {
      await site.build(archive, { following, config: { ...config, following: { ...config.following, [name]: true } } });
      const there = [...site.readAll().keys()].filter((each) => PATHS.slice(0, 4).includes(each));
      expect(there, name).toEqual([path]);
    }
    await site.build(archive, { following, config });
    expect([...site.readAll()]).toEqual(none);
  });

  it('has its pages, feeds and list, linked from every page, with equal bytes each time', async () => {
    const mine = { ...config, following: ALL };
    await site.build(archive, { following, config: mine });
    for (const path of site.readAll().keys())
      if (path.endsWith('.html')) {
        const text = site.read(path);
        expect(text, path).toContain(
          '<link rel="blogroll" type="text/x-opml" title="What this site follows" href="/blogroll.opml">',
        );
        expect(text, path).toContain(
          '<a href="/river/">River</a> · <a href="/neighbours/">Neighbours</a> · <a href="/wander/">Wander</a>',
        );
      }
    const river = site.read('river/index.html');
    expect(river).toContain('<a href="https://blog.example.net/p/0" rel="noopener noreferrer nofollow">Post *0*</a>');
    expect(river).toContain('Words of 0 and more. far too long');
    expect(river.match(/class="list-item"/g)).toHaveLength(50);
    expect(river).not.toContain('far too long '.repeat(30));
    expect(river).toContain('href="/river/page/2/"');
    expect(site.read('river/page/3/index.html').match(/class="list-item"/g)).toHaveLength(20);
    expect(site.read('neighbours/index.html')).toContain('<h2 id="group-2">News</h2>');
    const wander = site.read('wander/index.html');
    expect(wander).toContain('<a href="https://b.example.net/name/c/abababababababab/"');
    expect(wander).toMatch(/<script src="\/assets\/wander-[0-9a-f]{8}\.js" type="module">/);
    expect(checkOpml(site.read('blogroll.opml'))).toEqual([]);
    expect(site.read('blogroll.opml')).toContain('xmlUrl="https://blog.example.net/feed.xml"');
    expect(await checkAtom(site.read('river/atom.xml'))).toEqual([]);
    expect(site.read('river/atom.xml').match(/<entry>/g)).toHaveLength(50);
    const before = [...site.readAll()];
    expect(await site.build(archive, { following, config: mine })).toMatchObject({ pagesWritten: 0 });
    const other = createTestSite();
    await other.build(archive, { following, config: mine });
    expect([...other.readAll()]).toEqual(before);
    other.remove();
    const grown = { ...following, river: following.river.slice(1) };
    expect(await site.build(archive, { following: grown, config: mine })).toMatchObject({ pagesWritten: 3 });
    expect(site.read('river/index.html')).not.toContain('Post *0*');
  });

  it('of others is text, whatever they write', async () => {
    const hostile = XSS.flatMap((text, i) => [
      {
        ...following.river[0],
        guid: `h${i}`,
        title: text,
        excerpt: text,
        source: text,
        url: text,
        sourceUrl: text,
        timeMs: START,
      },
    ]) as Following['river'];
    await site.build(archive, {
      config: { ...config, following: ALL },
      following: {
        river: hostile,
        sources: XSS.map((text) => ({ title: text, feed: 'https://x.example.net/f', home: text, folder: text })),
        wander: XSS.map((title) => ({ ...following.wander[0], title, source: title })) as Following['wander'],
      },
    });
    for (const [path, text] of site.readAll()) {
      if (!/^(?:river|neighbours|wander)\/.*html$/.test(path)) continue;
      const tags = [...text.slice(text.indexOf('<main')).matchAll(/<[a-z][^>]*>/gi)].map(([tag]) => tag);
      const strange = tags.filter((tag) => !OURS.test(tag));
      expect(strange, path).toEqual([]);
      expect(
        text.match(/<script\b[^>]*>/g)?.every((tag) => /src="\/assets\//.test(tag)),
        path,
      ).toBe(true);
      expect(text, path).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u0000-\u0008]/);
    }
    expect(await checkAtom(site.read('river/atom.xml'))).toEqual([]);
  });
});

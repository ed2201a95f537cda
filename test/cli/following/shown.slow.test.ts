/** What of the subscriptions reaches a site: nothing that is private, by its own mark, by its folder's, or by what its address gives away. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { checkConfig } from '../../../src/cli/config.ts';
import { createContext } from '../../../src/cli/context.ts';
import { collectShown } from '../../../src/cli/following/shown.ts';
import { openReaderStore } from '../../../src/reader/reader.ts';
import type { Following } from '../../../src/site/site.ts';
import { openTerminal, type Terminal } from '../world.ts';

const ALL = { following: { river: true, blogroll: true, neighbours: true, wander: true } };
const CANARY = 'heron';
let me: Terminal;
let said = '';

beforeAll(async () => {
  me = openTerminal();
  await me.run('init', '.');
  await me.run('read', '--feeds');
  mkdirSync(join(me.folder, 'content'), { recursive: true });
  const outline = (name: string, url: string, more = '') =>
    `<outline text="${name}" type="rss" xmlUrl="${url}" ${more}/>`;
  writeFileSync(
    join(me.folder, 'content', 'subscriptions.opml'),
    `<opml version="2.0"><head><title>x</title></head><body>${[
      outline('open', 'https://open.example.net/feed.xml', 'htmlUrl="https://open.example.net/"'),
      outline('heron marked', 'https://heron-1.example.net/f', 'private="true"'),
      `<outline text="Private">${outline('heron folder', 'https://heron-2.example.net/f')}<outline text="deeper">${outline('heron deep', 'https://heron-3.example.net/f', 'private="false"')}</outline></outline>`,
      `<outline text="Work" private="yes">${outline('heron work', 'https://heron-4.example.net/f')}</outline>`,
      `<outline text="News">${outline('news', 'https://news.example.net/f')}${outline('heron twice', 'https://heron-5.example.net/f')}</outline>`,
      `<outline text="PRIVATE ">${outline('heron twice', 'https://heron-5.example.net/f')}</outline>`,
      outline('heron token', 'https://heron-6.example.net/f?auth=1'),
      outline('heron key', 'https://heron-7.example.net/feed/8f3kd93jf83jd93jd93jf8/rss'),
      outline('heron path', 'https://heron-8.example.net/private/f'),
      outline('heron user', 'https://heron:pass@heron-9.example.net/f'),
      outline('heron intranet', 'http://heron/f'),
      outline('heron address', 'http://192.168.0.7/heron'),
      outline('heron local', 'http://heron.local/f'),
      outline('heron home', 'https://fine.example.net/f', 'htmlUrl="https://x.example.net/?token=heron"'),
      outline('said to be open', 'https://said.example.net/?key=1', 'private="false"'),
      outline('plain query', 'https://query.example.net/?format=rss'),
    ].join('')}</body></opml>`,
  );
  const store = openReaderStore(join(me.folder, 'archive', 'private', 'reader.db'), silentLog);
  const urls = [
    ...readFileSync(join(me.folder, 'content', 'subscriptions.opml'), 'utf8').matchAll(/xmlUrl="([^"]+)"/g),
  ].map(([, url = '']) => url);
  store.feeds.follow([...new Set(urls)].map((url) => ({ url, title: new URL(url).host, folder: '' })));
  for (const feed of store.feeds.walk()) {
    const word = /heron|fine/.test(feed.url) || feed.url.includes('192') ? CANARY : 'fine';
    const entries = Array.from({ length: 300 }, (_, i) => ({
      ...{
        id: `e${i}`,
        title: `${word} ${i}`,
        url: `${feed.home ?? 'https://e.example.net/'}${word}/${i}`,
        categories: [],
        enclosures: [],
      },
      ...{
        html: `<style>x{}</style><p>Some <b>${word}</b> &amp; more</p><script>bad()</script><img src="https://t.example/p.png">`,
        publishedMs: i * 1000,
      },
    }));
    store.entries.take(feed.id, entries, [], 1_000_000_000);
  }
  store.entries.mark([store.entries.list({ limit: 1 })[0]?.id ?? 0], { starred: true, unread: false }, 2_000_000_000);
  store.close();
});
afterAll(() => me.close());

function collect(following: object = ALL.following): Following {
  const lines: string[] = [];
  const context = createContext(
    {
      ...{ cwd: me.folder, home: join(me.folder, 'home'), env: {}, now: () => 0 },
      stdout: { write: () => undefined },
      stderr: { write: (text) => lines.push(text) },
    },
    {},
  );
  const shown = collectShown(context, checkConfig({ following }, 'site.json'));
  said = lines.join('');
  return shown;
}

describe('what is shown of the subscriptions', () => {
  it('holds nothing that is private in any way, and says what it left out by itself', () => {
    const shown = collect();
    expect(shown.sources.map(({ title }) => title)).toEqual(['open', 'news', 'said to be open', 'plain query']);
    expect(shown.river).toHaveLength(300);
    expect(new Set(shown.river.map(({ source }) => source)).size).toBe(4);
    expect(new Set(shown.river.map(({ guid, sourceUrl }) => `${guid} ${sourceUrl}`)).size).toBe(300);
    expect(JSON.stringify(shown)).not.toMatch(/heron|192\.168|unread|starred/i);
    expect(said.match(/is not shown/g)).toHaveLength(7);
    expect(said).not.toMatch(/auth=1|pass@|8f3kd/);
  });

  it('gives text alone of an entry, newest first, and the same each time', () => {
    const { river } = collect();
    expect(river[0]).toMatchObject({ excerpt: 'Some fine & more', title: 'fine 299' });
    expect(river.every(({ timeMs }, i) => i === 0 || timeMs <= (river[i - 1]?.timeMs ?? 0))).toBe(true);
    expect(collect()).toEqual(collect());
  });

  it('is collected for what the owner shows, and for nothing else', () => {
    expect(collect({ river: true }).sources).toEqual([]);
    expect(collect({ blogroll: true }).river).toEqual([]);
  });

  it('stands on the built site, private or public, and nowhere is a word of the rest', async () => {
    writeFileSync(
      join(me.folder, 'content', 'site.json'),
      JSON.stringify({ url: 'https://turns.example.org/', ...ALL }),
    );
    for (const [folder, ...argv] of [
      ['_private', 'build'],
      ['_site', 'build', '--public'],
    ] as const) {
      expect(await me.run(...argv)).toBe(0);
      const text = ['river/index.html', 'river/feed.json', 'blogroll.opml', 'neighbours/index.html']
        .map((path) => readFileSync(join(me.folder, folder, path), 'utf8'))
        .join();
      expect(text).toContain('fine 299');
      expect(text).not.toMatch(/heron|192\.168/);
    }
  });
});

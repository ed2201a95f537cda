/** Asking feeds: what is kept of each answer, and that one feed's trouble is its own. */
/** The network is a table of answers; the clock is told. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../../src/base/bytes.ts';
import { silentLog } from '../../../src/base/log.ts';
import { openFeedParser } from '../../../src/feed/feed.ts';
import { discoverFeed, NoFeedError, openReaderStore, type PollResult, pollFeeds } from '../../../src/reader/reader.ts';
import { type Answer, NetworkError } from '../../../src/replica/pull/pulling.ts';

const folder = mkdtempSync(join(tmpdir(), 'turnpress-poll-'));
const parser = openFeedParser();
afterAll(async () => {
  await parser.close();
  rmSync(folder, { recursive: true });
});

const NOW = Date.UTC(2026, 5, 1);
const HOUR = 3_600_000;
const FEED = 'https://blog.example.org/feed';
const rss = (...ids: readonly string[]) =>
  `<rss version="2.0"><channel><title>Blog</title><link>https://blog.example.org/</link>${ids.map((id) => `<item><guid isPermaLink="false">${id}</guid><title>Title ${id}</title></item>`).join('')}</channel></rss>`;

interface Given {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly redirects?: Answer['redirects'];
  readonly url?: string;
  readonly error?: string;
}

/** A net of such answers; `asked` has every request that was made. */
function netOf(answers: Readonly<Record<string, Given>>) {
  const asked: { readonly url: string; readonly headers: Readonly<Record<string, string>> }[] = [];
  const fetch = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    asked.push({ url, headers });
    const given = answers[url] ?? { status: 404 };
    if (given.error !== undefined) throw new NetworkError('blog.example.org', 'connection', given.error);
    const { status = 200, headers: sent = {}, body = '', redirects = [] } = given;
    return { status, url: given.url ?? url, redirects, headers: sent, body: encodeUtf8(body) };
  };
  return { asked, fetch };
}

function follow(...urls: readonly string[]) {
  const store = openReaderStore(join(folder, `${Math.random()}.db`), silentLog);
  store.feeds.follow(urls.map((url) => ({ url, title: '', folder: '' })));
  let now = NOW;
  const moves: string[] = [];
  const poll = async (answers: Readonly<Record<string, Given>>) => {
    const net = netOf(answers);
    const results: PollResult[] = [];
    const report = await pollFeeds(store, {
      ...{
        fetch: ({ url }, headers) => net.fetch(url, headers),
        parse: (document) => parser.parse(document),
        now: () => now,
      },
      onDone: (_, result) => results.push(result),
      onMoved: (from, target) => moves.push(`${from} ${target}`),
    });
    return { ...net, report, results };
  };
  return { store, poll, moves, later: (ms: number) => (now += ms) };
}

describe('asking a feed', () => {
  it('keeps its entries, gives its validators back, and takes "not modified" for an answer', async () => {
    const { store, poll, later } = follow(FEED);
    const first = await poll({ [FEED]: { body: rss('a', 'b'), headers: { etag: '"1"' } } });
    expect(first.report).toEqual({ asked: 1, fresh: 2, changed: 0, failed: 0 });
    expect(store.feeds.find(FEED)).toMatchObject({ title: 'Blog', home: 'https://blog.example.org/' });
    expect((await poll({})).report.asked).toBe(0);
    later(2 * HOUR);
    const second = await poll({ [FEED]: { status: 304 } });
    expect(second.asked[0]?.headers).toMatchObject({ 'if-none-match': '"1"' });
    expect(second.results).toEqual([{ fresh: 0, changed: 0, unchanged: true }]);
    later(2 * HOUR);
    expect((await poll({ [FEED]: { body: rss('c', 'a', 'b') } })).report.fresh).toBe(1);
  });

  it('that says "not modified" before it ever gave a document has given none', async () => {
    const { poll } = follow(FEED);
    expect((await poll({ [FEED]: { status: 304 } })).report.failed).toBe(1);
  });

  it('remembers what went wrong with each, and the others go on', async () => {
    const [other, gone, page] = [
      'https://a.example.org/feed',
      'https://b.example.org/feed',
      'https://c.example.org/feed',
    ];
    const { store, poll } = follow(FEED, other, gone, page);
    const { report } = await poll({
      [FEED]: { body: rss('a') },
      [other]: { error: 'no connection' },
      [gone]: { status: 410 },
      [page]: { body: '<html><body>Sorry</body></html>' },
    });
    expect(report).toEqual({ asked: 4, fresh: 1, changed: 0, failed: 3 });
    const problems = [other, gone, page].map((url) => store.feeds.find(url)?.health.problem);
    expect(problems[0]).toContain('no connection');
    expect(problems[1]).toContain('gone for ever');
    expect(problems[2]).toContain('HTML page');
    expect(store.feeds.find(gone)?.health.gone).toBe(true);
  });

  it('moves after three answers that say so, and keeps its entries', async () => {
    const { store, poll, later, moves } = follow(FEED);
    const to = 'https://new.example.org/feed';
    const moved = { [FEED]: { body: rss('a'), url: to, redirects: [{ status: 301, to }] } };
    for (let i = 0; i < 3; i++) {
      expect(store.feeds.find(FEED)).toBeDefined();
      await poll(moved);
      later(2 * HOUR);
    }
    expect(store.feeds.find(FEED)).toBeUndefined();
    expect((await poll({ [to]: { body: rss('a', 'b') } })).report).toMatchObject({ asked: 1, fresh: 1 });
    expect(store.feeds.find(to)?.health.moved).toBeUndefined();
    expect(moves).toEqual([`${FEED} ${to}`]);
  });

  it('does not move for a redirect that is for now', async () => {
    const { store, poll, later } = follow(FEED);
    const to = 'https://new.example.org/feed';
    const redirects = [
      { status: 301, to: 'https://between.example.org/' },
      { status: 302, to },
    ];
    for (let i = 0; i < 5; i++) {
      await poll({ [FEED]: { body: rss('a'), url: to, redirects } });
      later(2 * HOUR);
    }
    expect(store.feeds.find(FEED)).toBeDefined();
  });

  it('asks a host one thing at a time', async () => {
    const urls = Array.from({ length: 12 }, (_, i) => `https://${i % 2 === 0 ? 'a' : 'b'}.example.org/${i}`);
    const { store } = follow(...urls);
    const open = new Map<string, number>();
    let most = 0;
    await pollFeeds(store, {
      now: () => NOW,
      parse: (document) => parser.parse(document),
      async fetch({ url }) {
        const { host } = new URL(url);
        open.set(host, (open.get(host) ?? 0) + 1);
        most = Math.max(most, open.get(host) ?? 0);
        await new Promise((done) => setTimeout(done, 1));
        open.set(host, (open.get(host) ?? 0) - 1);
        return { status: 200, url, redirects: [], headers: {}, body: encodeUtf8(rss('a')) };
      },
    });
    expect(most).toBe(1);
  });
});

describe('finding the feed behind an address', () => {
  const page = (links: string) => `<!doctype html><html><head>${links}</head><body><p>words</p></body></html>`;
  const find = async (answers: Readonly<Record<string, Given>>, address: string) => {
    const { fetch } = netOf(answers);
    return discoverFeed(address, { fetch, parse: (document) => parser.parse(document) });
  };

  it('takes a feed as it is', async () => {
    expect((await find({ [FEED]: { body: rss('a') } }, FEED)).url).toBe(FEED);
  });

  it('takes the first that a page names and that can be read, relative to its base', async () => {
    const links =
      '<base href="/blog/"><link rel="stylesheet" href="x.css"><link rel="alternate" hreflang="de" href="/de/"><link rel="alternate" type="application/rss+xml" href="broken.xml"><link rel="Alternate feed" type="application/atom+xml; charset=utf-8" href="atom.xml">';
    const answers = {
      'https://blog.example.org/': { body: page(links) },
      'https://blog.example.org/blog/broken.xml': { body: 'nothing' },
      'https://blog.example.org/blog/atom.xml': { body: rss('a') },
    };
    expect((await find(answers, 'https://blog.example.org/')).url).toBe('https://blog.example.org/blog/atom.xml');
  });

  it('looks in the usual places when the page names none', async () => {
    const answers = {
      'https://blog.example.org/some/page': { body: page('') },
      'https://blog.example.org/rss.xml': { body: rss('a') },
    };
    expect((await find(answers, 'https://blog.example.org/some/page')).url).toBe('https://blog.example.org/rss.xml');
  });

  it.each([
    ['a page that leads to none', { 'https://blog.example.org/': { body: page('') } }],
    ['no page', {}],
    [
      'a link that is a script',
      {
        'https://blog.example.org/': {
          body: page('<link rel="alternate" type="application/rss+xml" href="javascript:x">'),
        },
      },
    ],
  ])('says so when there is none: %s', async (_, answers) => {
    await expect(find(answers, 'https://blog.example.org/')).rejects.toThrow(NoFeedError);
  });
});

it('leaves all feeds of a host alone for as long as one of them was told to wait, and those of other hosts not', async () => {
  const [near, far] = ['https://blog.example.org/other', 'https://blog.example.org.elsewhere.net/feed'];
  const { poll, later } = follow(FEED, near, far);
  const slow = { status: 429, headers: { 'retry-after': '7200' } };
  const first = await poll({ [FEED]: slow, [near]: slow, [far]: { body: rss('a') } });
  expect(first.asked.map(({ url }) => url)).toEqual([FEED, far]);
  later(1.9 * HOUR);
  expect((await poll({ [far]: { body: rss('a') } })).asked.map(({ url }) => url)).toEqual([far]);
  later(0.2 * HOUR);
  const after = await poll({ [FEED]: { body: rss('a') }, [near]: { body: rss('b') }, [far]: { status: 304 } });
  expect(after.asked.map(({ url }) => url).sort()).toContain(near);
  expect(after.report).toMatchObject({ failed: 0 });
});

it('takes the pause for that of the host which asked for it, also behind a redirect', async () => {
  const behind = 'https://cdn.example.net/feed';
  const { poll } = follow(FEED, 'https://blog.example.org/other', behind);
  const moved = { url: behind, redirects: [{ status: 302, to: behind }] };
  const answers = { [FEED]: { status: 429, headers: { 'retry-after': '7200' }, ...moved } };
  const first = await poll({ ...answers, 'https://blog.example.org/other': { body: rss('a') } });
  expect(first.asked.map(({ url }) => url)).toContain('https://blog.example.org/other');
});

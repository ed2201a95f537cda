/** One side of a week of feeds in a process of its own: `serve <log>`, every host that there is, or `poll <folder> <port> <feeds> <days>`. */
/** The clock is the poller's, ten minutes a step; each request tells it, so that the host answers in its time. */

import { createWriteStream, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { silentLog } from '../src/base/log.ts';
import { holdMemory } from '../src/cli/memory.ts';
import { openFeedParser } from '../src/feed/feed.ts';
import { openReaderStore, pollFeeds } from '../src/reader/reader.ts';
import { Fetcher } from '../src/replica/pull/pulling.ts';
import type { Asked } from './feeds-check.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START = Date.UTC(2026, 5, 1);
const STEP = 10 * MINUTE;
const CLOCK = 'x-bench-clock';
/** Feeds of one host. */
const SHARED = 5;
/** What a feed is, by its number: a few are busy, as in a list of a person's. */
const KINDS: readonly (readonly [kind: string, percent: number])[] = [
  ['busy', 3],
  ['daily', 40],
  ['quiet', 30],
  ['hinted', 8],
  ['limited', 6],
  ['moved', 3],
  ['gone', 3],
  ['down', 3],
  ['broken', 4],
];
/** Between two entries. */
const GAPS: Readonly<Record<string, number>> = { busy: 12 * MINUTE, quiet: 40 * DAY };

const [side, ...args] = process.argv.slice(2);
if (side === 'serve') serve(args[0] ?? '');
else await poll(args[0] ?? '', Number(args[1]), Number(args[2]), Number(args[3]));

function serve(file: string): void {
  const log = createWriteStream(file);
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const began = performance.now();
    const host = (request.headers.host ?? '').split(':')[0] ?? '';
    const path = request.url ?? '/';
    const nowMs = Number(request.headers[CLOCK]);
    const count = (counts.get(host + path) ?? 0) + 1;
    counts.set(host + path, count);
    const match = request.headers['if-none-match'];
    const { status, headers = {}, body = '' } = answerOf(path, count, nowMs, match);
    // long enough that two at once would be seen
    setImmediate(() => {
      response.writeHead(status, headers).end(body);
      const asked: Asked = {
        ...{
          nowMs,
          host,
          path,
          status,
          headers,
          began,
          ended: performance.now(),
          agent: request.headers['user-agent'] ?? '',
        },
        ...(match !== undefined && { match }),
      };
      log.write(`${JSON.stringify(asked)}\n`);
    });
  });
  server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
  process.once('SIGTERM', () => log.end(() => process.exit()));
}

interface Given {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function answerOf(path: string, count: number, nowMs: number, match: string | undefined): Given {
  const kind = path.split('/')[1] ?? '';
  if (kind === 'down') return { status: 500 };
  if (kind === 'broken') return { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>no feed' };
  if (kind === 'gone' && count > 2) return { status: 410 };
  if (kind === 'limited' && count % 4 === 2) return { status: 429, headers: { 'retry-after': '36000' } };
  if (kind === 'moved') return { status: 301, headers: { location: path.replace('moved', 'daily') } };
  const gap = GAPS[kind] ?? DAY;
  const newest = Math.floor(nowMs / gap) * gap;
  const headers = {
    'content-type': 'application/rss+xml',
    etag: `"${newest}"`,
    ...(kind === 'hinted' && { 'cache-control': 'max-age=64800' }),
  };
  if (match === headers.etag) return { status: 304, headers };
  return { status: 200, headers, body: documentOf(newest, gap) };
}

function documentOf(newest: number, gap: number): string {
  const items = Array.from({ length: 10 }, (_, i) => newest - i * gap).map(
    (ms) =>
      `<item><guid isPermaLink="false">${ms}</guid><title>Entry ${ms}</title><pubDate>${new Date(ms).toUTCString()}</pubDate><description>${'Some words of it. '.repeat(20)}</description></item>`,
  );
  return `<rss version="2.0"><channel><title>A feed</title><link>http://example.org/</link>${items.join('')}</channel></rss>`;
}

/** Neighbours are of different kinds, so that few sites have all of them. */
function kindOf(site: number): string {
  const at = (site * 37) % 100;
  let until = 0;
  for (const [kind, percent] of KINDS) {
    until += percent;
    if (at < until) return kind;
  }
  return 'daily';
}

async function poll(folder: string, port: number, feeds: number, days: number): Promise<void> {
  holdMemory();
  mkdirSync(folder, { recursive: true });
  const store = openReaderStore(join(folder, 'reader.db'), silentLog);
  const parser = openFeedParser();
  // those of a host are of one kind, as those of a platform are
  const urls = Array.from({ length: feeds }, (_, n) => {
    const site = Math.floor(n / SHARED);
    return `http://h${site}.example.org:${port}/${kindOf(site)}/${n}`;
  });
  store.feeds.follow(urls.map((url) => ({ url, title: '', folder: '' })));
  // an address of this machine has to be allowed by name, and looking through all of them would be the dearest part of a request
  const fetchers = new Map<string, Fetcher>();
  const fetcherOf = (url: string): Fetcher => {
    const { host, origin } = new URL(url);
    const known = fetchers.get(host);
    if (known !== undefined) return known;
    const made = new Fetcher({
      ...{ allowHosts: [host], typed: [origin], userAgent: 'turnpress/bench' },
      resolve: async () => ['127.0.0.1'],
    });
    fetchers.set(host, made);
    return made;
  };
  const sums = { asked: 0, fresh: 0 };
  for (let now = START; now < START + days * DAY; now += STEP) {
    const report = await pollFeeds(store, {
      fetch: ({ url }, headers) =>
        fetcherOf(url).fetch(url, { limit: 1e7, compressed: true, headers: { ...headers, [CLOCK]: String(now) } }),
      parse: (document) => parser.parse(document),
      now: () => now,
    });
    sums.asked += report.asked;
    sums.fresh += report.fresh;
    if (now % DAY === 0) store.entries.expire(now);
  }
  for (const fetcher of fetchers.values()) fetcher.close();
  await parser.close();
  store.close();
  console.log(`${sums.asked} feeds asked, ${sums.fresh} new entries`);
}

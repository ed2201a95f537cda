/** Many feeds for a simulated week: every rule of politeness held over every request that was made. */
/** `TURNPRESS_WEEK_FEEDS` says how many; the clock is told, and the hosts are a function. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import type { ForeignFeed } from '../../../src/model/foreign-feed.ts';
import { openReaderStore, pollFeeds } from '../../../src/reader/reader.ts';
import { type Answer, NetworkError } from '../../../src/replica/pull/pulling.ts';

const FEEDS = Number(process.env.TURNPRESS_WEEK_FEEDS ?? 400);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 5, 1);
const KINDS = ['busy', 'daily', 'quiet', 'hinted', 'limited', 'gone', 'down', 'broken'] as const;

const folder = mkdtempSync(join(tmpdir(), 'turnpress-week-'));
afterAll(() => rmSync(folder, { recursive: true }));

it(`asks ${FEEDS} feeds of every kind politely for a week`, async () => {
  const store = openReaderStore(join(folder, 'reader.db'), silentLog);
  const url = (i: number) => `https://h${i % 97}.example.org/${KINDS[i % KINDS.length]}/${i}`;
  store.feeds.follow(Array.from({ length: FEEDS }, (_, i) => ({ url: url(i), title: `${i}`, folder: '' })));
  let now = START;
  const asked = new Map<string, number[]>();
  const answer = (given: Partial<Answer>, at: string): Answer => ({
    ...{ status: 200, url: at, redirects: [], headers: {}, body: new Uint8Array(0) },
    ...given,
  });
  const fetch = async ({ url: at }: { url: string }, headers: Readonly<Record<string, string>>): Promise<Answer> => {
    const times = asked.get(at) ?? [];
    asked.set(at, times);
    times.push(now);
    const kind = new URL(at).pathname.split('/')[1];
    if (kind === 'down') throw new NetworkError('h', 'connection', 'refused');
    if (kind === 'gone') return answer({ status: times.length < 3 ? 200 : 410 }, at);
    if (kind === 'limited' && times.length % 5 === 2)
      return answer({ status: 429, headers: { 'retry-after': '36000' } }, at);
    const sent = { etag: '"e"', ...(kind === 'hinted' && { 'cache-control': 'max-age=21600' }) };
    const known = headers['if-none-match'] === '"e"' && kind !== 'busy';
    return answer({ status: known ? 304 : 200, headers: sent }, at);
  };
  const gaps: Readonly<Record<string, number>> = { busy: 5 * MINUTE, daily: DAY };
  const parse = async ({ url: at }: { readonly url: string }): Promise<ForeignFeed> => {
    const gap = gaps[new URL(at).pathname.split('/')[1] ?? ''] ?? 40 * DAY;
    const entries = Array.from({ length: 3 }, (_, i) => {
      const publishedMs = Math.floor(now / gap - i) * gap;
      return { id: `${publishedMs}`, title: 't', publishedMs, categories: [], enclosures: [] };
    });
    return { format: 'rss', title: 't', description: '', entries, deleted: [], problems: [] };
  };
  for (; now < START + 7 * DAY; now += 10 * MINUTE) await pollFeeds(store, { fetch, parse, now: () => now });
  const requests = [...asked.values()].reduce((sum, times) => sum + times.length, 0);
  const heap = process.memoryUsage().rss / 1e6;
  process.stderr.write(`${requests} requests for ${FEEDS} feeds; ${heap.toFixed(0)} MB resident\n`);
  expect(asked.size).toBe(FEEDS);
  for (const [at, times] of asked) {
    const kind = new URL(at).pathname.split('/')[1] ?? '';
    const waits = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    const shortest = Math.min(Number.POSITIVE_INFINITY, ...waits);
    expect(shortest, at).toBeGreaterThanOrEqual(15 * MINUTE);
    if (kind === 'hinted') expect(shortest, at).toBeGreaterThanOrEqual(6 * HOUR);
    if (kind === 'gone') expect(times.length, at).toBe(3);
    if (kind === 'down') expect(times.length, at).toBeLessThan(14);
    if (kind === 'quiet') expect(times.length, at).toBeLessThan(10);
    if (kind === 'busy') expect(times.length, at).toBeGreaterThan(7 * 24);
    if (kind === 'limited')
      for (const [i, wait] of waits.entries()) if (i % 5 === 1) expect(wait, at).toBeGreaterThanOrEqual(10 * HOUR);
  }
  store.close();
}, 600_000);

/** When a feed is asked again: what hosts say, how often it writes, and what went wrong. */
/** Pure functions of what was known, what came, and the time. */

import { describe, expect, it } from 'vitest';
import {
  afterBad,
  afterGood,
  believedMove,
  type FeedHealth,
  newFeed,
  validatorsOf,
} from '../../src/reader/schedule.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 0, 10);
const fresh: FeedHealth = { ...newFeed('https://blog.example.org/feed'), spread: 0 };

function answer(status: number, headers: Readonly<Record<string, string>> = {}, movedTo?: string) {
  return { status, headers, bytes: 100, ...(movedTo !== undefined && { movedTo }) };
}

function waitAfter(headers: Readonly<Record<string, string>>, timesMs: readonly number[] = [], ttlMs?: number): number {
  const rhythm = { timesMs, ...(ttlMs !== undefined && { ttlMs }) };
  return afterGood(fresh, answer(200, headers), rhythm, NOW).nextMs - NOW;
}

describe('the next time', () => {
  it('is an hour for a feed of which nothing is known', () => {
    expect(waitAfter({})).toBe(HOUR);
  });

  it('follows the rhythm of the entries, between a quarter of an hour and a day', () => {
    const every = (ms: number) => Array.from({ length: 12 }, (_, i) => NOW - i * ms);
    expect(waitAfter({}, every(MINUTE))).toBe(15 * MINUTE);
    expect(waitAfter({}, every(4 * HOUR))).toBe(2 * HOUR);
    expect(waitAfter({}, every(30 * DAY))).toBe(DAY);
  });

  it('gets longer when a busy feed has gone quiet', () => {
    const old = Array.from({ length: 12 }, (_, i) => NOW - 10 * DAY - i * MINUTE);
    expect(waitAfter({}, old)).toBe(DAY);
  });

  it('is never before host or author want it, within a day', () => {
    expect(waitAfter({ 'cache-control': 'public, max-age=7200' })).toBe(2 * HOUR);
    expect(waitAfter({ expires: new Date(NOW + 3 * HOUR).toUTCString() })).toBe(3 * HOUR);
    expect(waitAfter({}, [], 5 * HOUR)).toBe(5 * HOUR);
    expect(waitAfter({ 'cache-control': 'max-age=99999999' })).toBe(DAY);
    expect(waitAfter({ expires: '0', 'cache-control': 'no-store' })).toBe(HOUR);
  });

  it('is another one for feeds that were asked together', () => {
    const waits = Array.from({ length: 20 }, (_, i) => {
      const feed = newFeed(`https://blog.example.org/${i}`);
      return afterGood(feed, answer(200), { timesMs: [] }, NOW).nextMs - NOW;
    });
    expect(new Set(waits).size).toBeGreaterThan(15);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(HOUR);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1.1 * HOUR);
  });

  it('stays as it was when nothing was new', () => {
    const first = afterGood(fresh, answer(200, { etag: '"a"' }), { timesMs: [NOW, NOW - 8 * HOUR] }, NOW);
    const second = afterGood(first, answer(304), undefined, first.nextMs);
    expect(second.nextMs - first.nextMs).toBeGreaterThan(0.9 * (first.nextMs - NOW));
    expect(second).toMatchObject({ etag: '"a"', wholeMs: NOW, goodMs: first.nextMs });
  });
});

describe('validators', () => {
  const known = afterGood(fresh, answer(200, { etag: 'W/"x y"', 'last-modified': 'Sat' }), { timesMs: [] }, NOW);

  it('are given back as they came', () => {
    expect(validatorsOf(known, NOW + DAY)).toEqual({ 'if-none-match': 'W/"x y"', 'if-modified-since': 'Sat' });
  });

  it('are left out every eight days, should they be wrong', () => {
    expect(validatorsOf(known, NOW + 9 * DAY)).toEqual({});
  });

  it('of a document that gives none any more are forgotten', () => {
    expect(validatorsOf(afterGood(known, answer(200), { timesMs: [] }, NOW), NOW)).toEqual({});
  });
});

describe('trouble', () => {
  it('doubles the wait up to a day, is told in words, and is over with a good answer', () => {
    let health = fresh;
    const waits: number[] = [];
    for (let i = 0; i < 7; i++) {
      health = afterBad(health, 'no connection', NOW);
      waits.push((health.nextMs - NOW) / HOUR);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 24, 24]);
    expect(health).toMatchObject({ failures: 7, problem: 'no connection' });
    const good = afterGood(health, answer(200), { timesMs: [] }, NOW);
    expect(good.failures).toBe(0);
    expect(good.problem).toBeUndefined();
  });

  it.each([
    ['600', 600_000],
    [new Date(NOW + 5 * HOUR).toUTCString(), 5 * HOUR],
    ['31536000', 2 * DAY],
    ['soon', HOUR],
  ])('leaves a host alone that asks for a pause: %s', (value, ms) => {
    const health = afterBad(fresh, 'less often', NOW, answer(429, { 'retry-after': value }));
    expect(health.pausedMs).toBe(NOW + ms);
    expect(health.nextMs).toBe(NOW + Math.max(ms, 15 * MINUTE));
  });

  it('ends for ever with 410', () => {
    expect(afterBad(fresh, 'gone', NOW, answer(410))).toMatchObject({ gone: true, nextMs: Number.MAX_SAFE_INTEGER });
  });
});

describe('a move', () => {
  const to = 'https://new.example.org/feed';
  const step = (health: FeedHealth, movedTo?: string) =>
    afterGood(health, answer(200, {}, movedTo), { timesMs: [] }, NOW);

  it('is believed when three answers in a row say the same', () => {
    const twice = step(step(fresh, to), to);
    expect(believedMove(twice)).toBeUndefined();
    expect(believedMove(step(twice, to))).toBe(to);
  });

  it('is counted anew when an answer says otherwise', () => {
    expect(believedMove(step(step(step(step(fresh, to), to)), to))).toBeUndefined();
    expect(believedMove(step(step(step(fresh, to), to), 'https://other.example.org/'))).toBeUndefined();
  });
});

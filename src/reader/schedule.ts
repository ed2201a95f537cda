/** When a feed is asked again, and how: what hosts may expect of a polite reader. */
/** Pure: from what was known, what came and the time, to what is known now. */

import { hash } from 'node:crypto';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How a feed does. Times in milliseconds since 1970. */
export interface FeedHealth {
  /** Verbatim, as the host gave them. */
  readonly etag?: string;
  readonly lastModified?: string;
  /** When it was asked last, when it answered well last, and when that answer was a whole document. */
  readonly askedMs?: number;
  readonly goodMs?: number;
  readonly wholeMs?: number;
  /** Failures since the last good answer, and the last one in words. */
  readonly failures: number;
  readonly problem?: string;
  /** It said that it is gone for ever (410): it is asked no more. */
  readonly gone?: boolean;
  /** Where it says that it moved to for ever, and how many answers in a row said so. */
  readonly moved?: { readonly to: string; readonly times: number };
  /** How often its author thinks it is worth asking. */
  readonly ttlMs?: number;
  /** Between two askings, as its entries suggested last. */
  readonly intervalMs?: number;
  /** Until then this host is left alone. */
  readonly pausedMs?: number;
  /** Bytes that came, in all. */
  readonly bytes: number;
  readonly nextMs: number;
  /** 0 to 1, another for each feed, so that they do not all come at once. */
  readonly spread: number;
}

/** One that was never asked. */
export function newFeed(url: string): FeedHealth {
  return { failures: 0, bytes: 0, nextMs: 0, spread: Number.parseInt(hash('sha256', url).slice(0, 4), 16) / 0xffff };
}

/** What an answer said, without its body. */
export interface PollAnswer {
  readonly status: number;
  /** By name in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  /** Where all redirects on the way that are for ever lead to; absent: there were none, or one was for now. */
  readonly movedTo?: string;
}

/** What a good document said of its rhythm. */
export interface Rhythm {
  /** Times of its newest entries. */
  readonly timesMs: readonly number[];
  readonly ttlMs?: number;
}

/** A document is taken whole again after so long, should its validators be wrong. */
const WHOLE_AGAIN = 8 * DAY;
const SHORTEST = 15 * MINUTE;
const USUAL = HOUR;
const LONGEST = DAY;
const LONGEST_PAUSE = 2 * DAY;
/** Answers in a row after which a move is believed. */
const MOVES_BELIEVED = 3;
const TOO_MANY: readonly number[] = [429, 503];

/** Headers that let the host answer with next to nothing. */
export function validatorsOf(health: FeedHealth, nowMs: number): Readonly<Record<string, string>> {
  if (nowMs - (health.wholeMs ?? 0) > WHOLE_AGAIN) return {};
  const { etag, lastModified } = health;
  return {
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(lastModified !== undefined && { 'if-modified-since': lastModified }),
  };
}

/** After a document that could be read, or after "not modified" (`rhythm` undefined: what was known stands). */
export function afterGood(
  health: FeedHealth,
  answer: PollAnswer,
  rhythm: Rhythm | undefined,
  nowMs: number,
): FeedHealth {
  const { etag, 'last-modified': lastModified } = answer.headers;
  const whole = rhythm !== undefined;
  const ttlMs = whole ? rhythm.ttlMs : health.ttlMs;
  const intervalMs = whole ? intervalOf(rhythm, nowMs) : (health.intervalMs ?? USUAL);
  const moved = movedOf(health, answer);
  return {
    ...(whole
      ? { ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }), wholeMs: nowMs }
      : {
          ...(health.etag !== undefined && { etag: health.etag }),
          ...(health.lastModified !== undefined && { lastModified: health.lastModified }),
          ...(health.wholeMs !== undefined && { wholeMs: health.wholeMs }),
        }),
    ...{ askedMs: nowMs, goodMs: nowMs, failures: 0, intervalMs, spread: health.spread },
    bytes: health.bytes + answer.bytes,
    ...(ttlMs !== undefined && { ttlMs }),
    ...(moved !== undefined && { moved }),
    nextMs: nowMs + spread(Math.max(intervalMs, hintOf(answer, ttlMs, nowMs)), health),
  };
}

/** After anything else: an error of the network, a status that is no answer, a document that nobody can read. */
export function afterBad(health: FeedHealth, problem: string, nowMs: number, answer?: PollAnswer): FeedHealth {
  const failures = health.failures + 1;
  const known = { ...health, askedMs: nowMs, failures, problem, bytes: health.bytes + (answer?.bytes ?? 0) };
  if (answer?.status === 410) return { ...known, gone: true, nextMs: Number.MAX_SAFE_INTEGER };
  const backOff = Math.min(LONGEST, USUAL * 2 ** Math.min(failures - 1, 10));
  const asked = answer === undefined || !TOO_MANY.includes(answer.status) ? undefined : retryAfter(answer, nowMs);
  if (asked === undefined) return { ...known, nextMs: nowMs + spread(backOff, health) };
  const pausedMs = nowMs + Math.min(LONGEST_PAUSE, asked);
  return { ...known, pausedMs, nextMs: Math.max(pausedMs, nowMs + SHORTEST) };
}

/** Where it is asked from now on, once it has said so often enough. */
export function believedMove({ moved }: FeedHealth): string | undefined {
  return moved !== undefined && moved.times >= MOVES_BELIEVED ? moved.to : undefined;
}

function movedOf({ moved }: FeedHealth, { movedTo }: PollAnswer): FeedHealth['moved'] {
  if (movedTo === undefined) return undefined;
  return { to: movedTo, times: moved?.to === movedTo ? moved.times + 1 : 1 };
}

/** Half of the usual gap between its entries; a quiet feed less and less often. */
function intervalOf({ timesMs }: Rhythm, nowMs: number): number {
  const times = timesMs.filter((ms) => ms <= nowMs).toSorted((a, b) => b - a);
  const [newest] = times;
  if (newest === undefined || times.length < 2) return USUAL;
  const gaps = times
    .slice(1, 11)
    .map((ms, i) => (times[i] ?? ms) - ms)
    .toSorted((a, b) => a - b);
  const usual = gaps[Math.floor(gaps.length / 2)] ?? USUAL;
  return clamp(Math.max(usual, nowMs - newest) / 2);
}

/** The longest that host or author ask for, within a day. */
function hintOf({ headers }: PollAnswer, ttlMs: number | undefined, nowMs: number): number {
  const maxAge = /(?:^|[,\s])max-age\s*=\s*"?(\d{1,9})/i.exec(headers['cache-control'] ?? '')?.[1];
  const expires = Date.parse(headers.expires ?? '') - nowMs;
  const hints = [ttlMs ?? 0, Number(maxAge ?? 0) * 1000, Number.isFinite(expires) ? expires : 0];
  return Math.min(LONGEST, Math.max(...hints));
}

/** RFC 9110 §10.2.3: seconds or a date. A host that asks for a pause without saying how long gets an hour. */
function retryAfter({ headers }: PollAnswer, nowMs: number): number {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value) - nowMs;
  return Number.isFinite(until) && until > 0 ? until : USUAL;
}

function clamp(ms: number): number {
  return Math.min(LONGEST, Math.max(SHORTEST, ms));
}

/** Up to a tenth more. */
function spread(ms: number, health: FeedHealth): number {
  return Math.round(ms * (1 + health.spread / 10));
}

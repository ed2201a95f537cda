/** Holds what hosts saw of a reader against what they may expect. It reads their log and shares no code with whoever decides when to ask. */
/** The rules are those of DESIGN's reader: RFC 9110 for validators, Retry-After, 301 and 410; an interval of a quarter of an hour at least. */

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** A request as the host saw it: a line of the log. */
export interface Asked {
  /** By the simulated clock. */
  readonly nowMs: number;
  readonly host: string;
  readonly path: string;
  readonly status: number;
  /** Of the answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** What If-None-Match said. */
  readonly match?: string;
  readonly agent: string;
  /** By the machine's own clock, milliseconds. */
  readonly began: number;
  readonly ended: number;
}

export interface Verdict {
  readonly requests: number;
  readonly addresses: number;
  readonly notModified: number;
  /** By rule, how often it was broken. */
  readonly broken: ReadonlyMap<string, number>;
}

const QUARTER = 15 * 60_000;
const HOUR = 4 * QUARTER;
const DAY = 24 * HOUR;
/** A host that says more than this is not believed. */
const LONGEST_PAUSE = 2 * DAY;
/** Validators may be left out once in a while, should they be wrong. */
const WHOLE_AGAIN = 8 * DAY;
/** Answers that say "moved for ever" before it is believed. */
const MOVES = 3;
/** Nothing is asked less often than daily, but for a step of the clock and what is spread. */
const SELDOM = DAY * 1.1 + HOUR;

interface Known {
  nowMs: number;
  etag?: string;
  wholeMs: number;
  notBefore: number;
  gone: boolean;
  moves: number;
  failures: number;
}

/** `until`: when the simulated time ended. */
export async function checkFeeds(log: string, until: number): Promise<Verdict> {
  const known = new Map<string, Known>();
  const paused = new Map<string, number>();
  const busyUntil = new Map<string, number>();
  const broken = new Map<string, number>();
  const count = { requests: 0, notModified: 0 };
  const breaks = (rule: string, isBroken: boolean) => {
    if (isBroken) broken.set(rule, (broken.get(rule) ?? 0) + 1);
  };
  for await (const line of createInterface({ input: createReadStream(log) })) {
    const asked = JSON.parse(line) as Asked;
    const { nowMs, host, path, status, headers, match } = asked;
    const before = known.get(host + path);
    count.requests++;
    if (status === 304) count.notModified++;
    breaks('says who asks', asked.agent === '');
    breaks('one request to a host at a time', asked.began < (busyUntil.get(host) ?? 0));
    breaks('a pause is kept', nowMs < (paused.get(host) ?? 0));
    if (before !== undefined) {
      breaks('a quarter of an hour at least', nowMs - before.nowMs < QUARTER);
      breaks('not before the host or a failure allows it', nowMs < before.notBefore);
      breaks('never again what is gone', before.gone);
      breaks('a move is believed in the end', before.moves > MOVES);
      const mayLeaveOut = before.etag === undefined || nowMs - before.wholeMs > WHOLE_AGAIN;
      breaks('validators are given back', !mayLeaveOut && match !== before.etag);
      breaks('daily at least', isLate(nowMs, before, paused.get(host)));
    }
    busyUntil.set(host, asked.ended);
    const failed = status >= 400 || (headers['content-type'] ?? '').includes('html');
    const failures = failed ? (before?.failures ?? 0) + 1 : 0;
    const etag = status === 200 ? headers.etag : before?.etag;
    const maxAge = Number(/max-age=(\d+)/.exec(headers['cache-control'] ?? '')?.[1] ?? 0) * 1000;
    const backOff = failures === 0 ? 0 : Math.min(DAY, HOUR * 2 ** Math.min(failures - 1, 10));
    const pause = Math.min(LONGEST_PAUSE, Number(headers['retry-after'] ?? 0) * 1000);
    if (pause > 0) paused.set(host, nowMs + pause);
    known.set(host + path, {
      ...{ nowMs, failures, gone: status === 410 },
      ...(etag !== undefined && { etag }),
      wholeMs: status === 200 ? nowMs : (before?.wholeMs ?? nowMs),
      notBefore: nowMs + Math.max(Math.min(DAY, maxAge), pause > 0 ? pause : backOff),
      moves: status === 301 ? (before?.moves ?? 0) + 1 : 0,
    });
  }
  for (const [address, last] of known)
    if (!last.gone && last.moves < MOVES)
      breaks('daily at least', isLate(until, last, paused.get(address.split('/')[0] ?? '')));
  return { ...count, addresses: known.size, broken };
}

/** From when it was asked last, or its host's last pause ended. */
function isLate(nowMs: number, { nowMs: lastMs, notBefore }: Known, pausedUntil = 0): boolean {
  return nowMs - Math.max(lastMs, pausedUntil) > Math.max(SELDOM, notBefore - lastMs) + HOUR;
}

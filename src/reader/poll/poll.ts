/** Asking the feeds whose time has come: a few hosts at once, one request to a host at a time. */
/** One feed's trouble is its own: it is remembered with it, and the others go on. */

import { messageOf, TurnpressError } from '../../base/errors.ts';
import type { ForeignFeed } from '../../model/foreign-feed.ts';
import type { Answer } from '../../replica/pull/pulling.ts';
import { afterBad, afterGood, believedMove, type FeedHealth, type PollAnswer, validatorsOf } from '../schedule.ts';
import type { FollowedFeed } from '../store/feeds.ts';
import type { ReaderStore } from '../store/store.ts';

export interface PollOptions {
  /** One GET, addresses checked and bytes bounded. Throws NetworkError. */
  readonly fetch: (feed: FollowedFeed, headers: Readonly<Record<string, string>>) => Promise<Answer>;
  /** Throws FeedParseError. */
  readonly parse: (document: {
    readonly bytes: Uint8Array;
    readonly contentType?: string;
    readonly url: string;
  }) => Promise<ForeignFeed>;
  readonly now: () => number;
  /** Also those whose time has not come, but for hosts that asked for a pause. */
  readonly feeds?: readonly FollowedFeed[];
  readonly onDone?: (feed: FollowedFeed, result: PollResult) => void;
  /** It is asked at another address from now on: the list of subscriptions has to say so, too. */
  readonly onMoved?: (from: string, to: string) => void;
}

/** `problem`: in words. */
export type PollResult =
  | { readonly fresh: number; readonly changed: number; readonly unchanged: boolean }
  | { readonly problem: string };

export interface PollReport {
  readonly asked: number;
  readonly fresh: number;
  readonly changed: number;
  readonly failed: number;
}

const HOSTS_AT_ONCE = 6;
const ACCEPT =
  'application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1';

/** Until nothing is due. What an entry's feed says is taken in one transaction with how the feed did. */
export async function pollFeeds(store: ReaderStore, options: PollOptions): Promise<PollReport> {
  const report = { asked: 0, fresh: 0, changed: 0, failed: 0 };
  const startedMs = options.now();
  const pauses: Pauses = new Map();
  const pollOne = async (feed: FollowedFeed): Promise<void> => {
    const result = await poll(store, feed, options, pauses);
    report.asked++;
    if ('problem' in result) report.failed++;
    else {
      report.fresh += result.fresh;
      report.changed += result.changed;
    }
    options.onDone?.(feed, result);
  };
  if (options.feeds !== undefined) await byHost(options.feeds, pollOne);
  else
    for (let due = store.feeds.listDue(startedMs); due.length > 0; due = store.feeds.listDue(startedMs))
      await byHost(due, pollOne);
  return report;
}

/** Each host's feeds one after the other; some hosts at once. */
async function byHost(feeds: readonly FollowedFeed[], work: (feed: FollowedFeed) => Promise<void>): Promise<void> {
  const hosts = [...Map.groupBy(feeds, hostOf).values()].values();
  const lane = async (): Promise<void> => {
    for (const own of hosts) for (const feed of own) await work(feed);
  };
  await Promise.all(Array.from({ length: HOSTS_AT_ONCE }, lane));
}

/** Until when hosts are left alone that asked for it while this went on. */
type Pauses = Map<string, number>;

async function poll(store: ReaderStore, feed: FollowedFeed, options: PollOptions, pauses: Pauses): Promise<PollResult> {
  const { health } = feed;
  const now = options.now();
  let answeredBy = hostOf(feed);
  const fail = (problem: string, answer?: PollAnswer): PollResult => {
    const after = afterBad(health, problem, now, answer);
    store.feeds.putHealth(feed.id, after);
    if (after.pausedMs !== undefined && after.pausedMs > now) {
      // who asks for it means all that is asked there, not this address alone
      store.feeds.pauseHost(answeredBy, after.pausedMs);
      pauses.set(answeredBy, after.pausedMs);
    }
    return { problem };
  };
  if (Math.max(health.pausedMs ?? 0, pauses.get(answeredBy) ?? 0) > now)
    return { problem: 'its host asked for a pause' };
  let seen: PollAnswer | undefined;
  try {
    const answer = await options.fetch(feed, { accept: ACCEPT, ...validatorsOf(health, now) });
    seen = pollAnswerOf(answer);
    answeredBy = hostOf(answer);
    if (answer.status === 304 && health.goodMs !== undefined) {
      moveOn(store, feed, afterGood(health, seen, undefined, now), options);
      return { fresh: 0, changed: 0, unchanged: true };
    }
    if (answer.status !== 200) return fail(sentenceOf(answer.status), seen);
    const { 'content-type': contentType } = answer.headers;
    const parsed = await options.parse({
      bytes: answer.body,
      url: answer.url,
      ...(contentType !== undefined && { contentType }),
    });
    const taken = store.entries.take(feed.id, parsed.entries, parsed.deleted, now);
    store.feeds.putFacts(feed.id, {
      title: parsed.title,
      ...(parsed.homeUrl !== undefined && { home: parsed.homeUrl }),
    });
    const timesMs = parsed.entries.flatMap(({ publishedMs, updatedMs }) => publishedMs ?? updatedMs ?? []);
    const rhythm = { timesMs, ...(parsed.ttlMs !== undefined && { ttlMs: parsed.ttlMs }) };
    moveOn(store, feed, afterGood(health, seen, rhythm, now), options);
    return { fresh: taken.fresh, changed: taken.changed, unchanged: false };
  } catch (error) {
    if (!(error instanceof TurnpressError) || error.kind !== 'network') throw error;
    return fail(messageOf(error), seen);
  }
}

function hostOf({ url }: { readonly url: string }): string {
  return URL.parse(url)?.host ?? '';
}

/** A move that was told often enough is made; the feed at the new address may be followed already. */
function moveOn(store: ReaderStore, feed: FollowedFeed, health: FeedHealth, { onMoved }: PollOptions): void {
  const to = believedMove(health);
  if (to !== undefined && store.feeds.move(feed.id, to)) {
    const { moved: _, ...settled } = health;
    store.feeds.putHealth(feed.id, settled);
    onMoved?.(feed.url, to);
  } else store.feeds.putHealth(feed.id, health);
}

function pollAnswerOf({ status, headers, body, redirects, url }: Answer): PollAnswer {
  const forEver =
    redirects.length > 0 && redirects.every((redirect) => redirect.status === 301 || redirect.status === 308);
  return { status, headers, bytes: body.length, ...(forEver && { movedTo: url }) };
}

function sentenceOf(status: number): string {
  const known: Readonly<Record<number, string>> = {
    401: 'it wants a password',
    403: 'it may not be read',
    404: 'it is not there',
    410: 'it is gone for ever, as its host says',
    429: 'its host wants to be asked less often',
    503: 'its host has no time',
  };
  return `${known[status] ?? 'its host gives no document'} (status ${status})`;
}

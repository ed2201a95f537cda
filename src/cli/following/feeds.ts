/** The feeds of a person's subscriptions: the list in content/, the memory in private/, and asking those that are due. */
/** The list is the truth: what was added to it by hand is followed from the next command on. */

import {
  type FollowedFeed,
  moveSubscription,
  openReaderStore,
  type PollReport,
  type PollResult,
  pollFeeds,
  type ReaderStore,
  readSubscriptions,
  SubscriptionsError,
} from '../../reader/reader.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { claimUnlessForeign, hasArchive } from '../machine/private.ts';
import { listReplicas, storeFile, subscriptionsFile } from './followed.ts';
import type { Net } from './net.ts';

/** For whoever only shows it, where something is followed: a list that cannot be read is told, and changes nothing. Must be closed. */
export async function openFeedsToShow(context: Context): Promise<ReaderStore> {
  try {
    return await openFeeds(context);
  } catch (error) {
    if (!(error instanceof SubscriptionsError)) throw error;
    context.log.info(error.message);
    return openReaderStore(storeFile(context), context.log);
  }
}

/** In step with the list. Must be closed. Throws UsageError without an archive, SubscriptionsError for a list that cannot be read. */
export async function openFeeds(context: Context): Promise<ReaderStore> {
  if (!hasArchive(context))
    throw new UsageError(`there is no archive in ${context.shown(context.archiveDir)}; "turnpress init" makes one`);
  const followed = readSubscriptions(subscriptionsFile(context)).filter(({ archive }) => archive === undefined);
  const copies = listReplicas(context).map((name) => ({ url: copyUrl(name), title: name, folder: '', archive: name }));
  if (!claimUnlessForeign(context)) (await import('../archive.ts')).ownPrivate(context);
  const store = openReaderStore(storeFile(context), context.log);
  store.feeds.follow([...followed, ...copies]);
  return store;
}

/** What the reader knows a pulled archive by; no host is asked for it. */
export function copyUrl(name: string): string {
  return `urn:turnpress:copy:${name}`;
}

/** Those given, or all that are due. A line for each that brought something or failed. */
export async function askFeeds(
  context: Context,
  net: Net,
  store: ReaderStore,
  feeds: readonly FollowedFeed[] | undefined,
): Promise<PollReport> {
  const { world, progress } = context;
  const total = feeds?.length ?? store.feeds.countDue(world.now());
  let done = 0;
  progress.start('feeds', Math.max(1, total));
  try {
    return await pollFeeds(store, {
      fetch: ({ url, allowHosts }, headers) => net.fetch(url, headers, { allowHosts, typed: [url] }),
      parse: (document) => net.parser.parse(document),
      now: () => world.now(),
      ...(feeds !== undefined && { feeds }),
      onMoved(from, to) {
        moveSubscription(subscriptionsFile(context), from, to);
        context.log.info(`${from} moved for ever; it is asked at ${to} from now on`);
      },
      onDone(feed, result) {
        progress.advance(++done, nameOf(feed));
        tell(context, feed, result);
      },
    });
  } finally {
    progress.finish();
  }
}

/** What a person may mean by a name: part of the title or address, whatever the case. */
export function isMeant(typed: string, ...names: readonly (string | undefined)[]): boolean {
  return names.some((name) => name?.toLowerCase().includes(typed.toLowerCase()) === true);
}

export function nameOf({ title, url }: Pick<FollowedFeed, 'title' | 'url'>): string {
  return title === '' ? url : title;
}

function tell(context: Context, feed: FollowedFeed, result: PollResult): void {
  if ('problem' in result) {
    context.log.problem({ code: 'FEED', file: nameOf(feed), message: result.problem });
    context.log.info(`${nameOf(feed)}: ${result.problem}`);
  } else if (result.fresh > 0) context.print(`${nameOf(feed)}: ${result.fresh} new`);
}

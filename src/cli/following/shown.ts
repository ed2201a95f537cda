/** What of the subscriptions a site may show: never what was subscribed to in private, nor an address that gives something away. */
/** Plain data for the site: it knows neither the list nor the reader's memory. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveReader } from '../../archive/archive.ts';
import { TurnpressError } from '../../base/errors.ts';
import { tellingTitle } from '../../model/facts/title.ts';
import type { SiteConfig } from '../../model/site-config.ts';
import { openReaderStore, type ReaderEntry, readSubscriptions, type Subscription } from '../../reader/reader.ts';
import { readPullState } from '../../replica/pull/pulling.ts';
import type { FollowedSource, Following, RiverEntry, WanderTarget } from '../../site/site.ts';
import { openQuietly } from '../archive.ts';
import type { Context } from '../context.ts';
import { isForeign } from '../machine/private.ts';
import { nameOf } from './feeds.ts';
import { listReplicas, replicasFolder, storeFile, subscriptionsFile } from './followed.ts';
import { wordsOf } from './html-words.ts';

/** Entries in the river, and how many are looked at for them: most may be of feeds that are not shown. */
const RIVER = 300;
const LOOKED_AT = 20_000;
const PAGE = 500;
/** Conversations of each archive. */
const WANDER = 10;
const EXCERPT = 600;

/** As far as the configuration shows it. Throws SubscriptionsError. */
export function collectShown(context: Context, { following }: SiteConfig): Following {
  const shown = readSubscriptions(subscriptionsFile(context)).filter((each) => isShown(context, each));
  const sources = shown.map(
    ({ title, url, home, folder, archive }): FollowedSource => ({
      ...{ title, feed: url, folder },
      ...(home !== undefined && { home }),
      ...(archive !== undefined && { archive }),
    }),
  );
  return {
    sources: following.blogroll || following.neighbours ? sources : [],
    river: following.river ? mergeRiver(collectRiver(context, sources), walkCopies(context, sources, listMoved)) : [],
    wander: following.wander ? walkCopies(context, sources, listTargets) : [],
  };
}

/** Said for each that stays out although nobody called it private: the owner can say `private="false"`. */
function isShown({ log }: Context, { url, home, archive, title, ...each }: Subscription): boolean {
  if (each.private !== undefined) return !each.private;
  const [problem] = [url, home, archive].flatMap((address) =>
    address === undefined ? [] : (findSecret(address) ?? []),
  );
  if (problem === undefined) return true;
  log.info(
    `${title || 'a subscription'} is not shown: ${problem}; private="false" in its outline shows it all the same`,
  );
  return false;
}

/** What an address gives away. Undefined: nothing that can be seen. */
function findSecret(address: string): string | undefined {
  const { username, password, hostname, pathname, searchParams } = new URL(address);
  if (username !== '' || password !== '') return 'its address holds a password';
  if (
    !/\.[a-z][a-z0-9-]+$/i.test(hostname) ||
    /\.(?:local|localhost|internal|lan|intranet|home\.arpa)$/i.test(hostname)
  )
    return 'its host is one of a private network';
  const isKey = (text: string): boolean =>
    text.length >= 20 && /\d/.test(text) && /[a-z]/i.test(text) && !/[-_.].*[-_.]/.test(text);
  const named = [...searchParams].some(
    ([name, value]) => /key|token|secret|auth|pass|sign?$|signature|session|user|private/i.test(name) || isKey(value),
  );
  if (named || /\/private\//i.test(pathname) || pathname.split('/').some(isKey))
    return 'its address looks like it holds a key';
  return undefined;
}

/** Newest first; what is of one time stands in the order of its source and name. */
function mergeRiver(...parts: readonly (readonly RiverEntry[])[]): readonly RiverEntry[] {
  const nameOfEntry = ({ sourceUrl, guid }: RiverEntry): string => `${sourceUrl} ${guid}`;
  return parts
    .flat()
    .sort((a, b) => b.timeMs - a.timeMs || (nameOfEntry(a) < nameOfEntry(b) ? -1 : 1))
    .slice(0, RIVER);
}

function collectRiver(context: Context, sources: readonly FollowedSource[]): readonly RiverEntry[] {
  const path = storeFile(context);
  // what came with somebody else's archive is not this person's reading
  if (isForeign(context) || !existsSync(path)) return [];
  const byFeed = new Map(sources.map((source) => [source.feed, source]));
  const store = openReaderStore(path, context.log);
  try {
    const known = new Map([...store.feeds.walk()].map((feed) => [feed.id, feed]));
    const river: RiverEntry[] = [];
    for (let offset = 0; offset < LOOKED_AT && river.length < RIVER; offset += PAGE) {
      const page = store.entries.list({ limit: PAGE, offset });
      for (const entry of page) {
        const feed = known.get(entry.feed);
        const source = byFeed.get(feed?.url ?? '');
        if (feed === undefined || source === undefined || river.length === RIVER) continue;
        river.push(riverEntryOf(entry, source.title || nameOf(feed), source.home ?? feed.home ?? source.feed));
      }
      if (page.length < PAGE) break;
    }
    return river;
  } finally {
    store.close();
  }
}

function riverEntryOf(entry: ReaderEntry, source: string, sourceUrl: string): RiverEntry {
  const { guid, title, url, timeMs, html, text } = entry;
  const excerpt = text ?? wordsOf(html ?? '', EXCERPT);
  return {
    guid,
    title,
    timeMs,
    source,
    sourceUrl,
    excerpt: excerpt.slice(0, EXCERPT),
    ...(url !== undefined && { url }),
  };
}

/** The newest conversations of every archive of which there is a copy. One that cannot be read is passed over, and said. */
function walkCopies<T>(
  context: Context,
  sources: readonly FollowedSource[],
  gather: (archive: ArchiveReader, source: FollowedSource, home: string) => readonly T[],
): readonly T[] {
  const copies = new Map(
    listReplicas(context).map((name) => {
      const dir = join(replicasFolder(context), name);
      return [readPullState(dir)?.address, dir] as const;
    }),
  );
  return sources.flatMap((source) => {
    const dir = source.archive === undefined ? undefined : copies.get(source.archive);
    if (source.archive === undefined || dir === undefined) return [];
    try {
      const archive = openQuietly({ ...context, archiveDir: dir });
      try {
        return gather(archive, source, new URL('..', source.archive).href);
      } finally {
        archive.close();
      }
    } catch (error) {
      if (!(error instanceof TurnpressError)) throw error;
      context.log.info(`${source.title}: its copy cannot be read (${error.message})`);
      return [];
    }
  });
}

function listTargets(archive: ArchiveReader, { title: source }: FollowedSource, home: string): readonly WanderTarget[] {
  const newest = [...take(archive.walkConversations({ joined: false }), WANDER)];
  return newest.map((conversation) => ({
    ...{ title: tellingTitle(conversation), source, startedMs: conversation.firstMs },
    url: { home, conversation: conversation.id },
  }));
}

/** A conversation that moved is one entry, at the time when it last did. */
function listMoved(archive: ArchiveReader, { title: source }: FollowedSource, home: string): readonly RiverEntry[] {
  const newest = [...take(archive.walkConversations({ joined: false }), RIVER)];
  return newest.map(({ id, meta, firstPrompt, lastMs: timeMs }) => ({
    ...{ guid: id, title: tellingTitle({ meta, firstPrompt }), excerpt: firstPrompt.slice(0, EXCERPT), timeMs },
    ...{ url: { home, conversation: id }, source, sourceUrl: home },
  }));
}

function* take<T>(items: Iterable<T>, most: number): Generator<T> {
  let taken = 0;
  for (const item of items) {
    if (taken++ === most) return;
    yield item;
  }
}

/** What the private site shows of others: the reader's entries, and the sites of the archives that are pulled. */
/** Loaded by a build only where something is followed. One copy's trouble leaves the others and the own site alone. */

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveReader } from '../../archive/archive.ts';
import { makeRealFolders } from '../../base/confined-disk.ts';
import { messageOf, TurnpressError } from '../../base/errors.ts';
import { readableDate } from '../../base/time.ts';
import { type FeedParser, openFeedParser } from '../../feed/feed.ts';
import type { ReadingSource } from '../../model/reading/entries.ts';
import type { ReaderEntry, ReaderStore } from '../../reader/reader.ts';
import { fingerprintOf, parseVerifierKey } from '../../replica/log/log.ts';
import { readPullState } from '../../replica/pull/pulling.ts';
import { type BuildOptions, buildSite, copySiteUrl, listCopySites } from '../../site/site.ts';
import { openQuietly } from '../archive.ts';
import type { Context } from '../context.ts';
import { copyUrl, openFeedsToShow } from './feeds.ts';
import { listReplicas, replicasFolder } from './followed.ts';
import { readingSource } from './reading-source.ts';

/** Open as long as the build lasts. Must be closed. */
export interface Followed {
  readonly reading: ReadingSource;
  readonly copies: readonly { readonly name: string; readonly title: string }[];
  close(): void;
}

/** Builds the copies' sites, below the own one, and takes what is new of them into the reader. `build`: of the own site. */
export async function openFollowed(context: Context, build: BuildOptions): Promise<Followed> {
  const store = await openFeedsToShow(context);
  const parser = openFeedParser();
  try {
    const copies: { readonly name: string; readonly title: string }[] = [];
    for (const name of listReplicas(context)) {
      const title = await buildCopy(context, build, { name, store, parser });
      if (title !== undefined) copies.push({ name, title });
    }
    const kept = new Set(copies.map(({ name }) => name));
    for (const { name, folder } of listCopySites(build.outputDir))
      if (!kept.has(name)) rmSync(folder, { recursive: true });
    return { reading: readingSource(store), copies, close: () => store.close() };
  } catch (error) {
    store.close();
    throw error;
  } finally {
    await parser.close();
  }
}

interface Copy {
  readonly name: string;
  readonly store: ReaderStore;
  readonly parser: FeedParser;
}

/** Its title; undefined: it cannot be shown, which was told. */
async function buildCopy(context: Context, build: BuildOptions, copy: Copy): Promise<string | undefined> {
  const { name } = copy;
  const archiveDir = join(replicasFolder(context), name);
  const outputDir = join(build.outputDir, copySiteUrl(name).slice(0, -1));
  const cacheDir = join(build.cacheDir, 'from', name);
  try {
    makeRealFolders(context.archiveDir, cacheDir);
    const archive = openQuietly({ ...context, archiveDir });
    try {
      const title = archive.info.origin;
      const { pagesWritten } = await buildSite(archive, {
        ...build,
        ...{ outputDir, cacheDir, copyOf: saysOf(archiveDir, title), pulledFrom: infoOf(archiveDir) },
        // none of what the owner wrote for the own site
        ...{ contentDir: join(archiveDir, 'content'), docsDir: join(archiveDir, 'docs') },
        config: {
          ...build.config,
          ...{ title, description: `A copy of ${title}`, author: '', tags: [] },
          url: build.config.url + copySiteUrl(name).slice(1),
          publish: [{ conversation: '*', visibility: 'public' }],
          following: { river: false, blogroll: false, neighbours: false, wander: false },
        },
      });
      await takeEntries(context, archive, outputDir, copy, pagesWritten > 0);
      return title;
    } finally {
      archive.close();
    }
  } catch (error) {
    if (!(error instanceof TurnpressError)) throw error;
    context.log.problem({ code: error.code, message: messageOf(error), file: name });
    context.log.info(`the copy ${name} cannot be shown: ${messageOf(error)}`);
    return existsSync(join(outputDir, 'index.html')) ? name : undefined;
  }
}

/** Whose it is and why that is believed, in a line. */
function saysOf(archiveDir: string, origin: string): string {
  const { keys = [], lastGrowth = '' } = readPullState(archiveDir) ?? {};
  const key = keys.at(-1);
  const when = lastGrowth === '' ? '' : `, last grown ${readableDate(Date.parse(lastGrowth))}`;
  if (key === undefined) return `A copy of ${origin}${when}. It is not signed: only its host says whose it is.`;
  const { words } = fingerprintOf(parseVerifierKey(key.key));
  return `A copy of ${origin}${when}. Every turn was verified up to the signature; the key’s fingerprint is “${words}”, trusted since ${readableDate(Date.parse(key.since))}.`;
}

/** Who checks a page of it goes to the archive that it is a copy of. Empty: nothing says where that is. */
function infoOf(archiveDir: string): string {
  const { address } = readPullState(archiveDir) ?? {};
  return address === undefined ? '' : new URL('archive.json', address).href;
}

/** A copy's own feed says what is new of it. */
async function takeEntries(
  context: Context,
  archive: ArchiveReader,
  outputDir: string,
  { name, store, parser }: Copy,
  changed: boolean,
): Promise<void> {
  const feed = store.feeds.find(copyUrl(name));
  const file = join(outputDir, 'feed.json');
  if (feed === undefined || !existsSync(file) || (!changed && store.entries.count({ feed: feed.id }) > 0)) return;
  const { entries, deleted } = await parser.parse({ bytes: readFileSync(file), url: 'https://localhost/feed.json' });
  store.entries.take(feed.id, entries, deleted, context.world.now());
  const shown = new Set(entries.map(({ id }) => id));
  store.entries.takeBack(
    [...walkEntries(store, feed.id)].flatMap((entry) => (isGone(archive, entry, shown) ? entry.id : [])),
  );
}

/**
 * What the feed says no more of may have been taken back since. Its conversation is asked: one that is not published any more, or of
 * which a turn was taken back, keeps no words here; what is left of it stands in the copy's own pages.
 */
function isGone(archive: ArchiveReader, { guid, url = '' }: ReaderEntry, shown: ReadonlySet<string>): boolean {
  if (shown.has(guid)) return false;
  const digits = /\/c\/([0-9a-f]{16})\//.exec(url)?.[1];
  const conversation = digits === undefined ? undefined : archive.findConversation(digits);
  return conversation === undefined || conversation.withheld > 0;
}

/** Those of a feed whose words are still there. */
function* walkEntries(store: ReaderStore, feed: number): Generator<ReaderEntry> {
  for (let after: ReaderEntry | undefined, full = true; full; ) {
    const page = store.entries.list({ feed, limit: PAGE, ...(after && { after }) });
    yield* page;
    after = page.at(-1);
    full = page.length === PAGE;
  }
}

const PAGE = 200;

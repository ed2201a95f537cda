/** `turnpress read`: what the feeds brought, a line each, and one of them whole. */
/** Everything in it is somebody else's: it is shown as plain text, and nothing is loaded. */

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { encodeUtf8 } from '../../base/bytes.ts';
import { realDisk, replaceFile } from '../../base/disk.ts';
import { isoDate } from '../../base/time.ts';
import { plural } from '../../model/counts.ts';
import { generateReading, parseReading } from '../../model/reading/state.ts';
import type { EntryFilter, FollowedFeed, ReaderEntry, ReaderStore } from '../../reader/reader.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { countOf } from '../counts.ts';
import { EXIT, UsageError } from '../errors.ts';
import { isMeant, nameOf, openFeeds } from '../following/feeds.ts';
import { oneLine, padEnd } from '../terminal.ts';

const DEFAULT_LIMIT = 30;

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const store = await openFeeds(context);
  try {
    if (typeof options.export === 'string') exportState(context, store, options.export);
    else if (typeof options.import === 'string') importState(context, store, options.import);
    else if (options.feeds === true) showFeeds(context, store);
    else if (args[0] !== undefined) await showEntry(context, store, args[0], options);
    else showList(context, store, options);
    return EXIT.done;
  } finally {
    store.close();
  }
}

function exportState(context: Context, store: ReaderStore, typed: string): void {
  const state = store.choices.all();
  const file = resolve(context.world.cwd, typed);
  replaceFile(realDisk, file, `${file}.tmp`, encodeUtf8(generateReading(state)));
  context.printJson({ entries: state.size });
  context.print(`${typed}: choices about ${plural(state.size, 'entry', 'entries')}`);
}

function importState(context: Context, store: ReaderStore, typed: string): void {
  const file = resolve(context.world.cwd, typed);
  if (!existsSync(file)) throw new UsageError(`there is no file ${typed}`);
  const state = parseReading(readFileSync(file, 'utf8'), context.world.now());
  if (state === undefined) throw new UsageError(`${typed} was not saved by a reader of turnpress`);
  const news = store.choices.merge(state);
  context.printJson({ entries: state.size, news });
  context.print(
    `${plural(news, 'choice')} of ${plural(state.size, 'entry', 'entries')} were later than what was known here`,
  );
}

function showList(context: Context, store: ReaderStore, options: CommandOptions): void {
  const filter = filterOf(store, options);
  const entries = store.entries.list(filter);
  const titles = new Map([...store.feeds.walk()].map((feed) => [feed.id, nameOf(feed)]));
  context.printJsonList(entries);
  const width = Math.max(0, ...entries.map(({ id }) => String(id).length));
  for (const entry of entries) context.print(lineOf(context, entry, titles.get(entry.feed) ?? '', width));
  const unread = store.entries.countUnread();
  const last = entries.at(-1);
  if (options.done === true && last !== undefined) {
    const marked = store.entries.mark(
      entries.map(({ id }) => id),
      { unread: false },
      context.world.now(),
    );
    context.log.info(`${plural(marked, 'entry counts', 'entries count')} as read now`);
  } else if (entries.length === 0) context.log.info(nothing(store, filter));
  else context.log.info(`${plural(unread, 'entry is', 'entries are')} unread; "turnpress read <number>" shows one`);
}

function lineOf(
  context: Context,
  { id, timeMs, title, unread, starred, text }: ReaderEntry,
  feed: string,
  width: number,
): string {
  const words = title === '' ? (text ?? 'untitled').slice(0, 200) : title;
  const marks = `${unread ? '•' : ' '}${starred ? '★' : ' '}`;
  const start = `${String(id).padStart(width)} ${marks} ${isoDate(timeMs)} ${padEnd(oneLine(feed, 22), 22)} `;
  return start + oneLine(words, Math.max(20, context.columns - start.length));
}

async function showEntry(context: Context, store: ReaderStore, typed: string, options: CommandOptions): Promise<void> {
  const id = /^\d{1,15}$/.test(typed) ? Number(typed) : -1;
  const entry = store.entries.find(id);
  if (entry === undefined)
    throw new UsageError(`there is no entry ${typed}; "turnpress read --all" lists them with their numbers`);
  const marks = {
    unread: options.unread === true,
    ...(options.star === true && { starred: true }),
    ...(options.unstar === true && { starred: false }),
  };
  store.entries.mark([id], marks, context.world.now());
  context.printJson({ ...entry, ...marks });
  if (context.json) return;
  const { htmlToText } = await import('../following/html-text.ts');
  const feed = store.feeds.get(entry.feed);
  context.print(context.style.bold(entry.title === '' ? 'Untitled' : entry.title));
  const by = entry.author === undefined ? '' : `${entry.author}, `;
  context.print(`${by}${feed === undefined ? '' : nameOf(feed)}, ${isoDate(entry.timeMs)}`);
  if (entry.url !== undefined) context.print(entry.url);
  context.print('');
  context.print(entry.html === undefined ? (entry.text ?? '') : htmlToText(entry.html, context.columns));
  for (const { url, type } of entry.enclosures)
    context.print(`\nAttached${type === undefined ? '' : ` (${type})`}: ${url}`);
}

/** How each feed does. */
function showFeeds(context: Context, store: ReaderStore): void {
  const feeds = [...store.feeds.walk()];
  context.printJsonList(feeds.map((feed) => ({ ...feed, unread: store.entries.countUnread(feed.id) })));
  for (const feed of feeds) {
    context.print(`${context.style.bold(nameOf(feed))}${feed.folder === '' ? '' : ` (${feed.folder})`}`);
    context.print(`  ${feed.url}`);
    context.print(`  ${healthOf(feed, store.entries.countUnread(feed.id), context.world.now())}`);
  }
  if (feeds.length === 0) context.log.info('no feed is followed: "turnpress subscribe <address>"');
}

function healthOf({ health }: FollowedFeed, unread: number, now: number): string {
  const { goodMs, problem, failures, gone, nextMs, bytes } = health;
  const said = [
    `${unread} unread`,
    goodMs === undefined ? 'no answer yet' : `last answer ${isoDate(goodMs)}`,
    problem === undefined || failures === 0 ? '' : `${plural(failures, 'failure')}: ${problem}`,
    gone ? 'asked no more' : `next ${waitOf(nextMs - now)}`,
    `${(bytes / 1000).toFixed(0)} kB in all`,
  ];
  return said.filter((words) => words !== '').join(' · ');
}

function waitOf(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (minutes <= 0) return 'now';
  return minutes < 120 ? `in ${minutes} min` : `in ${Math.round(minutes / 60)} h`;
}

function filterOf(store: ReaderStore, options: CommandOptions): EntryFilter {
  const limit = options.limit === undefined ? DEFAULT_LIMIT : countOf(options.limit, '--limit');
  const feed = typeof options.feed === 'string' ? findFeed(store, options.feed).id : undefined;
  return {
    limit,
    ...(options.all !== true && options.starred !== true && options.search === undefined && { unread: true }),
    ...(options.starred === true && { starred: true }),
    ...(typeof options.search === 'string' && { words: options.search }),
    ...(feed !== undefined && { feed }),
  };
}

function findFeed(store: ReaderStore, typed: string): FollowedFeed {
  const found = [...store.feeds.walk()].filter(({ title, url }) => isMeant(typed, title, url));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  throw new UsageError(
    found.length === 0
      ? `no feed is called "${typed}"; "turnpress read --feeds" lists them`
      : `"${typed}" fits several: ${found.slice(0, 5).map(nameOf).join(', ')}`,
  );
}

function nothing(store: ReaderStore, { words, starred, unread }: EntryFilter): string {
  if (words !== undefined) return 'no entry has all of these words';
  if (starred) return 'nothing is starred';
  if ([...store.feeds.walk()].length === 0) return 'no feed is followed: "turnpress subscribe <address>"';
  return unread
    ? 'nothing is unread: "turnpress pull" asks the feeds, "turnpress read --all" shows what was read'
    : 'no entries yet';
}

/** The list of what is followed: `content/subscriptions.opml`, a plain OPML file that other readers can take and give. */
/** The file is the truth; the reader's memory follows it. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { encodeUtf8 } from '../base/bytes.ts';
import { realDisk, replaceFile } from '../base/disk.ts';
import { FeedParseError, readOpml } from '../feed/feed.ts';
import { generateOpml, type OpmlDocument, type Outline } from '../feed/opml.ts';
import { SubscriptionsError } from './errors.ts';
import { mergeLists } from './merge-lists.ts';

export interface Subscription {
  readonly url: string;
  readonly title: string;
  readonly home?: string;
  /** Names of the folders it stands in, joined by ` / `; empty: none. */
  readonly folder: string;
  /** Of the replica, when it is a turnpress archive that is pulled: its turns come from there and not from the feed. */
  readonly archive?: string;
  /** True: nobody else is to know of it; it, or a folder that it stands in, is marked or called so. False: it is marked as for everybody. */
  readonly private?: boolean;
  /** What else the list says of it, as it stands there. */
  readonly more?: Readonly<Record<string, string>>;
}

const TITLE = 'Subscriptions';

/** In the file's order, folders first to last, each feed once. None when there is no file. Throws SubscriptionsError. */
export function readSubscriptions(file: string): readonly Subscription[] {
  return listOnce(readList(file).outlines);
}

function listOnce(outlines: readonly Outline[]): readonly Subscription[] {
  const found = new Map<string, Subscription>();
  for (const each of walk(outlines, '')) {
    const known = found.get(each.url);
    // what is private in one place is private
    if (known === undefined) found.set(each.url, each);
    else if (each.private === true) found.set(each.url, { ...known, private: true });
  }
  return [...found.values()];
}

/**
 * Another reader's list, merged into ours with the folders in which new feeds stand: what is followed already stays where it is. Without a list of ours it
 * becomes ours, head and all. Writes nothing when it has nothing new. `from`: what errors call it. Throws SubscriptionsError.
 */
export function mergeSubscriptions(
  file: string,
  from: string,
  text: string,
): { readonly added: number; readonly feeds: readonly string[] } {
  const theirs = parseList(from, text);
  const found = listOnce(theirs.outlines);
  const list = existsSync(file) ? readList(file) : { ...theirs, outlines: [], namespaces: {} };
  const known = new Set([...walk(list.outlines, '')].map(({ url }) => url));
  const fresh = new Map(found.filter(({ url }) => !known.has(url)).map((each) => [each.url, each]));
  const added = fresh.size;
  if (added > 0) write(file, mergeLists(list, theirs, fresh));
  return { added, feeds: found.map(({ url }) => url) };
}

/** False: it is in the list already. Throws SubscriptionsError. */
export function addSubscription(file: string, added: Subscription): boolean {
  const list = readList(file);
  if ([...walk(list.outlines, '')].some(({ url }) => url === added.url)) return false;
  const { url, title, home, folder, archive, private: hidden, more } = added;
  const outline: Outline = {
    ...{ title, feedUrl: url },
    ...(home !== undefined && { homeUrl: home }),
    ...(archive !== undefined && { archiveUrl: archive }),
    more: { ...more, ...(hidden !== undefined && { private: String(hidden) }) },
  };
  write(file, { ...list, outlines: insert(list.outlines, folder === '' ? [] : folder.split(' / '), outline) });
  return true;
}

/** The feed is asked somewhere else from now on. False: it is not in the list. Throws SubscriptionsError. */
export function moveSubscription(file: string, from: string, to: string): boolean {
  const list = readList(file);
  if (![...walk(list.outlines, '')].some(({ url }) => url === from)) return false;
  write(file, { ...list, outlines: moved(list.outlines, from, to) });
  return true;
}

/** False: it is not in the list. Throws SubscriptionsError. */
export function removeSubscription(file: string, url: string): boolean {
  const list = readList(file);
  if (![...walk(list.outlines, '')].some((each) => each.url === url)) return false;
  write(file, { ...list, outlines: without(list.outlines, url) });
  return true;
}

function readList(file: string): OpmlDocument {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return { title: TITLE, outlines: [] };
  if (!stat.isFile()) throw new SubscriptionsError(file, 'is no regular file');
  return parseList(file, readFileSync(file, 'utf8'));
}

function parseList(file: string, text: string): OpmlDocument {
  try {
    return readOpml(text);
  } catch (error) {
    if (error instanceof FeedParseError) throw new SubscriptionsError(file, error.problem);
    throw error;
  }
}

/** `inherited`: what was said of the folders around. */
function* walk(outlines: readonly Outline[], folder: string, inherited?: boolean): Generator<Subscription> {
  for (const outline of outlines) {
    const { title } = outline;
    const own = inherited === true ? true : (privacyOf(outline) ?? inherited);
    if ('outlines' in outline) yield* walk(outline.outlines, folder === '' ? title : `${folder} / ${title}`, own);
    else {
      const { feedUrl: url, homeUrl: home, archiveUrl: archive } = outline;
      const { private: _, ...more } = outline.more ?? {};
      yield {
        ...{ url, title, folder },
        ...(home !== undefined && { home }),
        ...(archive !== undefined && { archive }),
        ...(own !== undefined && { private: own }),
        ...(Object.keys(more).length > 0 && { more }),
      };
    }
  }
}

/** What a folder is kept from, nothing in it is let out of. Undefined: nothing is said. */
function privacyOf({ title, more, ...outline }: Outline): boolean | undefined {
  const said = more?.private?.trim().toLowerCase();
  if (said === 'false') return false;
  return said !== undefined || ('outlines' in outline && title.trim().toLowerCase() === 'private') ? true : undefined;
}

function insert(outlines: readonly Outline[], [first, ...rest]: readonly string[], added: Outline): readonly Outline[] {
  if (first === undefined) return [...outlines, added];
  const known = outlines.findIndex((outline) => 'outlines' in outline && outline.title === first);
  const group = outlines[known];
  if (group === undefined || !('outlines' in group))
    return [...outlines, { title: first, outlines: insert([], rest, added) }];
  return outlines.with(known, { ...group, outlines: insert(group.outlines, rest, added) });
}

function moved(outlines: readonly Outline[], from: string, to: string): readonly Outline[] {
  return outlines.map((outline) => {
    if ('outlines' in outline) return { ...outline, outlines: moved(outline.outlines, from, to) };
    return outline.feedUrl === from ? { ...outline, feedUrl: to } : outline;
  });
}

function without(outlines: readonly Outline[], url: string): readonly Outline[] {
  return outlines.flatMap((outline): readonly Outline[] => {
    if ('outlines' in outline) return [{ ...outline, outlines: without(outline.outlines, url) }];
    return outline.feedUrl === url ? [] : [outline];
  });
}

function write(file: string, list: OpmlDocument): void {
  // of the list as it was: when it was changed, and which of its lines stood open
  const { dateModified: _, expansionState: __, ...head } = list.head ?? {};
  const bytes = encodeUtf8(generateOpml({ ...list, head, title: list.title || TITLE }));
  replaceFile(realDisk, file, `${file}.tmp`, bytes);
}

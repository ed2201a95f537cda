/** `search --everywhere`: the own archive, the copies of others, and what the feeds brought, each hit with where it is from. */
/** Every place gives its best; what does not fit into the limit is left out in turns, so that no place hides another. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveReader, SearchQuery } from '../../archive/archive.ts';
import { messageOf, TurnpressError } from '../../base/errors.ts';
import { readableTime } from '../../base/time.ts';
import { openReaderStore, type ReaderEntry } from '../../reader/reader.ts';
import { openToRead } from '../archive.ts';
import type { Context } from '../context.ts';
import { isForeign } from '../machine/private.ts';
import { copyUrl, nameOf } from './feeds.ts';
import { listReplicas, replicasFolder, storeFile } from './followed.ts';
import { type Found, searchArchive } from './found.ts';
import { wordsOf } from './html-words.ts';

export interface FoundPlace {
  /** `feeds`: the memory of the reader. */
  readonly kind: 'own' | 'copy' | 'feeds';
  /** Of a copy; else empty. */
  readonly name: string;
  readonly found: readonly Found[];
  /** It could not be looked into, and nobody knows what it has. */
  readonly failed?: boolean;
}

/** Text of an entry in which words are looked for. */
const TEXT = 100_000;
/** Characters around the first word that is found. */
const AROUND = 120;

/** In the order in which they are shown; a place without a hit is left out. A copy that cannot be read is told, and stays. */
export function searchEverywhere(context: Context, own: ArchiveReader, query: SearchQuery): readonly FoundPlace[] {
  const limit = query.limit ?? 20;
  const seen = new Set<string>();
  /** The same turn in several places is one hit, in the first of them. */
  const unseen = (found: readonly Found[]): readonly Found[] =>
    found.filter(({ turn }) => {
      const isNew = turn === undefined || !seen.has(turn);
      if (turn !== undefined) seen.add(turn);
      return isNew;
    });
  const places: FoundPlace[] = [{ kind: 'own', name: '', found: unseen(searchArchive(own, query)) }];
  // what came with somebody else's archive is not this person's reading
  if (!isForeign(context)) {
    for (const name of listReplicas(context)) {
      const found = searchCopy(context, name, query);
      places.push({ kind: 'copy', name, found: unseen(found ?? []), failed: found === undefined });
    }
    places.push({ kind: 'feeds', name: '', found: searchFeeds(context, query) });
  }
  return shareOut(places, limit).filter(({ found, failed }) => found.length > 0 || failed === true);
}

/** One of each place in turn until there are so many. */
function shareOut(places: readonly FoundPlace[], limit: number): readonly FoundPlace[] {
  const shares = places.map(() => 0);
  for (let left = limit, before = -1; left > 0 && left !== before; ) {
    before = left;
    for (const [i, { found }] of places.entries()) {
      const share = shares[i] ?? 0;
      if (left === 0 || share >= found.length) continue;
      shares[i] = share + 1;
      left--;
    }
  }
  return places.map((place, i) => ({ ...place, found: place.found.slice(0, shares[i]) }));
}

/** Undefined: it cannot be read. */
function searchCopy(context: Context, name: string, query: SearchQuery): readonly Found[] | undefined {
  try {
    const archive = openToRead({ ...context, archiveDir: join(replicasFolder(context), name) });
    try {
      return searchArchive(archive, query);
    } finally {
      archive.close();
    }
  } catch (error) {
    if (!(error instanceof TurnpressError)) throw error;
    context.log.info(`the copy ${name} cannot be searched: ${messageOf(error)}`);
    return undefined;
  }
}

/** Nothing where something is asked that only turns have. */
function searchFeeds(context: Context, query: SearchQuery): readonly Found[] {
  const { agent, project, model, role, tag, text, sinceMs = 0, untilMs = Number.POSITIVE_INFINITY } = query;
  const path = storeFile(context);
  if ([agent, project, model, role, tag].some((asked) => asked !== undefined) || !existsSync(path)) return [];
  const store = openReaderStore(path, context.log);
  try {
    const copies = new Set(listReplicas(context).map(copyUrl));
    const found: Found[] = [];
    const limit = query.limit ?? 20;
    for (let offset = 0; found.length < limit; offset += PAGE) {
      const page = store.entries.list({ words: text, limit: PAGE, offset });
      for (const entry of page) {
        const feed = store.feeds.get(entry.feed);
        // its turns are found in the copy itself
        if (feed === undefined || copies.has(feed.url)) continue;
        if (entry.timeMs < sinceMs || entry.timeMs > untilMs || found.length === limit) continue;
        found.push(foundOf(entry, nameOf(feed), text));
      }
      if (page.length < PAGE || offset >= MOST_LOOKED_AT) break;
    }
    return found;
  } finally {
    store.close();
  }
}

const PAGE = 200;
const MOST_LOOKED_AT = 10_000;

function foundOf(entry: ReaderEntry, feed: string, query: string): Found {
  const { id, title, url, timeMs, html, text } = entry;
  const snippet = around(`${text ?? ''} ${wordsOf(html ?? '', TEXT)}`, query);
  return {
    ...{ id: String(id), within: `entry ${id}`, title, snippet, damaged: false },
    facts: [feed],
    own: [readableTime(timeMs)],
    json: {
      ...{ entry: id, title, feed, url, time: new Date(timeMs).toISOString() },
      snippet: snippet.replace(/[\ue000\ue001]/g, ''),
    },
  };
}

/** The place of the first word that is found, with every word of the query marked. */
function around(text: string, query: string): string {
  const words = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const pattern = words.map((word) => word.replace(/[^\p{L}\p{N}]/gu, '')).join('|');
  const found = pattern === '' ? null : new RegExp(pattern, 'iu').exec(text);
  const from = Math.max(0, (found?.index ?? 0) - AROUND);
  const piece = text.slice(from, (found?.index ?? 0) + AROUND).trim();
  const shown = `${from > 0 ? '…' : ''}${piece.replace(/[\ue000\ue001]/g, '')}${from + 2 * AROUND < text.length ? '…' : ''}`;
  return pattern === '' ? shown : shown.replace(new RegExp(pattern, 'giu'), '\ue000$&\ue001');
}

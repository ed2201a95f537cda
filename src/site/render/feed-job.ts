/** Makes the entries and documents of one feed from plain data, on any thread, and writes the documents. */
/** The same function runs on the main thread and in workers, so where it runs cannot change a byte. */

import { encodeUtf8 } from '../../base/bytes.ts';
import type { FeedFormat } from '../../feed/formats.ts';
import { generateFeed } from '../../feed/generate.ts';
import type { FeedDocument, FeedEntry } from '../../model/entry.ts';
import { type StagedFile, writeStagedFile } from '../state/staged-file.ts';
import { type EntryFacts, type Exchange, entryOf } from '../view/exchange.ts';
import { renderFeedContent } from './feed-content.ts';
import { plainTitle } from './text/plain-title.ts';

/** What an entry is made of. */
export interface EntrySource {
  /** Of everything in it. */
  readonly key: string;
  /** The entry that was made before, as `FeedResult` gave it; or the exchange that it tells of. */
  readonly of: string | { readonly exchange: Exchange; readonly facts: EntryFacts };
}

/** Plain data only: it is copied between threads. */
export interface FeedJob {
  readonly staging: string;
  /** As they stand in the documents. */
  readonly entries: readonly EntrySource[];
  /** May be none: then only entries are made. */
  readonly documents: readonly {
    readonly format: FeedFormat;
    readonly path: string;
    readonly document: Omit<FeedDocument, 'entries'>;
  }[];
}

export interface FeedResult {
  /** Each entry as JSON; undefined for one that was given so. */
  readonly entries: readonly (string | undefined)[];
  readonly files: readonly StagedFile[];
}

/** All documents are made before the first is written: what fails leaves no file that nobody knows. */
export function runFeedJob({ staging, entries, documents }: FeedJob): FeedResult {
  const made = entries.map(makeEntry);
  // One list for all of them: it is cleaned once.
  const shown = made.map(({ entry }) => entry);
  const texts = documents.map(({ format, document }) =>
    encodeUtf8(generateFeed(format, { ...document, entries: shown })),
  );
  return {
    entries: entries.map(({ of }, i) => (typeof of === 'string' ? undefined : made[i]?.json)),
    files: documents.map(({ path }, i) => writeStagedFile(staging, path, texts[i] ?? new Uint8Array())),
  };
}

interface MadeEntry {
  readonly entry: FeedEntry;
  readonly json: string;
}

/**
 * The entries that this thread made last, the oldest first: one stands in the feeds of its conversation, its project, its agent and
 * more, and what writers keep of it is kept with it.
 */
const recent = new Map<string, MadeEntry>();
/** Characters of them. */
const MOST_RECENT = 2 * 1024 * 1024;
let size = 0;

function makeEntry({ key, of }: EntrySource): MadeEntry {
  const known = recent.get(key);
  if (known !== undefined && (typeof of !== 'string' || known.json === of)) return known;
  // A text was written by this function; the state is private to the archive's owner.
  const entry =
    typeof of === 'string'
      ? (JSON.parse(of) as FeedEntry)
      : entryOf(of.exchange, { ...of.facts, plainTitle, renderFeedContent });
  const made = { entry, json: typeof of === 'string' ? of : JSON.stringify(entry) };
  recent.set(key, made);
  size += made.json.length - (known?.json.length ?? 0);
  for (const [oldest, { json }] of recent) {
    if (size <= MOST_RECENT) break;
    recent.delete(oldest);
    size -= json.length;
  }
  return made;
}

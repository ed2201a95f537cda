/** What the reader's pages show: entries and feeds as plain data, whoever keeps them. */
/** Texts are foreign: the pages escape them, and sanitise `html`. */

import type { Enclosure } from '../foreign-feed.ts';

/** Entries, newest first. */
export type ReadingList =
  | { readonly kind: 'unread' | 'all' | 'starred' }
  /** `key`: of a feed. */
  | { readonly kind: 'feed'; readonly key: string }
  | { readonly kind: 'folder'; readonly name: string }
  | { readonly kind: 'search'; readonly words: string };

export interface ReadingEntry {
  /** 16 hex digits of the feed's address and the entry's id: its name on every machine, in addresses and in what is exported. */
  readonly key: string;
  readonly feed: string;
  readonly title: string;
  /** Where it stands on the web; for turns of a pulled archive, where they stand in this site. */
  readonly url?: string;
  readonly author?: string;
  /** As it came: sanitised where it is shown. */
  readonly html?: string;
  readonly text?: string;
  readonly categories: readonly string[];
  readonly enclosures: readonly Enclosure[];
  /** Its own time, else when it was first seen. */
  readonly timeMs: number;
  readonly unread: boolean;
  readonly starred: boolean;
}

export interface ReadingFeed {
  /** 16 hex digits. */
  readonly key: string;
  readonly title: string;
  readonly url: string;
  readonly home?: string;
  /** Empty: none. */
  readonly folder: string;
  readonly unread: number;
  /** The pictures of its entries are shown unasked: the person said so. */
  readonly pictures: boolean;
  /** It stands for an archive that is pulled turn by turn: the name of its copy. */
  readonly archive?: string;
  readonly goodMs?: number;
  /** Why it gives no answer now, in words. */
  readonly problem?: string;
  readonly failures: number;
  /** Absent: it is asked no more, or not by itself. */
  readonly nextMs?: number;
  readonly bytes: number;
}

/** An entry with its neighbours in the list of all. */
export interface FoundEntry {
  readonly entry: ReadingEntry;
  readonly newer?: string;
  readonly older?: string;
}

export interface ReadingSource {
  /** Changes when anything does that pages show of it. */
  readonly key: string;
  /** By title. */
  listFeeds(): readonly ReadingFeed[];
  listEntries(list: ReadingList, offset: number, limit: number): readonly ReadingEntry[];
  countEntries(list: ReadingList): number;
  findEntry(key: string): FoundEntry | undefined;
  /** What it says as plain text, for who looks for words in it. */
  wordsOf(entry: ReadingEntry): string;
}

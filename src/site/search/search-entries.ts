/** What the search knows of other people's entries: those in the reader, or those that the owner shows in the river. */
/** A part of the index of its own, made again when one of them is another: turns of pulled archives are found in their copies. */

import { isoDate } from '../../base/time.ts';
import { keyOf } from '../state/keys.ts';
import type { SearchUnit } from '../state/units.ts';
import type { SearchDocuments } from './search-index.ts';
import { ENTRY_ROLE } from './search-records.ts';
import { cleanText } from './search-text.ts';

export interface SearchedEntry {
  /** The page of this site on which it stands, and the id of its place there. */
  readonly url: string;
  readonly anchor: string;
  readonly title: string;
  /** Title of its feed. */
  readonly source: string;
  readonly timeMs: number;
  /** Another one for other words. */
  readonly key: string;
  /** Plain text. */
  readonly words: () => string;
}

/** Characters of an entry that are indexed: the index costs a second for each megabyte. */
const LONGEST = 6000;

/** Undefined: there is nothing to be found. */
export function entriesToSearch(entries: readonly SearchedEntry[]): SearchDocuments | undefined {
  if (entries.length === 0) return undefined;
  return {
    key: keyOf(entries.map(({ url, anchor, title, source, timeMs, key }) => [url, anchor, title, source, timeMs, key])),
    list: () => entries.map(unitOf),
  };
}

function unitOf({ url, anchor, title, source, timeMs, words }: SearchedEntry): SearchUnit {
  const text = cleanText(words().slice(0, LONGEST)) || cleanText(title);
  return {
    // of two with one address the indexer knows the last one only
    ...{
      url: `${url}?${anchor}`,
      title,
      source,
      day: isoDate(timeMs),
      startMs: timeMs,
      agent: '',
      project: '',
      tags: [],
    },
    records: [{ models: [], passages: [{ anchor, role: ENTRY_ROLE, text }] }],
  };
}

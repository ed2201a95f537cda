/** What the private site shows of others: the reader's entries. */
/** Loaded by a build only where something is followed. */

import type { ReadingSource } from '../../model/reading/entries.ts';
import type { Context } from '../context.ts';
import { openFeedsToShow } from './feeds.ts';
import { readingSource } from './reading-source.ts';

/** Open as long as the build lasts. Must be closed. */
export interface Followed {
  readonly reading: ReadingSource;
  close(): void;
}

export async function openFollowed(context: Context): Promise<Followed> {
  const store = openFeedsToShow(context);
  return { reading: readingSource(store), close: () => store.close() };
}

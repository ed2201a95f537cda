/** Another reader's list of feeds, merged into ours. */
/** Folders are kept; what is followed already stays where it is. */

import { addSubscription, parseSubscriptions } from '../../reader/reader.ts';

export interface Imported {
  /** How many were new. */
  readonly added: number;
  /** Addresses of all that it names. */
  readonly feeds: readonly string[];
}

/** `text`: OPML. Throws SubscriptionsError, also for our own list when that cannot be read. */
export function importList(list: string, file: string, text: string): Imported {
  const found = parseSubscriptions(file, text);
  let added = 0;
  // what somebody else's list says of archives is not believed: those are subscribed to by hand
  for (const { archive: _, ...each } of found) if (addSubscription(list, each)) added++;
  return { added, feeds: found.map(({ url }) => url) };
}

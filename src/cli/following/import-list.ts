/** Another reader's list of feeds, merged into ours. */
/** Folders are kept; what is followed already stays where it is. */

import { addSubscription, parseSubscriptions } from '../../reader/reader.ts';

/** `text`: OPML. Returns how many were new. Throws SubscriptionsError, also for our own list when that cannot be read. */
export function importList(list: string, file: string, text: string): number {
  let added = 0;
  // what somebody else's list says of archives is not believed: those are subscribed to by hand
  for (const { archive: _, ...each } of parseSubscriptions(file, text)) if (addSubscription(list, each)) added++;
  return added;
}

/** Fetches the list of a site's index parts. */
/** It is asked for anew each time: what it names changes with every build. */

import type { PartList } from '../../model/search/parts.ts';
import { pages } from '../../site/fixed-urls.ts';

/** `site`: where it stands on this host, without a slash at the end. Throws an Error when it cannot be had. */
export async function loadPartList(site: string): Promise<PartList> {
  const answer = await fetch(site + pages.searchShards, { cache: 'no-cache' });
  // of an index that is kept there may be parts only, and a part that is missing would say that nothing was found
  if (answer.headers.has('x-kept')) throw new Error(`${site}${pages.searchShards}: no net`);
  if (!answer.ok) throw new Error(`${site}${pages.searchShards}: ${answer.status}`);
  return answer.json();
}

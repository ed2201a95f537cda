/** A page of the reader for a request: what the memory says now, in the shell that the last build wrote. */
/** So that nothing of the site's look is made while somebody waits, and a page names only assets that stand in the folder. */

import { escapeHtml } from '../../base/html.ts';
import type { ReadingSource } from '../../model/reading/entries.ts';
import { underBasePath } from '../base-path.ts';
import { headersFor, PAGE_POLICY, PICTURES_POLICY, withFrames } from '../shell/headers.ts';
import { pages } from '../urls.ts';
import type { ReadingOptions } from './context.ts';
import { renderReading } from './reading-page.ts';

export interface LivePage {
  readonly html: string;
  /** Name and value. */
  readonly headers: readonly (readonly [string, string])[];
}

/** `shell`: the built page of all that is unread; `url`: from the site's root. Undefined: there is no such page, or no shell. */
export function renderLivePage(
  source: ReadingSource,
  url: string,
  { shell, basePath, ...options }: ReadingOptions & { readonly shell: string; readonly basePath: string },
): LivePage | undefined {
  const page = renderReading(source, url, options);
  const match = /^([\s\S]*?<!--reading-->)[\s\S]*(<!--\/reading-->[\s\S]*)$/.exec(shell);
  if (page === undefined || match === null) return undefined;
  const [, head = '', foot = ''] = match;
  const policy = page.pictures ? PICTURES_POLICY : PAGE_POLICY;
  const titled = head
    .replace(/<title>[^<]*<\/title>/, () => `<title>${escapeHtml(page.title)}</title>`)
    .replace(escapeHtml(PAGE_POLICY), () => escapeHtml(policy));
  const others = headersFor(pages.reader).filter(
    ([name]) => name !== 'Content-Security-Policy' && name !== 'Cache-Control',
  );
  return {
    html: titled + underBasePath(page.body, basePath) + foot,
    headers: [...others, withFrames(policy), ['Cache-Control', 'no-store']],
  };
}

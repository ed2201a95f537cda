/** What every view of the reader is given, and what their forms and links have in common. */
/** A page that `serve` makes has a token; one that a build writes has none, and its script does what forms would. */

import { html, type SafeHtml, text } from '../../base/html.ts';
import type { ReadingFeed, ReadingList, ReadingSource } from '../../model/reading/entries.ts';
import { readingUrl } from '../urls.ts';
import { targetOf } from './foreign.ts';

export interface ReadingOptions {
  /** Absolute, ends in `/`: addresses below it are the site's own. */
  readonly site: string;
  /** What a form has to bring so that `serve` believes it. Absent: nobody answers forms, and the page's script keeps the state. */
  readonly token?: string;
  /** The person asked for this entry's pictures. */
  readonly pictures?: boolean;
  /** Now. Absent where the same input has to give the same bytes. */
  readonly nowMs?: number;
}

export interface ReadingPage {
  readonly title: string;
  readonly body: SafeHtml;
  /** Pictures of other hosts stand on it. */
  readonly pictures: boolean;
}

/** What all views are given. */
export interface ReadingContext extends ReadingOptions {
  readonly source: ReadingSource;
  readonly feeds: ReadonlyMap<string, ReadingFeed>;
  /** From the site's root. */
  readonly url: string;
}

/** What every form brings: who may ask, where to go back to, and which list it is about, as it was then. */
export function renderHidden({ token, url, nowMs }: ReadingContext, list?: ReadingList): SafeHtml {
  if (token === undefined) return html``;
  const of = (name: string, value: string): SafeHtml =>
    html`<input type="hidden" name="${text(name)}" value="${text(value)}">`;
  return html`<p hidden>${of('token', token)}${of('back', url)}${list === undefined ? html`` : of('list', readingUrl(list))}${of('seen', String(nowMs ?? 0))}</p>
`;
}

/** Without somebody who answers forms, buttons are shown by the script that then does their work. */
export function hiddenUnlessServed({ token }: ReadingContext): SafeHtml {
  return token === undefined ? html` hidden` : html``;
}

/**
 * Where a link of an entry may lead: out into the web, or to a page of this very site, given from its root. Undefined: nowhere.
 * Turns of a pulled archive stand in this site; their feed gives them absolute addresses.
 */
export function linkOf(
  context: { readonly site: string } | undefined,
  address: string | undefined,
): string | undefined {
  const target = targetOf(address, undefined);
  if (target === undefined || context === undefined || !target.startsWith(context.site)) return target;
  return `/${target.slice(context.site.length)}`;
}

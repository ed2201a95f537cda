/** The door to OPML 2.0 (http://opml.org/spec2.opml): lists of feeds, as readers exchange them, written. */
/** Small enough to write ourselves, on the same XML writer as Atom; who keeps a list needs no writer of feeds. */

import { cleanLine, cleanUrl } from './clean.ts';
import { XML_DECLARATION, xmlElement, xmlText } from './xml.ts';

/** A feed, or a group of outlines. */
export type Outline = FeedOutline | OutlineGroup;

export interface FeedOutline {
  readonly title: string;
  /** Absolute address of the feed in any format. */
  readonly feedUrl: string;
  /** Absolute address of its page. */
  readonly homeUrl?: string;
  readonly description?: string;
  /** Absolute address of the replica of the turnpress archive that the feed is of. */
  readonly archiveUrl?: string;
  /** Attributes that we do not know, of a list that somebody else wrote. Names with a prefix go when it is written. */
  readonly more?: Readonly<Record<string, string>>;
}

export interface OutlineGroup {
  readonly title: string;
  readonly outlines: readonly Outline[];
  /** As of a feed's outline. */
  readonly more?: Readonly<Record<string, string>>;
}

export interface OpmlDocument {
  readonly title: string;
  readonly outlines: readonly Outline[];
}

/** Equal lists give equal bytes. Throws FeedUrlError for an address that is not absolute. */
export function generateOpml(doc: OpmlDocument): string {
  // The specification wants an outline at the least; a list of no feeds is an empty group.
  const outlines = doc.outlines.length === 0 ? [{ title: doc.title, outlines: [] }] : doc.outlines;
  const opml = xmlElement('opml', { version: '2.0' }, [
    xmlElement('head', {}, [xmlText('title', titleOf(doc.title))]),
    xmlElement('body', {}, outlines.map(writeOutline)),
  ]);
  return `${XML_DECLARATION}${opml}\n`;
}

function writeOutline(outline: Outline): string {
  const text = titleOf(outline.title);
  const kept = Object.entries(outline.more ?? {}).filter(([name]) => /^[A-Za-z_][\w.-]{0,60}$/.test(name));
  const more = Object.fromEntries(kept);
  if ('outlines' in outline) return xmlElement('outline', { ...more, text }, outline.outlines.map(writeOutline));
  const { feedUrl, homeUrl, description, archiveUrl } = outline;
  return xmlElement('outline', {
    ...more,
    text,
    title: text,
    // Readers take `rss` for any kind of feed.
    type: 'rss',
    xmlUrl: cleanUrl(feedUrl, 'feedUrl'),
    htmlUrl: homeUrl === undefined ? undefined : cleanUrl(homeUrl, 'homeUrl'),
    description: description === undefined ? undefined : cleanLine(description),
    archive: archiveUrl === undefined ? undefined : cleanUrl(archiveUrl, 'archiveUrl'),
  });
}

function titleOf(title: string): string {
  return cleanLine(title) || 'Untitled';
}

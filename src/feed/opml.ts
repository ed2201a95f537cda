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
  /** Attributes that we do not know, of a list that somebody else wrote. Names with a prefix that the document does not declare go when it is written. */
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
  /** What else its head says, by the element's name: `ownerName`. */
  readonly head?: Readonly<Record<string, string>>;
  /** By prefix: what names of attributes stand for that are not of OPML. */
  readonly namespaces?: Readonly<Record<string, string>>;
}

/** Equal lists give equal bytes. Throws FeedUrlError for an address that is not absolute. */
export function generateOpml(doc: OpmlDocument): string {
  // The specification wants an outline at the least; a list of no feeds is an empty group.
  const outlines = doc.outlines.length === 0 ? [{ title: doc.title, outlines: [] }] : doc.outlines;
  const prefixes = Object.entries(doc.namespaces ?? {}).filter(isDeclarable);
  const declared = Object.fromEntries(prefixes.map(([prefix, name]) => [`xmlns:${prefix}`, name]));
  const writable = new Set(['', 'xml', ...prefixes.map(([prefix]) => prefix)]);
  const opml = xmlElement('opml', { version: '2.0', ...declared }, [
    xmlElement('head', {}, [xmlText('title', titleOf(doc.title)), ...writeHead(doc.head ?? {})]),
    xmlElement(
      'body',
      {},
      outlines.map((outline) => writeOutline(outline, writable)),
    ),
  ]);
  return `${XML_DECLARATION}${opml}\n`;
}

const NAME = /^[A-Za-z_][\w.-]{0,60}$/;
/** Of XML itself: no other prefix may stand for them. */
const XML_NAMES = /^http:\/\/www\.w3\.org\/(?:XML\/1998\/namespace|2000\/xmlns\/)$/;

/** A list that declares anything else cannot be read by strict parsers. */
function isDeclarable([prefix, name]: readonly [string, string]): boolean {
  return NAME.test(prefix) && !/^xml/i.test(prefix) && name !== '' && !XML_NAMES.test(name);
}

function writeHead(head: Readonly<Record<string, string>>): readonly string[] {
  const members = Object.entries(head).map(([name, value]) => [name, cleanLine(value)] as const);
  return members
    .filter(([name, value]) => NAME.test(name) && name !== 'title' && value !== '')
    .map(([name, value]) => xmlText(name, value));
}

function writeOutline(outline: Outline, prefixes: ReadonlySet<string>): string {
  const text = titleOf(outline.title);
  const kept = Object.entries(outline.more ?? {}).filter(([name]) => {
    const [local = '', prefix = '', ...rest] = name.split(':').reverse();
    return NAME.test(local) && prefixes.has(prefix) && rest.length === 0;
  });
  const more = Object.fromEntries(kept);
  if ('outlines' in outline) {
    const inner = outline.outlines.map((each) => writeOutline(each, prefixes));
    return xmlElement('outline', { ...more, text }, inner);
  }
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

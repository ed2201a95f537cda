/** The formats in which every feed is written: name, file and media type, a row each. */
/** Apart from the door, which brings the writers with it: addresses, headers and heads of pages need only these. */

export type FeedFormat = 'rss' | 'atom' | 'json';

export interface FeedFormatRow {
  readonly format: FeedFormat;
  /** For people. */
  readonly label: string;
  /** Name of the file beside the page that the feed belongs to. */
  readonly file: string;
  readonly mediaType: string;
}

/** In the order in which they are offered. */
export const FEED_FORMATS: readonly FeedFormatRow[] = [
  { format: 'rss', label: 'RSS', file: 'rss.xml', mediaType: 'application/rss+xml' },
  { format: 'atom', label: 'Atom', file: 'atom.xml', mediaType: 'application/atom+xml' },
  { format: 'json', label: 'JSON Feed', file: 'feed.json', mediaType: 'application/feed+json' },
];

const FILES: ReadonlyMap<FeedFormat, string> = new Map(FEED_FORMATS.map(({ format, file }) => [format, file]));

/** `rss.xml` */
export function feedFile(format: FeedFormat): string {
  return FILES.get(format) ?? format;
}

/** The door of the feed room: documents of entries as RSS, Atom and JSON Feed, lists of feeds as OPML; written and read. */
/** Every format starts from one cleaned document, so that what a reader sees does not depend on the format. */

export { FeedParseError } from './errors.ts';
export { generateFeed, generateOpml } from './generate.ts';
export type { OpmlDocument, Outline } from './opml.ts';
export { listFeedLinks } from './parse/feed-links.ts';
export { type FeedParser, openFeedParser } from './parse/feed-parser.ts';
export { type MarkupHandler, walkMarkup } from './parse/markup.ts';
export { readOpml } from './parse/read-opml.ts';

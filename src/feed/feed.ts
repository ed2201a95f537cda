/** The door of the feed room to what others write: documents as RSS, Atom and JSON Feed, lists of feeds as OPML. */
/** What writes them has a door of its own, generate.ts: readers need none of it. */

export { FeedParseError } from './errors.ts';
export { listFeedLinks } from './parse/feed-links.ts';
export { type FeedParser, openFeedParser } from './parse/feed-parser.ts';
export { type MarkupHandler, walkMarkup } from './parse/markup.ts';
export { readOpml } from './parse/read-opml.ts';

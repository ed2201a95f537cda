/** The writers of the feed room: documents of entries as RSS, Atom and JSON Feed. */
/** A door of its own, because who writes feeds need not load what reads other people's. */

import type { FeedDocument } from '../model/entry.ts';
import { writeAtom } from './atom.ts';
import { type CleanDocument, cleanDocument } from './clean.ts';
import type { FeedFormat } from './formats.ts';
import { writeJsonFeed } from './json-feed.ts';
import { writeRss } from './rss.ts';

/** One writer for each row of the table in formats.ts. */
const WRITERS: Readonly<Record<FeedFormat, (doc: CleanDocument) => string>> = {
  rss: writeRss,
  atom: writeAtom,
  json: writeJsonFeed,
};

/** A feed in one of the formats, UTF-8 text. Equal documents give equal bytes. Throws FeedUrlError for an address that is not absolute. */
export function generateFeed(format: FeedFormat, doc: FeedDocument): string {
  return WRITERS[format](cleanDocument(doc));
}

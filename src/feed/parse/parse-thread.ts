/** The thread in which foreign feeds are parsed, one after the other. */
/** Whoever started it ends it when a document takes too long or too much. */

import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import type { ForeignFeed } from '../../model/foreign-feed.ts';
import { FeedParseError } from '../errors.ts';
import { type FeedBytes, parseDocument } from './parse-document.ts';

/** `problem`: the sentence of a FeedParseError. `bug`: whatever else was thrown. */
export type ParseAnswer = { readonly feed: ForeignFeed } | { readonly problem: string } | { readonly bug: string };

parentPort?.on('message', (document: FeedBytes) => {
  parseDocument(document).then(
    (feed) => answer({ feed }),
    (error: unknown) =>
      answer(error instanceof FeedParseError ? { problem: error.problem } : { bug: messageOf(error) }),
  );
});

function answer(message: ParseAnswer): void {
  parentPort?.postMessage(message);
}

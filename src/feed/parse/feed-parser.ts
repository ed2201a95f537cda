/** Parsing foreign feeds beside the program: a thread that is kept while it behaves, and ended when it does not. */
/** One bad document costs its own answer, never that of the next. */

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ForeignFeed } from '../../model/foreign-feed.ts';
import { FeedParseError } from '../errors.ts';
import type { FeedBytes } from './parse-document.ts';
import type { ParseAnswer } from './parse-thread.ts';

/** An open parser. Must be closed. */
export interface FeedParser {
  /** RSS 0.9x to 2.0, RDF, Atom or JSON Feed. Documents are taken one after the other. Throws FeedParseError. */
  parse(document: FeedBytes): Promise<ForeignFeed>;
  close(): Promise<void>;
}

export interface FeedParserLimits {
  /** Milliseconds for one document. */
  readonly timeMs: number;
  /** Megabytes of heap. */
  readonly memoryMb: number;
}

const LIMITS: FeedParserLimits = { timeMs: 20_000, memoryMb: 384 };

export function openFeedParser(limits: FeedParserLimits = LIMITS): FeedParser {
  let thread: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const stop = async (): Promise<void> => {
    const running = thread;
    thread = undefined;
    await running?.terminate();
  };

  const parseNow = async (document: FeedBytes): Promise<ForeignFeed> => {
    thread ??= start(limits);
    const answer = await ask(thread, document, limits.timeMs);
    if ('feed' in answer) return answer.feed;
    if ('died' in answer) await stop();
    throw new FeedParseError('problem' in answer ? answer.problem : 'died' in answer ? answer.died : answer.bug);
  };

  return {
    parse(document) {
      const next = last.then(() => parseNow(document));
      last = next.catch(() => undefined); // its own caller is told; the next document has its own answer
      return next;
    },
    close: stop,
  };
}

function start({ memoryMb }: FeedParserLimits): Worker {
  const source = new URL(`./parse-thread${extname(import.meta.url)}`, import.meta.url);
  return new Worker(source, { resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
}

type Answer = ParseAnswer | { readonly died: string };

function ask(thread: Worker, document: FeedBytes, timeMs: number): Promise<Answer> {
  return new Promise((done) => {
    thread.ref();
    const finish = (answer: Answer): void => {
      clearTimeout(timer);
      thread.off('message', finish).off('error', fail).off('exit', end);
      thread.unref(); // an idle parser keeps nobody waiting
      done(answer);
    };
    const fail = ({ message }: Error) => finish({ died: `it took more memory than it may, or: ${message}` });
    const end = () => finish({ died: 'the parser ended' });
    const timer = setTimeout(() => finish({ died: `it took longer than ${timeMs / 1000} seconds` }), timeMs);
    thread.on('message', finish).on('error', fail).on('exit', end);
    thread.postMessage(document);
  });
}

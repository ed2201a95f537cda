/** Pagefind's indexer: records of one shard in, index files out. The one file that imports pagefind. */
/** Each indexer is a child process that may hang or die; every call has a time limit, and past it the child is killed. */

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../base/errors.ts';
import { SearchIndexError } from '../errors.ts';

/** One record of the index. */
export interface IndexRecord {
  readonly url: string;
  /** Well-formed UTF-16. */
  readonly content: string;
  /** Shown with a result; their words are found, too. */
  readonly meta: Readonly<Record<string, string>>;
  readonly filters: Readonly<Record<string, readonly string[]>>;
  readonly sort: Readonly<Record<string, string>>;
}

export interface IndexFile {
  /** Below the shard's folder. */
  readonly path: string;
  readonly content: Uint8Array;
}

export interface Indexer {
  /**
   * The index of these records, files sorted by path. Records are asked for as the child takes them. One shard at a time.
   * Throws SearchIndexError.
   */
  index(
    shard: string,
    records: Iterable<IndexRecord>,
    options: { readonly timeoutMs: number },
  ): Promise<readonly IndexFile[]>;
  /** Ends the child; a later shard starts a new one. */
  stop(): Promise<void>;
}

/** The files of an index that are data. Pagefind's own program is left out: `browser/search` reads them. */
const DATA = /^(?:pagefind-entry\.json|pagefind\.[^/]+\.pf_meta|(?:index|filter|fragment)\/[^/]+)$/;
/** How long a child that is not needed any more may take to say that it has started. */
const MOST_START_MS = 5000;
/** Characters that are on their way to the child at once. */
const BATCH = 256 * 1024;

/** An indexer with a child of its own, which starts at once. `lane` tells several from another. */
export async function openIndexer(lane: number): Promise<Indexer> {
  // Pagefind keeps one child for each instance of its module, so each lane loads its own.
  const address = `${import.meta.resolve('pagefind')}?lane=${lane}`;
  const { close, createIndex }: typeof import('pagefind') = await import(address);
  const start = () => {
    const made = createIndex({ forceLanguage: 'en' });
    made.catch(() => undefined); // heard of by the shard that needs it
    return made;
  };
  let ready: ReturnType<typeof start> | undefined = start();
  const stop = async (): Promise<void> => {
    const pending = ready;
    ready = undefined;
    // Ended before it has answered, the child would complain of the closed pipe on a stderr that is ours.
    await Promise.race([pending?.catch(() => undefined), sleep(MOST_START_MS, undefined, { ref: false })]);
    await close();
  };
  return {
    stop,
    async index(shard, records, { timeoutMs }) {
      const limit = <T>(work: Promise<T>): Promise<T> => withTimeout(shard, work, timeoutMs, stop);
      const made = ready ?? start();
      ready = undefined;
      const { index, errors } = await limit(made);
      if (index === undefined) throw new SearchIndexError(shard, errors.join('; '));
      const send = async (batch: readonly IndexRecord[]): Promise<void> => {
        const answers = await Promise.all(batch.map((record) => index.addCustomRecord(mutable(record))));
        const refused = answers.flatMap((answer) => answer.errors);
        if (refused.length > 0) throw new SearchIndexError(shard, refused.join('; '));
      };
      // The child works on one batch while the next is made.
      let sent = Promise.resolve();
      for (const batch of inBatches(records)) {
        const next = limit(Promise.all([sent, send(batch)])).then(() => {});
        await sent;
        sent = next;
      }
      await sent;
      const { files, errors: writeErrors } = await limit(index.getFiles());
      if (writeErrors.length > 0) throw new SearchIndexError(shard, writeErrors.join('; '));
      await limit(index.deleteIndex());
      return files.filter((file) => DATA.test(file.path)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
    },
  };
}

function* inBatches(records: Iterable<IndexRecord>): Generator<readonly IndexRecord[]> {
  let batch: IndexRecord[] = [];
  let size = 0;
  for (const record of records) {
    batch.push(record);
    size += record.content.length;
    if (size < BATCH) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch;
}

/** As pagefind's types want it. All of our text is English to Pagefind: it comes cut into tokens. */
function mutable(record: IndexRecord): Parameters<import('pagefind').PagefindIndex['addCustomRecord']>[0] {
  const filters = Object.fromEntries(Object.entries(record.filters).map(([name, values]) => [name, [...values]]));
  return { ...record, meta: { ...record.meta }, sort: { ...record.sort }, filters, language: 'en' };
}

async function withTimeout<T>(
  shard: string,
  work: Promise<T>,
  timeoutMs: number,
  stop: () => Promise<void>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new SearchIndexError(shard, `no answer within ${Math.round(timeoutMs / 1000)} s`));
      void stop();
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    if (error instanceof SearchIndexError) throw error;
    throw new SearchIndexError(shard, messageOf(error), error);
  } finally {
    clearTimeout(timer);
  }
}

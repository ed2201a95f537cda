/** Pagefind's indexer: pages of one shard in, index files out. The one file that imports pagefind. */
/** It is a child process that may hang or die; every call has a time limit, and past it the child is killed. */

import { close, createIndex } from 'pagefind';
import { messageOf } from '../../base/errors.ts';
import { SearchIndexError } from '../errors.ts';

/** One record of the index. */
export interface IndexDocument {
  readonly url: string;
  /** A whole HTML document, ours, well-formed UTF-16. */
  readonly html: string;
}

export interface IndexFile {
  /** Below the shard's folder. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** The part of an index that is data. */
const DATA = /^(?:pagefind-entry\.json|pagefind\.[^/]+\.pf_meta|(?:index|filter|fragment)\/[^/]+)$/;
/** What the browser runs. */
const PROGRAM = /^(?:pagefind\.js|pagefind-worker\.js|wasm\.[^/]+\.pagefind)$/;

/** The index of these documents, files sorted by path; with the browser's program when asked. Throws SearchIndexError. */
export async function indexDocuments(
  shard: string,
  documents: readonly IndexDocument[],
  options: { readonly withProgram: boolean; readonly timeoutMs: number },
): Promise<readonly IndexFile[]> {
  const limit = <T>(work: Promise<T>): Promise<T> => withTimeout(shard, work, options.timeoutMs);
  const { index, errors } = await limit(createIndex({ forceLanguage: 'en' }));
  if (index === undefined) throw new SearchIndexError(shard, errors.join('; '));
  const added = await limit(
    Promise.all(documents.map((document) => index.addHTMLFile({ url: document.url, content: document.html }))),
  );
  const refused = added.flatMap((answer) => answer.errors);
  if (refused.length > 0) throw new SearchIndexError(shard, refused.join('; '));
  const { files, errors: writeErrors } = await limit(index.getFiles());
  if (writeErrors.length > 0) throw new SearchIndexError(shard, writeErrors.join('; '));
  await limit(index.deleteIndex());
  return files
    .filter((file) => DATA.test(file.path) || (options.withProgram && PROGRAM.test(file.path)))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Ends the child. The next call starts a new one. */
export async function stopIndexer(): Promise<void> {
  await close();
}

async function withTimeout<T>(shard: string, work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new SearchIndexError(shard, `no answer within ${Math.round(timeoutMs / 1000)} s`));
      void close();
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

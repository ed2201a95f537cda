/** What is rendered on any thread: a row for each kind of job. */
/** The same functions run on the main thread and in workers, so where one runs cannot change a byte. */

import type { EncodedHtml } from '../../base/html.ts';
import { generateOpml } from '../../feed/opml.ts';
import { renderDocument } from './document.ts';
import { type FeedJob, type FeedResult, runFeedJob } from './feed-job.ts';
import { type RenderJob, type RenderResult, runRenderJob } from './render-job.ts';

/** Plain data in, plain data out: both are copied between threads. */
interface Kinds {
  readonly page: { readonly job: RenderJob; readonly result: RenderResult };
  readonly feed: { readonly job: FeedJob; readonly result: FeedResult };
  /** Markdown of a page that people wrote. */
  readonly document: { readonly job: string; readonly result: EncodedHtml };
  /** A list of feeds. */
  readonly opml: { readonly job: Parameters<typeof generateOpml>[0]; readonly result: string };
}

export type JobKind = keyof Kinds;
export type JobOf<Kind extends JobKind> = Kinds[Kind]['job'];
export type ResultOf<Kind extends JobKind> = Kinds[Kind]['result'];

const ROWS: { readonly [Kind in JobKind]: (job: JobOf<Kind>) => ResultOf<Kind> } = {
  page: runRenderJob,
  feed: runFeedJob,
  document: renderDocument,
  opml: generateOpml,
};

/** A job with the name of its row. */
export interface NamedJob<Kind extends JobKind = JobKind> {
  readonly kind: Kind;
  readonly job: JobOf<Kind>;
}

export function runJob<Kind extends JobKind>({ kind, job }: NamedJob<Kind>): ResultOf<Kind> {
  return ROWS[kind](job);
}

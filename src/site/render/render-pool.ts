/** Shares rendering between the threads of this machine. */
/** The main thread renders only what no thread is worth: it would load and warm up the renderer a second time. */

import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { RenderFailedError } from '../errors.ts';
import type { FeedJob, FeedResult } from './feed-job.ts';
import { type Lane, openLane } from './lane.ts';
import { type RenderJob, type RenderResult, runRenderJob } from './render-job.ts';

export interface RenderPool {
  /** `weight`: raw bytes of the page, to keep the threads level. Throws RenderFailedError, ThreadDiedError. */
  render(job: RenderJob, weight: number): Promise<RenderResult>;
  /** The same for the documents of a feed. */
  feed(job: FeedJob, weight: number): Promise<FeedResult>;
  close(): Promise<void>;
}

/** Fewer turns than this are rendered sooner than a thread has started. */
const WORTH_A_THREAD = 1500;
const MOST_THREADS = 8;

export interface RenderPoolOptions {
  readonly threads?: number;
  /** The thread's program. The extension is .ts here and .js in the published package. */
  readonly file?: URL;
}

/** `turns`: how many there are to render, more or less. */
export function createRenderPool(turns: number, options: RenderPoolOptions = {}): RenderPool {
  const { threads = Math.min(MOST_THREADS, Math.max(1, availableParallelism() - 1)) } = options;
  const { file = new URL(`./render-worker${extname(import.meta.url)}`, import.meta.url) } = options;
  const count = Math.min(threads, Math.floor(turns / WORTH_A_THREAD));
  const lanes = Array.from({ length: count }, () =>
    openLane<RenderJob | FeedJob, RenderResult | FeedResult>(file, {
      job: 'rendering pages',
      failure: (problem) => new RenderFailedError(problem),
    }),
  );
  return {
    async render(job, weight) {
      const lane = leastBusy(lanes);
      if (lane === undefined) return runHere(() => runRenderJob(job));
      // What a thread answers is of the kind that it was asked for.
      return (await lane.run(job, weight)) as RenderResult;
    },
    async feed(job, weight) {
      const lane = leastBusy(lanes);
      if (lane !== undefined) return (await lane.run(job, weight)) as FeedResult;
      const { runFeedJob } = await import('./feed-job.ts');
      return runHere(() => runFeedJob(job));
    },
    close: async () => void (await Promise.all(lanes.map((lane) => lane.close()))),
  };
}

type RenderLane = Lane<RenderJob | FeedJob, RenderResult | FeedResult>;

function leastBusy(lanes: readonly RenderLane[]): RenderLane | undefined {
  let best = lanes[0];
  for (const lane of lanes) if (best !== undefined && lane.waiting() < best.waiting()) best = lane;
  return best;
}

function runHere<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw new RenderFailedError(error instanceof Error ? error.message : String(error), error);
  }
}

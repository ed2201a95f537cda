/** Shares rendering between the threads of this machine. */
/** The main thread renders only what no thread is worth: it would load and warm up the renderer a second time. */

import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { RenderFailedError } from '../errors.ts';
import type { JobKind, JobOf, NamedJob, ResultOf } from './jobs.ts';
import { type Lane, openLane } from './lane.ts';

export interface RenderPool {
  /** `weight`: raw bytes of what is rendered, to keep the threads level. Throws RenderFailedError, ThreadDiedError. */
  run<Kind extends JobKind>(kind: Kind, job: JobOf<Kind>, weight: number): Promise<ResultOf<Kind>>;
  close(): Promise<void>;
}

/** Fewer turns than this are rendered sooner than a thread has started. */
export const WORTH_A_THREAD = 1500;
const MOST_THREADS = 8;

export interface RenderPoolOptions {
  readonly threads?: number;
  /** The thread's program. The extension is .ts here and .js in the published package. */
  readonly file?: URL;
}

/** Threads that were started ahead and have nothing to do yet. */
const resting: RenderLane[] = [];

/** Starts the threads before it is known what there will be for them: they load while others wait. */
export function readyRenderers(): void {
  while (resting.length < beside()) {
    const lane = startThread(PROGRAM);
    lane.rest();
    resting.push(lane);
  }
}

/** `turns`: how many there are to render, more or less. */
export function createRenderPool(turns: number, options: RenderPoolOptions = {}): RenderPool {
  const { threads = beside(), file = PROGRAM } = options;
  const count = Math.min(threads, Math.floor(turns / WORTH_A_THREAD));
  const ready = file === PROGRAM ? resting.splice(0, count) : [];
  for (const lane of ready) lane.wake();
  const lanes = [...ready, ...Array.from({ length: count - ready.length }, () => startThread(file))];
  return {
    async run<Kind extends JobKind>(kind: Kind, job: JobOf<Kind>, weight: number) {
      const lane = leastBusy(lanes);
      // What a thread answers is of the kind that it was asked for.
      if (lane !== undefined) return (await lane.run({ kind, job }, weight)) as ResultOf<Kind>;
      const { runJob } = await import('./jobs.ts');
      return runHere(() => runJob({ kind, job }));
    },
    close: async () => void (await Promise.all(lanes.map((lane) => lane.close()))),
  };
}

type RenderLane = Lane<NamedJob, ResultOf<JobKind>>;

const PROGRAM = new URL(`./render-worker${extname(import.meta.url)}`, import.meta.url);

/** As many threads as there is room for beside this one. */
function beside(): number {
  return Math.min(MOST_THREADS, Math.max(1, availableParallelism() - 1));
}

function startThread(file: URL): RenderLane {
  return openLane(file, { job: 'rendering pages', failure: (problem) => new RenderFailedError(problem) });
}

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

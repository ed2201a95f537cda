/** Shares rendering between the main thread and one worker. */
/** Bounded: when the worker has enough to do, the main thread renders the page itself instead of waiting. */

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { RenderFailedError } from '../errors.ts';
import { type RenderJob, type RenderResult, runRenderJob } from './render-job.ts';

export interface RenderPool {
  /** `weight`: raw bytes of the page, to keep the two threads level. */
  render(job: RenderJob, weight: number): Promise<RenderResult>;
  close(): Promise<void>;
}

/** Raw bytes that may wait for the worker. */
const MOST_WAITING = 1536 * 1024;
/** Fewer turns than this are rendered sooner than a thread has started. */
const WORTH_A_THREAD = 1500;

/** `turns`: how many there are to render, more or less. */
export function createRenderPool(turns: number): RenderPool {
  const lane = turns < WORTH_A_THREAD ? undefined : openLane();
  return {
    async render(job, weight) {
      if (lane === undefined || lane.waiting() + weight > MOST_WAITING) return runRenderJob(job);
      return lane.run(job, weight);
    },
    close: async () => lane?.close(),
  };
}

interface Lane {
  waiting(): number;
  run(job: RenderJob, weight: number): Promise<RenderResult>;
  close(): Promise<void>;
}

interface Answer {
  readonly result?: RenderResult;
  readonly problem?: string;
}

function openLane(): Lane {
  // The extension is .ts here and .js in the published package.
  const file = new URL(`./render-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: 160, maxYoungGenerationSizeMb: 12 } });
  const open: { readonly weight: number; readonly done: (answer: Answer) => void }[] = [];
  let waiting = 0;
  let dead: string | undefined;
  const fail = (problem: string): void => {
    dead ??= problem;
    for (const job of open.splice(0)) job.done({ problem });
  };
  worker.on('message', (answer: Answer) => {
    const job = open.shift();
    waiting -= job?.weight ?? 0;
    job?.done(answer);
  });
  worker.on('error', (error) => fail(error.message));
  worker.on('exit', (code) => fail(`the thread ended with code ${code}`));
  return {
    waiting: () => waiting,
    run: (job, weight) =>
      new Promise((resolve, reject) => {
        if (dead !== undefined) {
          reject(new RenderFailedError(dead));
          return;
        }
        waiting += weight;
        open.push({
          weight,
          done: ({ result, problem }) => {
            if (result === undefined) reject(new RenderFailedError(problem ?? 'no answer'));
            else resolve(result);
          },
        });
        worker.postMessage(job);
      }),
    async close() {
      await worker.terminate();
    },
  };
}

/** A thread that takes jobs one after the other and answers in their order. */
/** Threads die (memory, a crash in native code): one is started once more and its open jobs are repeated, so one death costs nothing. */

import { Worker } from 'node:worker_threads';
import { ThreadDiedError } from '../errors.ts';

export interface Lane<Job, Result> {
  /** Weight of the jobs that have no answer yet. */
  waiting(): number;
  /** Rejects with what the thread says of this job, or with ThreadDiedError once it has died twice. */
  run(job: Job, weight: number): Promise<Result>;
  close(): Promise<void>;
  /** While it rests, the process may end without closing it. */
  rest(): void;
  wake(): void;
}

/** What a thread sends for each job: its result, or what went wrong with it. */
export type Answer<Result> = { readonly result: Result } | { readonly problem: string };

export interface LaneOptions {
  /** What the thread does, in words, for errors. */
  readonly job: string;
  readonly workerData?: unknown;
  /** What a problem becomes. */
  readonly failure: (problem: string) => Error;
}

/** How often a thread may die without ending the build. */
const LIVES = 2;

/** A thread without limits lets garbage lie: it then takes several times the memory that it needs. */
const LIMITS = { maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: 224 };

interface OpenJob<Job, Result> {
  readonly job: Job;
  readonly weight: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

export function openLane<Job, Result>(file: URL, options: LaneOptions): Lane<Job, Result> {
  let open: OpenJob<Job, Result>[] = [];
  let waiting = 0;
  let lives = LIVES;
  let dead: ThreadDiedError | undefined;
  let closed = false;
  let worker = start();

  function start(): Worker {
    const made = new Worker(file, {
      workerData: options.workerData,
      resourceLimits: LIMITS,
      // What libraries print goes nowhere: only the command line speaks.
      stdout: true,
      stderr: true,
    });
    // @NOTE: A line that waits for somebody to read it keeps the process alive for ever, also while the thread rests.
    made.stdout.destroy();
    made.stderr.destroy();
    let ended = false;
    const end = (problem: string, cause?: unknown): void => {
      if (ended || closed) return;
      ended = true;
      lives--;
      if (lives > 0) {
        worker = start();
        for (const { job } of open) worker.postMessage(job);
        return;
      }
      dead = new ThreadDiedError(options.job, problem, cause);
      for (const { reject } of open) reject(dead);
      open = [];
    };
    made.on('message', (answer: Answer<Result>) => {
      const job = open.shift();
      if (job === undefined) return;
      waiting -= job.weight;
      if ('result' in answer) job.resolve(answer.result);
      else job.reject(options.failure(answer.problem));
    });
    made.on('error', (error) => end(error.message, error));
    made.on('exit', (code) => end(`it ended with code ${code}`));
    return made;
  }

  return {
    waiting: () => waiting,
    run: (job, weight) =>
      new Promise((resolve, reject) => {
        if (dead !== undefined) {
          reject(dead);
          return;
        }
        waiting += weight;
        open.push({ job, weight, resolve, reject });
        worker.postMessage(job);
      }),
    async close() {
      closed = true;
      await worker.terminate();
    },
    rest: () => worker.unref(),
    wake: () => worker.ref(),
  };
}

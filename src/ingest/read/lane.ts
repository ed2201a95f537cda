/** One reading thread: tasks in, results out, in order. A thread that dies is started again. */
/** What killed it is tried once more; a second time that source has failed, and the others go on. */

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import type { RedactOptions } from '../../secrets/secrets.ts';
import { ReaderFailedError } from '../errors.ts';
import type { ReadResult, ReadTask } from './read-part.ts';
import type { FromWorker, ToWorker } from './worker.ts';

export interface Lane {
  /** Bytes that were given to it and have not come back. */
  readonly load: number;
  start(task: ReadTask, size: number): Stream;
  close(): Promise<void>;
}

/** Results of one task, as they come. */
export class Stream {
  readonly task: ReadTask;
  readonly size: number;
  /** Results that have come. */
  count = 0;
  /** Threads that died over it. */
  deaths = 0;
  readonly #say: () => void;
  readonly #results: ReadResult[] = [];
  #failure: ReaderFailedError | undefined;
  #wake: (() => void) | undefined;

  /** `say`: asks for the next part. */
  constructor(task: ReadTask, size: number, say: () => void = () => {}) {
    this.task = task;
    this.size = size;
    this.#say = say;
  }

  push(result: ReadResult): void {
    this.count++;
    this.#results.push(result);
    this.#wake?.();
  }

  fail(error: ReaderFailedError): void {
    this.#failure = error;
    this.#wake?.();
  }

  /** Whether `next` answers at once. */
  isReady(): boolean {
    return this.#results.length > 0 || this.#failure !== undefined;
  }

  /** Throws ReaderFailedError when there are no threads to be had. */
  async next(): Promise<ReadResult> {
    for (;;) {
      const result = this.#results.shift();
      if (result !== undefined) return result;
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  taken(): void {
    this.#say();
  }
}

/** Deaths one after the other, without a result between them, after which no thread is started any more. */
const MOST_DEATHS = 4;

/** What a lane needs of a thread. */
export type Thread = Pick<Worker, 'on' | 'postMessage' | 'terminate'>;

/** Must be closed. `start`: for tests, another thread. */
export function openLane(redact: RedactOptions, start: (redact: RedactOptions) => Thread = startWorker): Lane {
  const open: Stream[] = [];
  let worker = startThread();
  let load = 0;
  let deaths = 0;
  let closed = false;

  function startThread(): Thread {
    const thread = start(redact);
    let cause: unknown;
    thread.on('message', take);
    thread.on('error', (error) => {
      cause = error;
    });
    thread.on('exit', (code) => restart(cause ?? new Error(`exit code ${code}`)));
    return thread;
  }

  function take(message: FromWorker): void {
    deaths = 0;
    const stream = open[0];
    if (stream === undefined) return;
    if ('failed' in message || message.part.last) finish();
    stream.push(message);
  }

  function finish(): void {
    load -= open.shift()?.size ?? 0;
  }

  function restart(cause: unknown): void {
    if (closed) return;
    deaths++;
    const stream = open[0];
    if (deaths > MOST_DEATHS) {
      for (const each of open) each.fail(new ReaderFailedError(cause));
      return;
    }
    if (stream !== undefined && (stream.count > 0 || ++stream.deaths > 1)) {
      finish();
      stream.push({ failed: `the thread that read it ended: ${messageOf(cause)}` });
    }
    worker = startThread();
    for (const { task } of open) say({ task });
  }

  function say(message: ToWorker): void {
    worker.postMessage(message);
  }

  return {
    get load() {
      return load;
    },
    start(task, size) {
      const stream = new Stream(task, size, () => say({ taken: true }));
      open.push(stream);
      load += size;
      say({ task });
      return stream;
    },
    async close() {
      closed = true;
      await worker.terminate();
    },
  };
}

function startWorker(redact: RedactOptions): Thread {
  const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
  return new Worker(file, { workerData: { redact }, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
}

/** Space for short-lived objects in a thread: half of the usual, a hundred megabytes less in use, and no slower. */
const YOUNG_MB = 16;

/** Reads many sources, in order: in this thread, or ahead in others while this one writes. */
/** How much is read ahead is bounded in bytes, so memory does not follow the size of the job. */

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import type { RedactOptions } from '../../secrets/secrets.ts';
import { ReaderFailedError } from '../errors.ts';
import type { Importer } from '../kit/importer.ts';
import type { ReadPart, ReadTask } from './read-source.ts';
import type { FromWorker, ToWorker } from './worker.ts';

/** A task, and how many bytes reading it will take. */
export interface SizedTask {
  readonly task: ReadTask;
  readonly bytes: number;
}

/** One part of a source, or why it could not be read any further. */
export type ReadResult = { readonly part: ReadPart } | { readonly failed: string };

/** Must be closed. */
export interface Readers {
  /** Results of each task, in the order of the tasks. Throws ReaderFailedError when a thread dies. */
  read<T extends SizedTask>(tasks: readonly T[]): AsyncGenerator<{ readonly source: T; readonly result: ReadResult }>;
  close(): Promise<void>;
}

/** Reads in this thread. Rules and importers are loaded on first use: an unchanged run never pays for them. */
export function createLocalReaders(importers: readonly Importer[], redact: RedactOptions): Readers {
  return {
    async *read(tasks) {
      const { readSource } = await import('./read-source.ts');
      const { createRedactor } = await import('../../secrets/secrets.ts');
      const redactor = await createRedactor(redact);
      for (const source of tasks) {
        const { task } = source;
        const importer = importers.find((each) => each.id === task.importer);
        try {
          if (importer === undefined) throw new TypeError(`no importer is called ${task.importer}`);
          for await (const part of readSource(task, importer, redactor)) yield { source, result: { part } };
        } catch (error) {
          yield { source, result: { failed: messageOf(error) } };
        }
      }
    },
    close: async () => {},
  };
}

/** Reads in `count` threads, each taking the next task when it has done one. */
export function createThreadReaders(count: number, redact: RedactOptions): Readers {
  const lanes = Array.from({ length: count }, () => openLane(redact));
  return {
    async *read(tasks) {
      const streams: Stream[] = [];
      let ahead = 0;
      const pump = () => {
        for (let next = tasks[streams.length]; next !== undefined; next = tasks[streams.length]) {
          const size = Math.min(next.bytes, AHEAD_BYTES);
          if (streams.length > 0 && ahead + size > AHEAD_BYTES) return;
          ahead += size;
          const lane = lanes.reduce((a, b) => (b.load < a.load ? b : a));
          streams.push(lane.start(next.task, size));
        }
      };
      for (let i = 0; i < tasks.length; i++) {
        pump();
        const [stream, source] = [streams[i], tasks[i]];
        if (stream === undefined || source === undefined) return;
        for (let done = false; !done; ) {
          const result = await stream.next();
          done = 'failed' in result || result.part.last;
          if (done) {
            ahead -= stream.size;
            pump();
          }
          yield { source, result };
          if (!done) stream.taken();
        }
      }
    },
    close: async () => {
      await Promise.all(lanes.map((lane) => lane.worker.terminate()));
    },
  };
}

interface Stream {
  readonly size: number;
  next(): Promise<ReadResult>;
  taken(): void;
}

interface Lane {
  readonly worker: Worker;
  /** Bytes that were given to it and have not come back. */
  readonly load: number;
  start(task: ReadTask, size: number): Stream;
}

function openLane(redact: RedactOptions): Lane {
  const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, { workerData: { redact }, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
  const open: Queue[] = [];
  let dead: ReaderFailedError | undefined;
  let load = 0;
  const fail = (cause: unknown) => {
    dead ??= new ReaderFailedError(cause);
    for (const queue of open.splice(0)) queue.fail(dead);
  };
  worker.on('message', (message: FromWorker) => {
    const queue = open[0];
    if (queue === undefined) return;
    if ('failed' in message || message.part.last) {
      open.shift();
      load -= queue.size;
    }
    queue.push(message);
  });
  worker.on('error', fail);
  worker.on('messageerror', fail);
  worker.on('exit', (code) => fail(new Error(`exit code ${code}`)));
  const say = (message: ToWorker) => worker.postMessage(message);
  return {
    worker,
    get load() {
      return load;
    },
    start(task, size) {
      const queue = new Queue(size);
      if (dead !== undefined) queue.fail(dead);
      else {
        open.push(queue);
        load += size;
        say({ task });
      }
      return { size, next: () => queue.next(), taken: () => say({ taken: true }) };
    },
  };
}

/** Results that have come and are not taken yet, or the one who waits for the next. */
class Queue {
  readonly size: number;
  private readonly results: ReadResult[] = [];
  private failure: ReaderFailedError | undefined;
  private waiting: (() => void) | undefined;

  constructor(size: number) {
    this.size = size;
  }

  push(result: ReadResult): void {
    this.results.push(result);
    this.waiting?.();
  }

  fail(error: ReaderFailedError): void {
    this.failure = error;
    this.waiting?.();
  }

  async next(): Promise<ReadResult> {
    for (;;) {
      const result = this.results.shift();
      if (result !== undefined) return result;
      if (this.failure !== undefined) throw this.failure;
      await new Promise<void>((resolve) => (this.waiting = resolve));
    }
  }
}

/** Bytes of sources that are read ahead of the writer, all threads together. */
const AHEAD_BYTES = 16 * 1024 * 1024;
/** Space for short-lived objects in a thread: half of the usual, a hundred megabytes less in use, and no slower. */
const YOUNG_MB = 16;

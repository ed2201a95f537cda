/** Reads many sources, in order: in threads ahead of the one that writes, and where it is much, in that one while it waits. */
/** How much is read ahead is bounded in bytes, so memory does not follow the size of the job. */

import { setImmediate } from 'node:timers/promises';
import { messageOf } from '../../base/errors.ts';
import type { RedactOptions } from '../../secrets/secrets.ts';
import { IMPORTERS } from '../importers/importers.ts';
import type { Importer } from '../kit/importer.ts';
import { type Lane, openLane, Stream } from './lane.ts';
import type { ReadResult, ReadTask } from './read-part.ts';

/** A task, and how many bytes reading it will take. */
export interface SizedTask {
  readonly task: ReadTask;
  readonly bytes: number;
}

/** Must be closed. */
export interface Readers {
  /** Results of each task, in the order of the tasks. Throws ReaderFailedError when threads die whatever they are given. */
  read<T extends SizedTask>(tasks: readonly T[]): AsyncGenerator<{ readonly source: T; readonly result: ReadResult }>;
  close(): Promise<void>;
}

/** Reads in this thread. Rules and importers are loaded on first use: an unchanged run never pays for them. */
export function createLocalReaders(importers: readonly Importer[], redact: RedactOptions): Readers {
  const readHere = createLocalReader(importers, redact);
  return {
    async *read(tasks) {
      for (const source of tasks) for await (const result of readHere(source.task)) yield { source, result };
    },
    close: async () => {},
  };
}

type LocalReader = (task: ReadTask) => AsyncGenerator<ReadResult>;

function createLocalReader(importers: readonly Importer[], redact: RedactOptions): LocalReader {
  let loaded:
    | Promise<
        readonly [
          typeof import('./read-source.ts'),
          typeof import('./keep-all.ts'),
          typeof import('../../secrets/secrets.ts'),
        ]
      >
    | undefined;
  let redactor: ReturnType<typeof import('../../secrets/secrets.ts').createRedactor> | undefined;
  return async function* readHere(task) {
    loaded ??= Promise.all([import('./read-source.ts'), import('./keep-all.ts'), import('../../secrets/secrets.ts')]);
    const [{ readSource }, { settlePart }, { createRedactor }] = await loaded;
    redactor ??= createRedactor(redact);
    const importer = importers.find((each) => each.id === task.importer);
    try {
      if (importer === undefined) throw new TypeError(`no importer is called ${task.importer}`);
      for await (const pending of readSource(task, importer, await redactor)) yield { part: await settlePart(pending) };
    } catch (error) {
      yield { failed: messageOf(error) };
    }
  };
}

/**
 * Reads in `count` threads, each taking the next task when it has done one. Of many bytes some are read here, too, when the next result is
 * not there yet; of few none, because each thread has to compile what reads, and that costs as much as reading them.
 */
export function createThreadReaders(count: number, redact: RedactOptions): Readers {
  const lanes = Array.from({ length: count }, () => openLane(redact));
  const readHere = createLocalReader(IMPORTERS, redact);
  return {
    read: (tasks) => {
      const bytes = tasks.reduce((sum, each) => sum + each.bytes, 0);
      return readAhead(tasks, lanes, bytes < WORTH_BYTES ? undefined : readHere);
    },
    close: async () => {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

async function* readAhead<T extends SizedTask>(
  tasks: readonly T[],
  lanes: readonly Lane[],
  readHere: LocalReader | undefined,
): AsyncGenerator<{ readonly source: T; readonly result: ReadResult }> {
  const streams = new Map<number, Stream>();
  let next = 0;
  let ahead = 0;
  /** The next task, when there is room for it: it counts until its last result was taken. */
  const claim = (most: number): { readonly at: number; readonly task: ReadTask; readonly size: number } | undefined => {
    const source = tasks[next];
    if (source === undefined) return undefined;
    const size = Math.min(source.bytes, AHEAD_BYTES);
    if (size > most || (ahead > 0 && ahead + size > AHEAD_BYTES)) return undefined;
    ahead += size;
    return { at: next++, task: source.task, size };
  };
  const post = (): void => {
    for (;;) {
      const lane = lanes.reduce((a, b) => (b.load < a.load ? b : a));
      const claimed = lane.load >= LANE_BYTES ? undefined : claim(AHEAD_BYTES);
      if (claimed === undefined) return;
      streams.set(claimed.at, lane.start(claimed.task, claimed.size));
    }
  };
  /** False: there is nothing small enough to be read meanwhile. */
  const readOne = async (): Promise<boolean> => {
    const claimed = readHere === undefined ? undefined : claim(HERE_BYTES);
    if (readHere === undefined || claimed === undefined) return false;
    const stream = new Stream(claimed.task, claimed.size);
    streams.set(claimed.at, stream);
    for await (const result of readHere(claimed.task)) stream.push(result);
    await setImmediate(); // what threads have sent meanwhile comes in
    return true;
  };
  for (const [i, source] of tasks.entries()) {
    post();
    const stream = streams.get(i);
    if (stream === undefined) throw new TypeError('a task was passed over');
    for (let done = false; !done; ) {
      while (!stream.isReady() && (await readOne())) post();
      const result = await stream.next();
      done = 'failed' in result || result.part.last;
      if (done) {
        ahead -= stream.size;
        streams.delete(i);
        post();
      }
      yield { source, result };
      if (!done) stream.taken();
    }
  }
}

/** Bytes of sources that are read ahead of the writer, all threads together. */
const AHEAD_BYTES = 16 * 1024 * 1024;
/** Bytes that a thread is given at once: enough to keep it busy while this one writes. */
const LANE_BYTES = 8 * 1024 * 1024;
/** Below this the thread that writes only writes. */
const WORTH_BYTES = 128 * 1024 * 1024;
/** A larger source is not read here: threads would wait for this one to write. */
const HERE_BYTES = 2 * 1024 * 1024;

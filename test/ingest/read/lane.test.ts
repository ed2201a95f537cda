import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ReaderFailedError } from '../../../src/ingest/errors.ts';
import { openLane, type Thread } from '../../../src/ingest/read/lane.ts';
import type { ReadPart, ReadResult, ReadTask } from '../../../src/ingest/read/read-part.ts';
import type { ToWorker } from '../../../src/ingest/read/worker.ts';

const redact = { words: [], personal: false, knownValues: [] };

/** A thread that does with each task what the test says, one after the other. */
class FakeThread extends EventEmitter {
  readonly #act: (task: ReadTask, thread: FakeThread) => void;
  #dead = false;

  constructor(act: (task: ReadTask, thread: FakeThread) => void) {
    super();
    this.#act = act;
  }

  postMessage(message: ToWorker): void {
    if ('task' in message) setImmediate(() => this.#dead || this.#act(message.task, this));
  }

  answer(result: ReadResult): void {
    if (!this.#dead) this.emit('message', result);
  }

  die(): void {
    if (this.#dead) return;
    this.#dead = true;
    this.emit('error', new Error('out of memory'));
    this.emit('exit', 1);
  }

  async terminate(): Promise<number> {
    this.#dead = true;
    return 0;
  }
}

const taskOf = (path: string): ReadTask => ({
  path,
  root: '/',
  importer: 'x',
  from: 0,
  firstLine: 1,
  settle: false,
  nowMs: 0,
});
const partOf = (task: ReadTask, last = true): ReadResult => ({ part: { guard: task.path, last } as ReadPart });

function laneOf(act: (task: ReadTask, thread: FakeThread) => void) {
  return openLane(redact, () => new FakeThread(act) as unknown as Thread);
}

describe('a reading thread', () => {
  it('that dies is started again, and reads what it was at once more', async () => {
    let died = false;
    const lane = laneOf((task, thread) => {
      if (task.path === 'b' && !died) {
        died = true;
        thread.die();
      } else thread.answer(partOf(task));
    });
    const streams = ['a', 'b', 'c'].map((path) => lane.start(taskOf(path), 10));
    const results = await Promise.all(streams.map((stream) => stream.next()));
    expect(results).toMatchObject(['a', 'b', 'c'].map((guard) => ({ part: { guard } })));
    expect(lane.load).toBe(0);
  });

  it('gives up a source over which it dies twice, and goes on with the others', async () => {
    const lane = laneOf((task, thread) => (task.path === 'b' ? thread.die() : thread.answer(partOf(task))));
    const streams = ['a', 'b', 'c'].map((path) => lane.start(taskOf(path), 10));
    const results = await Promise.all(streams.map((stream) => stream.next()));
    expect(results).toMatchObject([
      { part: { guard: 'a' } },
      { failed: 'the thread that read it ended: out of memory' },
      { part: { guard: 'c' } },
    ]);
  });

  it('does not read a source again of which a part was given out', async () => {
    const lane = laneOf((task, thread) => {
      thread.answer(partOf(task, false));
      thread.die();
    });
    const stream = lane.start(taskOf('a'), 10);
    expect(await stream.next()).toMatchObject({ part: { guard: 'a', last: false } });
    expect(await stream.next()).toMatchObject({ failed: /ended/ });
  });

  it('is not started for ever: when every one dies, the run ends', async () => {
    let started = 0;
    const lane = openLane(redact, () => {
      started++;
      return new FakeThread((_, thread) => thread.die()) as unknown as Thread;
    });
    const streams = Array.from({ length: 20 }, (_, i) => lane.start(taskOf(String(i)), 1));
    const ends = await Promise.allSettled(streams.map((stream) => stream.next()));
    expect(ends.at(-1)).toMatchObject({ reason: expect.any(ReaderFailedError) as unknown });
    expect(started).toBeLessThan(10);
  });
});

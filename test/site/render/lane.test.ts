/** A thread that dies is started once more, and its jobs are repeated; a second death ends the build. */
/** With a thread that dies on purpose. */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RenderFailedError, ThreadDiedError } from '../../../src/site/errors.ts';
import { createGate } from '../../../src/site/render/gate.ts';
import { type Lane, openLane } from '../../../src/site/render/lane.ts';

let folder: string;
let lane: Lane<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turnpress-lane-'));
});
afterEach(async () => {
  await lane.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(deaths: number): Lane<string, string> {
  lane = openLane<string, string>(new URL('./dying-thread.ts', import.meta.url), {
    job: 'testing',
    workerData: { file: join(folder, 'starts'), deaths },
    failure: (problem) => new RenderFailedError(problem),
  });
  return lane;
}

describe('a thread', () => {
  it('answers each job in its order, and says what is wrong with one', async () => {
    open(0);
    const answers = await Promise.allSettled(['one', 'bad', 'two'].map((word) => lane.run(word, 1)));
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason))).toEqual([
      'ONE',
      new RenderFailedError('no such word'),
      'TWO',
    ]);
  });

  it('that dies once loses nothing', async () => {
    open(1);
    expect(await Promise.all(['one', 'two', 'three'].map((word) => lane.run(word, 1)))).toEqual([
      'ONE',
      'TWO',
      'THREE',
    ]);
    expect(lane.waiting()).toBe(0);
  });

  it('that dies twice fails its jobs and every later one at once', async () => {
    open(2);
    const first = await Promise.allSettled(['one', 'two'].map((word) => lane.run(word, 1)));
    for (const answer of first)
      expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(ThreadDiedError) });
    await expect(lane.run('three', 1)).rejects.toThrow('the thread for testing died twice');
  });
});

describe('a thread that rests', () => {
  it('lets the process end, whatever its libraries printed', async () => {
    open(0);
    const program = fileURLToPath(new URL('./printing-thread.ts', import.meta.url));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program]);
    expect({ stdout, stderr }).toEqual({ stdout: 'ONE', stderr: '' });
  });
});

describe('a gate', () => {
  it('lets in what there is room for, and one thing that is larger than all room', async () => {
    open(0);
    let hurried = 0;
    const gate = createGate(10, () => void hurried++);
    await gate.enter(6);
    let inside = false;
    const second = gate.enter(30).then(() => {
      inside = true;
    });
    await Promise.resolve();
    expect([inside, hurried]).toEqual([false, 1]);
    gate.leave(6);
    await second;
    expect(inside).toBe(true);
  });
});

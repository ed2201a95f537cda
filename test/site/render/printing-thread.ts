/** Opens a lane whose thread prints, asks it one thing and lets it rest: then this program has nothing left to do. */
/** Started by lane.test.ts as a process of its own, which has to end by itself. */

import { isMainThread, parentPort } from 'node:worker_threads';
import { openLane } from '../../../src/site/render/lane.ts';

if (isMainThread) {
  const lane = openLane<string, string>(new URL(import.meta.url), {
    job: 'printing',
    failure: (problem) => new Error(problem),
  });
  process.stdout.write(await lane.run('one', 1));
  lane.rest();
} else {
  parentPort?.on('message', (job: string) => {
    process.stdout.write('said by a library, to stdout\n');
    process.stderr.write('said by a library, to stderr\n');
    // Behind what was printed, so that it arrived when the answer does.
    setImmediate(() => parentPort?.postMessage({ result: job.toUpperCase() }));
  });
}

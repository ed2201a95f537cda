/** The thread that renders pages while the main thread reads, writes and fills shells. */
/** One job in, one result out, in order. */

import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import { type RenderJob, runRenderJob } from './render-job.ts';

parentPort?.on('message', (job: RenderJob) => {
  try {
    parentPort?.postMessage({ result: runRenderJob(job) });
  } catch (error) {
    parentPort?.postMessage({ problem: messageOf(error) });
  }
});

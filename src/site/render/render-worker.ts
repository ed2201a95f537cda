/** The thread that renders while the main thread reads and keeps. */
/** One job in, one result out, in order. */

import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import { type NamedJob, runJob } from './jobs.ts';

parentPort?.on('message', (job: NamedJob) => {
  try {
    parentPort?.postMessage({ result: runJob(job) });
  } catch (error) {
    parentPort?.postMessage({ problem: messageOf(error) });
  }
});

/** The thread that renders pages and feeds while the main thread reads and keeps. */
/** One job in, one result out, in order. */

import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import { type FeedJob, runFeedJob } from './feed-job.ts';
import { type RenderJob, runRenderJob } from './render-job.ts';

parentPort?.on('message', (job: RenderJob | FeedJob) => {
  try {
    parentPort?.postMessage({ result: 'documents' in job ? runFeedJob(job) : runRenderJob(job) });
  } catch (error) {
    parentPort?.postMessage({ problem: messageOf(error) });
  }
});

/** A thread that dies at its first job, or at every job: which, and how often it started, stands in a file. */
/** For the tests of lanes only. */

import { appendFileSync, readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const { file, deaths } = workerData as { readonly file: string; readonly deaths: number };
appendFileSync(file, 'x');
const starts = readFileSync(file, 'utf8').length;

parentPort?.on('message', (job: string) => {
  if (starts <= deaths) process.exit(7);
  parentPort?.postMessage(job === 'bad' ? { problem: 'no such word' } : { result: job.toUpperCase() });
});

/** The thread that fills page shells and writes the pages to the staging folder. */
/** Eleventy takes long to load and blocks while it works: here it does both beside the rest of a build. */

import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import { type StagedFile, writeStagedFile } from '../state/staged-file.ts';
import { outputPath } from '../urls.ts';
import type { ShellJob } from './page-queue.ts';
import { createShellRenderer, type ShellRenderer } from './shells.ts';

/** Of the build that asked last. */
let open: { readonly build: string; readonly renderer: ShellRenderer } | undefined;

parentPort?.on('message', (job: ShellJob) => {
  write(job).then(
    (result) => parentPort?.postMessage({ result }),
    (error: unknown) => parentPort?.postMessage({ problem: messageOf(error) }),
  );
});

async function write({ build, templates, folder, staging, pages }: ShellJob): Promise<readonly StagedFile[]> {
  if (open?.build !== build) open = { build, renderer: createShellRenderer(templates, folder) };
  const { renderer } = open;
  const written: StagedFile[] = [];
  for (const [url, content] of await renderer.render(pages)) {
    written.push(writeStagedFile(staging, outputPath(url), content));
  }
  return written;
}

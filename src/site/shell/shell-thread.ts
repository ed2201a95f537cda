/** The thread that fills page shells and writes the pages to the staging folder. */
/** Eleventy takes long to load and blocks while it works: here it does both beside the rest of a build. */

import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import { writeStagedFile } from '../state/staged-file.ts';
import { outputPath } from '../urls.ts';
import type { ShellAnswer, ShellJob, ShellStart } from './page-queue.ts';
import { createShellFiller, type ShellFiller } from './shell-filler.ts';

/** Of the build that asked last. */
let open: { readonly build: string; readonly filler: ShellFiller } | undefined;

parentPort?.on('message', (job: ShellJob) => {
  write(job).then(
    (result) => parentPort?.postMessage({ result }),
    (error: unknown) => parentPort?.postMessage({ problem: messageOf(error) }),
  );
});

const { asksEleventy }: ShellStart = workerData;
// What it fails with is heard of by the first page.
if (asksEleventy) import('./shells.ts').catch(() => undefined);

async function write({ build, templates, plain, folder, staging, pages }: ShellJob): Promise<ShellAnswer> {
  if (open?.build !== build) {
    const openEleventy = async () => (await import('./shells.ts')).createShellRenderer(templates, folder);
    open = { build, filler: createShellFiller(templates, plain, openEleventy) };
  }
  const { filler } = open;
  const files = [...(await filler.fill(pages))].map(([url, content]) =>
    writeStagedFile(staging, outputPath(url), content),
  );
  return { files, plain: filler.listPlain() };
}

/** The thread that fills page shells and writes the pages to the staging folder. */
/** Eleventy takes long to load and blocks while it works: here it does both beside the rest of a build. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { encodeUtf8 } from '../../base/bytes.ts';
import { errorCode } from '../../base/disk.ts';
import { messageOf } from '../../base/errors.ts';
import { contentHash } from '../state/keys.ts';
import { outputPath } from '../urls.ts';
import type { ShellJob, WrittenPage } from './page-queue.ts';
import { createShellRenderer, type ShellRenderer } from './shells.ts';

/** Of the build that asked last. */
let open: { readonly build: string; readonly renderer: ShellRenderer } | undefined;

parentPort?.on('message', (job: ShellJob) => {
  write(job).then(
    (result) => parentPort?.postMessage({ result }),
    (error: unknown) => parentPort?.postMessage({ problem: messageOf(error) }),
  );
});

async function write({ build, templates, folder, staging, pages }: ShellJob): Promise<readonly WrittenPage[]> {
  if (open?.build !== build) open = { build, renderer: createShellRenderer(templates, folder) };
  const { renderer } = open;
  const written: WrittenPage[] = [];
  for (const [url, content] of await renderer.render(pages)) {
    const path = outputPath(url);
    const bytes = encodeUtf8(content);
    writeInto(join(staging, path), bytes);
    written.push({ path, hash: contentHash(bytes), size: bytes.length });
  }
  return written;
}

function writeInto(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}

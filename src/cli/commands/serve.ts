/** `turnpress serve`: the built site on this machine only, with the headers that a host should send. */
/** What is given, and with which headers, stands in site-server.ts. */

import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { ReaderStore } from '../../reader/reader.ts';
import { readBasePath } from '../../site/site.ts';
import type { CommandOptions } from '../command.ts';
import { readConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { countOf } from '../counts.ts';
import { EXIT, UsageError } from '../errors.ts';
import { openFeedsToShow } from '../following/feeds.ts';
import { isFollowing } from '../following/followed.ts';
import { createReaderServer, type ReaderServer } from '../following/reader-server.ts';
import { startServer } from '../site-server.ts';

export async function run(context: Context, _args: readonly string[], options: CommandOptions): Promise<number> {
  const { outputDir, publicDir } = context;
  const folders = options.public === true ? [publicDir] : [outputDir, publicDir];
  const folder = folders.find((name) => existsSync(join(name, 'index.html')));
  if (folder === undefined) {
    const build = options.public === true ? 'turnpress build --public' : 'turnpress build';
    throw new UsageError(`there is no site in ${context.shown(folders[0] ?? outputDir)}; "${build}" makes one`);
  }
  const port = options.port === undefined ? 8080 : portOf(options.port);
  const isPrivate = folder !== publicDir;
  const store = isPrivate && isFollowing(context) ? await openFeedsToShow(context) : undefined;
  try {
    const reader = store === undefined ? undefined : await openReader(context, folder, store);
    // asked before anything listens: what cannot be read ends the command
    const base = readBasePath(folder);
    const server = await startServer(folder, port, isPrivate ? 'private' : 'public', reader);
    await serveUntilEnd(context, server, base, port);
  } finally {
    store?.close();
  }
  return EXIT.done;
}

async function openReader(context: Context, folder: string, store: ReaderStore): Promise<ReaderServer> {
  const { url: site } = readConfig(context.configFile, context.configNamed);
  return createReaderServer({ folder, site, store, now: context.world.now, log: context.log });
}

async function serveUntilEnd(context: Context, server: Server, base: string, port: number): Promise<void> {
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const url = `http://localhost:${bound}${base}/`;
  context.printJson({ url });
  context.print(`${url}  (Ctrl-C ends it)`);
  await new Promise<void>((done) => {
    const end = () => {
      server.close(() => done());
      server.closeAllConnections();
    };
    process.on('SIGINT', end);
    process.on('SIGTERM', end);
  });
}

function portOf(typed: string | boolean): number {
  const port = countOf(typed, '--port');
  if (port > 65_535) throw new UsageError(`--port is at most 65535, not ${port}; 0 takes a free one`);
  return port;
}

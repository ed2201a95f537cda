/** `turnpress serve`: the built site on this machine only, with the headers that a host should send. */
/** Loopback only, Host header checked, nothing outside the output folder. */

import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import { headersFor } from '../../site/site.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { countOf } from './ingest.ts';

export async function run(context: Context, _args: readonly string[], options: CommandOptions): Promise<number> {
  const { outputDir, publicDir } = context;
  const folders = options.public === true ? [publicDir] : [outputDir, publicDir];
  const folder = folders.find((name) => existsSync(join(name, 'index.html')));
  if (folder === undefined) {
    const build = options.public === true ? 'turnpress build --public' : 'turnpress build';
    throw new UsageError(`there is no site in ${context.shown(folders[0] ?? outputDir)}; "${build}" makes one`);
  }
  const port = options.port === undefined ? 8080 : countOf(options.port, '--port');
  const server = await startServer(folder, port);
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  context.printJson({ url: `http://localhost:${bound}/` });
  context.print(`http://localhost:${bound}/  (Ctrl-C ends it)`);
  await new Promise<void>((done) => {
    process.once('SIGINT', () => server.close(() => done()));
    process.once('SIGTERM', () => server.close(() => done()));
  });
  return EXIT.done;
}

/** A server on the loopback addresses. Files are read anew at each request, so a build shows at once. */
export function startServer(folder: string, port: number): Promise<Server> {
  const files = sirv(folder, {
    dev: true,
    etag: true,
    dotfiles: false,
    setHeaders: (response, path) => {
      for (const [name, value] of headersFor(path)) response.setHeader(name, value);
    },
  });
  const server = createServer((request, response) => {
    if (!isLoopbackHost(request.headers.host)) {
      response.writeHead(421, { 'content-type': 'text/plain' }).end('this server answers to localhost only\n');
      return;
    }
    files(request, response, () => {
      const page = join(folder, '404.html');
      for (const [name, value] of headersFor('404.html')) response.setHeader(name, value);
      response
        .writeHead(404, { 'content-type': 'text/html; charset=utf-8' })
        .end(existsSync(page) ? readFileSync(page) : 'not found\n');
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new UsageError(`port ${port} is taken; --port 0 takes a free one`, { port })
          : error,
      );
    });
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** A page of another site must not reach this one by a name of its own that points here. */
function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
}

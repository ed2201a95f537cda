/** One side of a pull in a process of its own: `serve <folder>`, a static host, or `pull <copy> <address>`. */
/** The host says its address; the puller what came, and how fast. */

import { createReadStream, mkdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { silentLog, silentProgress } from '../src/base/log.ts';
import { holdMemory } from '../src/cli/memory.ts';
import { Fetcher, pull } from '../src/replica/pull/pulling.ts';

const [side, first = '', address = ''] = process.argv.slice(2);
if (side === 'serve') serve(first);
else await pullOnce(first, address);

function serve(folder: string): void {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const stat = statSync(join(folder, path), { throwIfNoEntry: false });
    if (stat?.isFile() !== true) {
      response.writeHead(404).end();
      return;
    }
    const etag = `"${stat.mtimeMs.toString(36)}-${stat.size}"`;
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, { etag }).end();
      return;
    }
    response.writeHead(200, { etag, 'content-length': stat.size });
    createReadStream(join(folder, path)).pipe(response);
  });
  server.listen(0, '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
}

async function pullOnce(dir: string, from: string): Promise<void> {
  holdMemory();
  mkdirSync(join(dir, 'private'), { recursive: true });
  const fetcher = new Fetcher({ allowHosts: [new URL(from).host], typed: [from], userAgent: 'turnpress/bench' });
  const started = performance.now();
  const cpuStarted = process.cpuUsage();
  const report = await pull({
    ...{ dir, address: from, fetcher, log: silentLog, progress: silentProgress },
    nowMs: Date.now,
  });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpuStarted);
  fetcher.close();
  const { turns, payloadBytes, requests, bytes, failed, pending } = report;
  if (failed + pending > 0) throw new Error(`${failed} failed, ${pending} pending`);
  const speed = `${(payloadBytes / 1e6 / seconds).toFixed(1)} MB/s of ${(payloadBytes / 1e6).toFixed(1)} MB payload`;
  const inside = `${seconds.toFixed(3)} s and ${((user + system) / 1e6).toFixed(2)} CPU s inside`;
  console.log(`${turns} turns, ${speed}, ${requests} requests, ${bytes} bytes, ${inside}`);
}

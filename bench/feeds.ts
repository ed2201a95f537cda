/** Thousands of feeds followed for a simulated week, by the real fetcher, over HTTP. */
/** The hosts are a process of their own; what they saw is held against the rules afterwards. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { checkFeeds } from './feeds-check.ts';
import { measure } from './measure.ts';
import { type Row, rowOf } from './table.ts';

const SIDE = join(import.meta.dirname, 'feeds-side.ts');
const DAYS = 7;
const END = Date.UTC(2026, 5, 1 + DAYS);

export async function benchFeeds(scratch: string, feeds: number): Promise<Row[]> {
  const log = join(scratch, 'asked.jsonl');
  const server = spawn(process.execPath, [SIDE, 'serve', log], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const port = await firstLine(server);
    const args = [SIDE, 'poll', join(scratch, 'reader'), port, String(feeds), String(DAYS)];
    const { seconds, cpuSeconds, peakBytes, stdout } = await measure(process.execPath, args, scratch);
    server.kill();
    await once(server, 'exit');
    const { requests, addresses, notModified, broken } = await checkFeeds(log, END);
    const told = [...broken].map(([rule, times]) => `${rule}: ${times}`).join(', ');
    return [
      rowOf(
        'asked',
        `${feeds} feeds, ${DAYS} days: ${requests} requests to ${addresses} addresses, ${notModified} not modified, ${stdout.trim()}`,
      ),
      rowOf('rules broken', told === '' ? 'none' : told),
      rowOf(
        'cost',
        `${seconds.toFixed(0)} s, ${cpuSeconds.toFixed(0)} CPU s, ${((cpuSeconds * 1000) / requests).toFixed(2)} CPU ms a request, ${(peakBytes / 1e6).toFixed(0)} MB at most`,
      ),
    ];
  } finally {
    server.kill();
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  return await new Promise((done, fail) => {
    child.once('error', fail).once('exit', () => fail(new Error('the hosts ended')));
    child.stdout?.once('data', (chunk: Buffer) => done(chunk.toString().trim()));
  });
}

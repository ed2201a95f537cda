/** S3-compatible servers that somebody else wrote, a row each, started with an empty bucket where they are installed. */
/** The programs are found in the path, or where their variable says. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';

export const BUCKET = 'localhost';
export const KEYS = { AWS_ACCESS_KEY_ID: 'AKEXAMPLE0123456789', AWS_SECRET_ACCESS_KEY: 'a-secret-for-tests-only' };

interface Server {
  readonly name: string;
  readonly variable: string;
  readonly args: (folder: string, port: number, web: number) => readonly string[];
  /** The bucket is there from the start. */
  readonly prepare: (folder: string) => void;
  /** It serves what is in the bucket to everybody as a website of its own. */
  readonly website: boolean;
}

export const SERVERS: readonly Server[] = [
  {
    name: 'versitygw', // https://github.com/versity/versitygw, Apache-2.0
    variable: 'TURNPRESS_VERSITYGW',
    args: (folder, port, web) => [
      ...['--quiet', '--port', `127.0.0.1:${port}`, '--website', `127.0.0.1:${web}`, '--health', '/health'],
      ...['--access', KEYS.AWS_ACCESS_KEY_ID, '--secret', KEYS.AWS_SECRET_ACCESS_KEY],
      ...['posix', '--sidecar', join(folder, 'meta'), join(folder, 'data')],
    ],
    prepare: (folder) => {
      mkdirSync(join(folder, 'meta'));
      mkdirSync(join(folder, 'data', BUCKET), { recursive: true });
    },
    website: true,
  },
  {
    name: 'gofakes3', // https://github.com/johannesboyne/gofakes3, MIT
    variable: 'TURNPRESS_GOFAKES3',
    args: (_, port) => ['-backend', 'memory', '-initialbucket', BUCKET, '-host', `127.0.0.1:${port}`, '-quiet'],
    prepare: () => undefined,
    website: false,
  },
];

export interface RunningServer {
  readonly endpoint: string;
  /** Where anybody reads it. */
  readonly website: string;
  close(): void;
}

export function isInstalled({ name, variable }: Server): boolean {
  return spawnSync(process.env[variable] ?? name, ['--help']).error === undefined;
}

export async function startServer({ name, variable, args, prepare, website }: Server): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'turnpress-s3-'));
  prepare(folder);
  const [port, web] = [await freePort(), await freePort()];
  const child = spawn(process.env[variable] ?? name, args(folder, port, web), { stdio: 'ignore' });
  const close = (): void => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  const endpoint = `http://127.0.0.1:${port}`;
  await untilItAnswers(endpoint, child).catch((error: unknown) => {
    close();
    throw error;
  });
  if (website) await letEverybodyRead(endpoint);
  return { endpoint, website: `http://${BUCKET}:${web}/`, close };
}

/** What the owner of a bucket sets at its store. */
async function letEverybodyRead(endpoint: string): Promise<void> {
  const [accessKeyId, secretAccessKey] = [KEYS.AWS_ACCESS_KEY_ID, KEYS.AWS_SECRET_ACCESS_KEY];
  const client = new AwsClient({ accessKeyId, secretAccessKey, region: 'us-east-1', service: 's3', retries: 0 });
  const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
  const site = `<WebsiteConfiguration xmlns="${namespace}"><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>`;
  const rule = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${BUCKET}/*` };
  for (const [what, body] of [
    ['website', site],
    ['policy', JSON.stringify({ Version: '2012-10-17', Statement: [rule] })],
  ] as const) {
    const headers = { 'x-amz-content-sha256': hash('sha256', body), 'content-md5': hash('md5', body, 'base64') };
    const answer = await client.fetch(`${endpoint}/${BUCKET}?${what}`, { method: 'PUT', headers, body });
    if (!answer.ok) throw new Error(`${what}: ${answer.status} ${await answer.text()}`);
  }
}

async function untilItAnswers(endpoint: string, child: ChildProcess): Promise<void> {
  for (let n = 0; ; n++) {
    try {
      await fetch(endpoint);
      return;
    } catch (error) {
      if (n > 600 || child.exitCode !== null) throw error;
      await sleep(50);
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Ctrl-C while the site goes to a host: the program ends with 130 at once, what stands there is whole, and the next publish goes on. */
/** The signal goes to the whole group of processes, as a terminal sends it, at a moment that the host itself names. */

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlace, type Place } from '../../whole/command-line.ts';
import { claudePath, claudeSession } from '../../whole/sessions.ts';
import { type Asked, type FakeS3, openFakeS3 } from './fake-s3.ts';

const BIN = join(import.meta.dirname, '..', '..', '..', 'bin', 'turnpress.js');
const KEYS = { AWS_ACCESS_KEY_ID: 'AKEXAMPLE', AWS_SECRET_ACCESS_KEY: 'a secret of the test' };

let place: Place;
let store: FakeS3;
let temp: string;

beforeEach(async () => {
  store = await openFakeS3('bucket');
  place = openPlace({ ...KEYS, AWS_ENDPOINT_URL: store.endpoint });
  temp = join(place.folder, 'temp');
  mkdirSync(temp);
  const session = claudeSession('apple', { cwd: '/srv/code/apple' });
  session.prompt('Plant the apple tree');
  session.answer([{ type: 'text', text: 'The apple tree is planted.' }]);
  place.write(claudePath(session.id, '-srv-code-apple'), session.text());
  place.configure({ publish: [{ project: '/srv/code/apple', visibility: 'public' }] });
  for (const argv of [
    ['init', '.', '--origin', 'test.example/orchard'],
    ['ingest', '--settle'],
    ['publish', '--yes'],
  ])
    expect((await place.inside(...argv)).code).toBe(0);
});
afterEach(async () => {
  place.close();
  await store.close();
});

/** Publishes there; when the host has begun, the group is told to end. Resolves to the exit code. */
async function interrupt(to: string, hasBegun: () => boolean): Promise<number | null> {
  const child = spawn(process.execPath, [BIN, 'publish', '--yes', '--to', to], {
    cwd: place.folder,
    env: { ...place.environment, PATH: `${join(place.folder, 'bin')}:${process.env.PATH}`, TMPDIR: temp },
    detached: true,
    stdio: 'ignore',
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  while (!hasBegun() && child.exitCode === null) await wait(10);
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
  return await ended;
}

/** A program that says that it has begun and then goes on for ever, when its arguments hold this word. */
function writeProgram(name: string, word: string, otherwise: string): () => boolean {
  const begun = join(place.folder, 'begun');
  place.write(
    `bin/${name}`,
    `#!/bin/sh\ncase "$*" in *${word}*) : > '${begun}'; exec sleep 600;; esac\n${otherwise}\n`,
  );
  chmodSync(join(place.folder, 'bin', name), 0o755);
  return () => existsSync(begun);
}

describe('Ctrl-C while the site goes', () => {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: place.folder, encoding: 'utf8' }).trim();

  it.each(['write-tree', 'update-ref', 'push'])('to a branch, at %s', async (step) => {
    git('init', '--quiet', '--initial-branch', 'main');
    git('init', '--quiet', '--bare', 'host.git');
    git('remote', 'add', 'origin', join(place.folder, 'host.git'));
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    expect(await interrupt('git:origin/pages', writeProgram('git', step, `exec '${real}' "$@"`))).toBe(130);
    expect(readdirSync(temp)).toEqual([]);
    expect(git('--git-dir=host.git', 'for-each-ref')).toBe('');
    expect((await place.inside('publish', '--to', 'git:origin/pages')).code).toBe(0);
    expect(git('--git-dir=host.git', 'rev-parse', 'pages')).toBe(git('rev-parse', 'pages'));
  });

  it('by another program', async () => {
    expect(await interrupt('netlify', writeProgram('netlify', 'deploy', ''))).toBe(130);
    expect((await place.inside('verify')).code).toBe(0);
  });

  it('to a store: the checkpoints have not gone before what they count, and the next publish sends the rest', async () => {
    const isPage = ({ method, key }: Asked) => method === 'PUT' && key === 'index.html';
    store.behave({ mischief: (asked) => (isPage(asked) ? 'hang' : undefined) });
    expect(await interrupt('s3://bucket', () => store.asked.some(isPage))).toBe(130);
    const last = /checkpoint$|^build\.json$/;
    expect([...store.objects.keys()].filter((key) => last.test(key))).toEqual([]);
    store.behave({});
    expect((await place.inside('publish', '--to', 's3://bucket')).code).toBe(0);
    expect([...store.objects.keys()].filter((key) => last.test(key))).toHaveLength(3);
  });
});

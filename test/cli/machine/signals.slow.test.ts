/** A process that is told to end lets go of the lock and says so by its exit code; full and closed outputs end in a sentence. */
/** Real processes. A signal is sent as soon as the lock is there; a run that was faster than the signal is repeated. */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/commands.ts';
import { openPlace, type Place } from '../../whole/command-line.ts';
import { claudeSession } from '../../whole/sessions.ts';

const BIN = join(import.meta.dirname, '..', '..', '..', 'bin', 'turnpress.js');
let place: Place;
let grown = 0;

beforeEach(async () => {
  place = openPlace();
  place.configure({});
  grow();
  expect((await place.inside('init')).code).toBe(0);
});
afterEach(() => place.close());

/** More for ingest to read. */
function grow(): void {
  grown++;
  for (let n = 0; n < 3; n++) {
    const session = claudeSession(`signal ${grown} ${n}`);
    for (let turn = 0; turn < 60; turn++) {
      session.prompt(`question ${turn}`);
      session.answer(`answer ${turn} ${'and more of it '.repeat(40)}`);
    }
    place.write(`home/.claude/projects/-srv-code-orchard/${session.id}.jsonl`, session.text());
  }
}

function start(stdout: 'ignore' | 'pipe' | number, ...argv: string[]): ChildProcess {
  return spawn(process.execPath, [BIN, ...argv], {
    cwd: place.folder,
    env: place.environment,
    stdio: ['ignore', stdout, 'pipe'],
  });
}

function ended(child: ChildProcess): Promise<{ code: number | null; err: string }> {
  let err = '';
  child.stderr?.on('data', (text: Buffer) => {
    err += text.toString();
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, err })));
}

describe('a signal', { timeout: 600_000 }, () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    it(`${signal} frees the lock and ends with ${code}`, async () => {
      const lock = join(place.archive, 'private', 'lock');
      for (let round = 0; round < 30; round++) {
        const child = start('ignore', 'ingest');
        const end = ended(child);
        while (child.exitCode === null && !existsSync(lock)) await setTimeout(1);
        child.kill(signal);
        const { code: found, err } = await end;
        expect(err).not.toMatch(/\n\s+at /);
        expect(existsSync(lock)).toBe(found === null); // null: told before it held anything
        if (found === code) break;
        expect([0, null]).toContain(found);
        grow();
      }
      expect((await place.inside('ingest')).code).toBe(0);
      expect((await place.inside('verify')).code).toBe(0);
    });
  }
});

/** These go on until they are told to end, ask somebody's host, or want something that was published. */
const ELSEWHERE: readonly string[] = ['serve', 'subscribe', 'check', 'unpublish', 'proof'];

/** Words that make each command say something, and end. Undefined: it is not for this archive. */
function argvOf(name: string, id: string): readonly string[] | undefined {
  if (ELSEWHERE.includes(name)) return undefined;
  if (name === 'press') return [];
  const more: Readonly<Record<string, readonly string[]>> = {
    init: ['another'],
    search: ['answer'],
    show: [id],
    note: [id],
    withdraw: [id, '--reason', 'other', '--yes'],
    publish: ['--dry-run', '--json'],
    pull: ['--json'],
    read: ['--json'],
    repair: ['--json'],
  };
  return [name, ...(more[name] ?? [])];
}

describe('an output', { timeout: 300_000 }, () => {
  it.runIf(existsSync('/dev/full'))('that is full ends a command with a sentence', async () => {
    await place.inside('ingest');
    const { code, err } = await ended(start(openSync('/dev/full', 'w'), 'log', '--json'));
    expect(code).toBe(2);
    expect(err).toContain('the disk is full');
    expect(err).not.toMatch(/\n\s+at /);
  });

  it.runIf(existsSync('/dev/full'))(
    'that is full ends every command with its code and without a stack trace',
    async () => {
      await place.inside('ingest', '--settle');
      await place.inside('build');
      const [first] = JSON.parse((await place.inside('log', '--json')).out) as { readonly id: string }[];
      const id = first?.id ?? '';
      for (const { name } of commands) {
        const argv = argvOf(name, id);
        if (argv === undefined) continue;
        const told = await ended(start(openSync('/dev/full', 'w'), ...argv));
        expect([name, told.code]).toEqual([name, 2]);
        expect(told.err).toContain('the disk is full');
        expect(told.err).not.toMatch(/\n\s+at /);
        // what cannot be told on stderr is lost; the work is not
        const deaf = spawn(process.execPath, [BIN, ...argv, '--verbose'], {
          ...{ cwd: place.folder, env: place.environment, stdio: ['ignore', 'ignore', openSync('/dev/full', 'w')] },
        });
        expect([name, (await ended(deaf)).code]).toEqual([name, name === 'init' ? 2 : 0]); // it is there by now
      }
      expect((await place.inside('verify')).code).toBe(0);
    },
  );

  it('that is closed early is no failure', async () => {
    await place.inside('ingest');
    const child = start('pipe', 'log', '--json', '--limit', '0');
    child.stdout?.destroy();
    const { code, err } = await ended(child);
    expect(code).toBe(0);
    expect(err).toBe('');
  });
});

/** While a person is asked, a signal may end the process: the lock is free then. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { World } from '../../../src/cli/context.ts';
import { runProgram } from '../../../src/cli/program.ts';
import { openPlace, type Place } from '../../whole/command-line.ts';
import { claudeSession } from '../../whole/sessions.ts';

let place: Place;
let turn: string;

beforeEach(async () => {
  place = openPlace();
  const session = claudeSession('one');
  session.prompt('where does the lock live');
  session.answer('In the cupboard');
  place.write(`home/.claude/projects/-srv-code-orchard/${session.id}.jsonl`, session.text());
  place.configure({ publish: [{ project: '/srv/code/orchard', visibility: 'public' }] });
  await place.inside('init');
  await place.inside('ingest', '--settle');
  [{ id: turn }] = JSON.parse((await place.inside('log', '--json')).out) as [{ id: string }];
});
afterEach(() => place.close());

it.each([
  ['withdraw', ['--reason', 'other']],
  ['publish', []],
])('the lock of %s', async (command, more) => {
  const lock = join(place.archive, 'private', 'lock');
  const held: (() => void)[] = [];
  const seen: boolean[] = [];
  const world: World = {
    ...{ cwd: place.folder, home: place.home, env: {}, now: () => 0 },
    stdout: { write: () => true },
    stderr: { write: () => true },
    hold: (release) => {
      held.push(release);
      return () => held.splice(held.indexOf(release), 1);
    },
    ask: async () => {
      seen.push(existsSync(lock));
      for (const release of held) release();
      seen.push(existsSync(lock));
      throw new Error('the process ends');
    },
  };
  const argv = command === 'withdraw' ? [command, turn, ...more] : [command, ...more];
  await expect(runProgram(world, argv, '0.0.0')).rejects.toThrow('the process ends');
  expect(seen).toEqual([true, false]);
});

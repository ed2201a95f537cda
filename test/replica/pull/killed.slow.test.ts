/** R10, R11: either side is killed at any moment, and at the end the copy is equal to the origin. */
/** TURNPRESS_KILLS: rounds. After each one nothing that is in the copy is unverified. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openPullWorld, said } from './pull-kit.ts';

const ROUNDS = Number(process.env.TURNPRESS_KILLS ?? 6);

/** Milliseconds after `ready` at which it is killed; undefined: never. Resolves to what it said. */
function run(args: readonly string[], killAfter: number | undefined): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'killed-side.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (killAfter !== undefined && text.startsWith('ready')) setTimeout(() => child.kill('SIGKILL'), killAfter);
  });
  return new Promise((resolve) => child.once('close', () => resolve(text)));
}

it(`a publisher and a puller that are killed ${ROUNDS} times each lose nothing and show nothing unverified`, async () => {
  const world = await openPullWorld();
  try {
    world.grow(200, 'first');
    world.publish();
    const address = `${world.server.url}/archive/`;
    let killed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      // spread over the time that the work takes, without knowing it
      const publisher = ['publisher', world.origin, world.site, String(round)];
      if (!(await run(publisher, (round * 37) % 400)).includes('done')) killed++;
      await run(publisher, undefined);
      if (!(await run(['puller', world.copy, address], (round * 23) % 300)).includes('done')) killed++;
      await run(['puller', world.copy, address], (round * 61) % 700);
      const ids = world.read((archive) => [...archive.walkConversations()].map(({ id }) => id), world.origin);
      const report = await world.pull();
      expect(report).toMatchObject({ failed: 0, pending: 0 });
      const [ours, theirs] = [world.read(said), world.read(said, world.origin)];
      expect(ours).toEqual(theirs);
      expect(ours).toHaveLength(ids.length);
    }
    expect(killed).toBeGreaterThan(0);
    const { damage } = world.read((archive) => archive.verify());
    expect(damage).toEqual([]);
  } finally {
    await world.close();
  }
});

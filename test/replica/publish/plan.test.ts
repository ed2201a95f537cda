/** What a publish makes of an archive whose records are not those that were published. */

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createArchive, openArchive } from '../../../src/archive/archive.ts';
import { silentLog, silentProgress } from '../../../src/base/log.ts';
import type { PublishPlan } from '../../../src/replica/replica.ts';
import { planPublish } from '../../../src/replica/replica.ts';
import { answer, config, prompt, tell } from '../../site/site-fixture.ts';
import { fixedKey, openLog, publish } from '../test-publisher.ts';

const ORIGIN = 'test.example/orchard';
const folder = mkdtempSync(join(tmpdir(), 'turnpress-plan-'));
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, ...answers: readonly string[]): string {
  const dir = join(folder, name);
  createArchive(dir, { origin: ORIGIN, nowMs: 0 });
  const archive = openArchive(dir, { mode: 'write' });
  tell(archive, { items: [prompt('Plant the tree'), ...answers.map((text) => answer(text))] });
  archive.close();
  return dir;
}

async function plan(dir: string): Promise<PublishPlan> {
  const archive = openArchive(dir, { mode: 'read' });
  const log = openLog(dir, ORIGIN);
  try {
    return await planPublish(archive, log, {
      config: { ...config, publish: [{ conversation: '*', visibility: 'public' }] },
      cacheDir: join(dir, 'private', 'cache'),
      ...{ knownValues: [], log: silentLog, progress: silentProgress },
    });
  } finally {
    log.close();
    archive.close();
  }
}

it('records that are others than those published are held back and told, whether they are as many or fewer', async () => {
  const first = write('first', 'It is planted.', 'And watered.');
  publish(first, { key: fixedKey(ORIGIN) });
  expect(await plan(first)).toMatchObject({ unchanged: 1, blocked: [] });
  for (const [name, ...answers] of [
    ['as many', 'It is not planted.', 'And dry.'],
    ['fewer', 'It is planted.'],
  ] as const) {
    const other = write(name, ...answers);
    cpSync(join(first, 'log'), join(other, 'log'), { recursive: true });
    const { blocked, grown, newly, unchanged } = await plan(other);
    expect([grown, newly, unchanged], name).toEqual([[], [], 0]);
    expect(blocked, name).toMatchObject([{ published: true, reason: expect.stringContaining('or others') }]);
  }
});

/** The public site of an archive that was pulled, and of one whose rules are missing. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConversationId } from '../../src/model/ids.ts';
import { filesOf, openPullWorld, type PullWorld } from '../replica/pull/pull-kit.ts';
import { openTerminal, type Terminal } from './world.ts';

let world: PullWorld;
let me: Terminal;
let ids: readonly ConversationId[];

beforeAll(async () => {
  world = await openPullWorld();
  ids = [world.grow(3, 'walnut'), world.grow(2, 'plum')];
  world.publish();
  me = openTerminal();
  expect(await me.run('init', '.')).toBe(0);
  expect(await me.run('subscribe', `${world.server.url}/`, '--allow-host', '127.0.0.1', '--name', 'origin')).toBe(0);
});
afterAll(async () => {
  me.close();
  await world.close();
});

const COPY = ['--archive', join('archive', 'private', 'replicas', 'origin')];
const configure = (publish: readonly object[]) => {
  mkdirSync(join(me.folder, 'content'), { recursive: true });
  writeFileSync(join(me.folder, 'content', 'site.json'), JSON.stringify({ url: 'https://mirror.example/', publish }));
};
const hasPage = (site: string, id: ConversationId | undefined) =>
  existsSync(join(me.folder, site, 'c', (id ?? '').slice(0, 16), 'index.html'));

describe('a mirror', () => {
  it('shows what its origin published when no rule speaks of it, with the same replica', async () => {
    configure([{ project: '~/dev/mine', visibility: 'public' }]);
    expect(await me.run('build', '--public', ...COPY, '--output', 'mirror')).toBe(0);
    expect(ids.map((id) => hasPage('mirror', id))).toEqual([true, true]);
    expect(filesOf(join(me.folder, 'mirror', 'archive'))).toEqual(filesOf(join(world.site, 'archive')));
    expect(me.err()).not.toContain('nothing is public');
  });

  it('leaves out what a rule keeps in, and says who has it', async () => {
    configure([{ conversation: (ids[0] ?? '').slice(0, 16), visibility: 'private' }]);
    expect(await me.run('build', '--public', ...COPY, '--output', 'part')).toBe(0);
    expect(ids.map((id) => hasPage('part', id))).toEqual([false, true]);
    expect(me.err()).toContain('1 published conversation is left out: who pulls from here looks for it elsewhere');
  });

  it('is never published by anybody but its owner', async () => {
    await expect(me.run('publish', '--yes', ...COPY)).rejects.toMatchObject({ kind: 'usage' });
    await expect(me.run('unpublish', ids[0] ?? '', ...COPY)).rejects.toMatchObject({ kind: 'usage' });
  });
});

it('an archive with published conversations is not emptied because its rules are missing', async () => {
  rmSync(join(me.folder, 'content', 'site.json'), { force: true });
  const own = ['--archive', world.origin, '--output', 'own'];
  for (const command of [
    ['build', '--public'],
    ['publish', '--yes'],
  ])
    await expect(me.run(...command, ...own)).rejects.toThrow(
      '2 conversations are published, and there is no content/site.json',
    );
  expect(existsSync(join(me.folder, 'own'))).toBe(false);
  configure([]);
  expect(await me.run('build', '--public', ...own)).toBe(0);
  expect(me.err()).toContain('2 published conversations are left out');
});

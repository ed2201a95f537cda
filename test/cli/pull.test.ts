import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOpml } from '../../src/feed/feed.ts';
import * as modes from '../replica/hostile-server.ts';
import { KEY, openPullWorld, type PullWorld } from '../replica/pull/pull-kit.ts';
import { fixedKey, vkeyOf } from '../replica/test-publisher.ts';
import { openTerminal, type Terminal } from './world.ts';

let world: PullWorld;
let me: Terminal;

beforeEach(async () => {
  world = await openPullWorld();
  world.grow(3, 'walnut');
  world.publish();
  me = openTerminal();
  expect(await me.run('init', '.')).toBe(0);
});
afterEach(async () => {
  me.close();
  await world.close();
});

const page = (path: string, text: string) => {
  mkdirSync(join(world.site, path, '..'), { recursive: true });
  writeFileSync(join(world.site, path), text);
};
const subscribe = (path = '/', ...more: string[]) =>
  me.run('subscribe', `${world.server.url}${path}`, '--allow-host', '127.0.0.1', ...more);
const copy = () => join('archive', 'private', 'replicas', world.server.host.replace(':', '-'));

describe('subscribe', () => {
  it.each([
    [
      'the page’s own link',
      '/c/x.html',
      () => '<link rel="alternate" type="application/vnd.turnpress+json" href="/archive/archive.json">',
    ],
    [
      'an Atom feed',
      '/atom.xml',
      () => '<feed><link rel="urn:turnpress:rel:checkpoint" href="/archive/log/checkpoint"/></feed>',
    ],
    [
      'an RSS feed',
      '/rss.xml',
      () =>
        `<rss><turnpress:checkpoint xmlns:turnpress="x">${world.server.url}/archive/log/checkpoint</turnpress:checkpoint></rss>`,
    ],
    [
      'a JSON feed',
      '/feed.json',
      () => `{"_turnpress":{"checkpoint":"${world.server.url}/archive/conversations/${'ab'.repeat(32)}/checkpoint"}}`,
    ],
    ['the usual place', '/any/page.html', () => '<p>no link at all</p>'],
    ['the replica itself', '/archive/archive.json', undefined],
  ])('finds the replica by %s', async (_, path, text) => {
    if (text !== undefined) page(path, text());
    expect(await subscribe(path)).toBe(0);
    expect(me.err()).toContain(vkeyOf(KEY));
    expect(me.out()).toContain('1 conversation pulled');
    expect(await me.run('search', 'walnut', '--archive', copy())).toBe(0);
    expect(me.out()).toContain('walnut');
  });

  it('adds the site’s feed to the list, once, and leaves what stands there', async () => {
    expect(await subscribe()).toBe(0);
    expect(await subscribe()).toBe(0);
    const list = readOpml(readFileSync(join(me.folder, 'content', 'subscriptions.opml'), 'utf8'));
    expect(list.outlines).toMatchObject([{ feedUrl: `${world.server.url}/atom.xml`, homeUrl: `${world.server.url}/` }]);
  });

  it('goes to no private address that nobody allowed, and to no other host that a page names', async () => {
    await expect(me.run('subscribe', world.server.url)).rejects.toMatchObject({ kind: 'network' });
    expect(world.server.asked).toEqual([]);
    page(
      '/index',
      '<link rel="alternate" type="application/vnd.turnpress+json" href="http://elsewhere.example/archive/archive.json">',
    );
    await expect(subscribe('/index')).rejects.toThrow(/another host/);
  });

  it('takes only the key that was named', async () => {
    await expect(subscribe('/', '--key', vkeyOf(fixedKey('example.org/pulled', 9)))).rejects.toThrow(
      /not the one that was named/,
    );
    await expect(subscribe('/', '--key', 'abc')).rejects.toThrow(/--key takes a verifier key/);
    expect(await subscribe('/', '--key', vkeyOf(KEY))).toBe(0);
  });
});

describe('pull', () => {
  it('brings what is new, says what is not, and answers programs', async () => {
    expect(await me.run('pull')).toBe(0);
    await subscribe();
    world.grow(2, 'later');
    world.publish();
    expect(await me.run('pull', '--json')).toBe(0);
    expect(me.json()).toMatchObject({ archives: [{ found: 'grown', pulled: 1, turns: 2, failed: 0 }] });
    expect(await me.run('pull')).toBe(0);
    expect(me.out()).toContain('nothing new');
  });

  it('ends with 5 for a host that is away, and with 4 for one that contradicts itself', async () => {
    await subscribe();
    world.server.rules = [{ match: '/archive/log/checkpoint', mode: modes.status(403) }];
    expect(await me.run('pull')).toBe(5);
    const forged = await openPullWorld();
    forged.grow(2, 'forged');
    forged.publish();
    world.server.rules = [{ match: /./, mode: modes.fromFolder(forged.site) }];
    expect(await me.run('pull')).toBe(4);
    expect(me.err()).toContain('contradict each other');
    await forged.close();
  });

  it('knows no copy of another name, and no path', async () => {
    await expect(me.run('pull', 'nobody')).rejects.toThrow(/nothing that is followed is called "nobody"/);
    await expect(me.run('pull', '../../x')).rejects.toThrow(/nothing that is followed/);
    await expect(subscribe('/', '--name', '../../x')).rejects.toThrow(/no name for a copy/);
  });
});

describe('a copy', () => {
  it('is read like any archive, and written by pulls alone', async () => {
    await subscribe();
    for (const words of [['log'], ['verify'], ['doctor']]) expect(await me.run(...words, '--archive', copy())).toBe(0);
    const [{ id } = { id: '' }] = world.read((archive) => [...archive.walkConversations()], world.origin);
    expect(await me.run('show', id, '--archive', copy())).toBe(0);
    await expect(me.run('ingest', '.', '--archive', copy())).rejects.toThrow(/only "turnpress pull" writes/);
    await expect(me.run('withdraw', id, '--reason', 'secret', '--archive', copy())).rejects.toThrow(/copy of another/);
  });
});

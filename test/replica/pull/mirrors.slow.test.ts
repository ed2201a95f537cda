/** An origin and two mirrors, one of which lies in every way: the copy stays right, and the liar is named. */
/** Each host is a real server of its own. */

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConversationId } from '../../../src/model/ids.ts';
import { Fetcher, type PullOptions, readPullState } from '../../../src/replica/pull/pulling.ts';
import { changed, type HostileServer, html200, type Rule, serveHostile, status } from '../hostile-server.ts';
import { fixedKey, publish, writeReplica } from '../test-publisher.ts';
import { filesOf, KEY, ORIGIN, openPullWorld, type PullWorld, said } from './pull-kit.ts';

let world: PullWorld;
let id: ConversationId;
let hosts: readonly HostileServer[];
let fetcher: Fetcher;

/** Everybody has the first state, and it was pulled; then the archive grew, and everybody has the second. */
beforeEach(async () => {
  world = await openPullWorld();
  id = world.grow(20);
  world.grow(2, 'other');
  world.publish();
  hosts = [world.server, await serveHostile(world.site), await serveHostile(world.site)];
  fetcher = new Fetcher({ allowHosts: ['127.0.0.1'], typed: hosts.map(({ url }) => url), userAgent: 'turnpress/test' });
  await pull();
  cpSync(world.site, join(world.dir, 'old'), { recursive: true });
  cpSync(world.origin, join(world.dir, 'fork'), { recursive: true });
  world.more(id, 5);
  world.grow(3, 'new');
  world.publish();
});
afterEach(async () => {
  fetcher.close();
  for (const host of hosts.slice(1)) await host.close();
  await world.close();
});

function pull(options: Partial<PullOptions> = {}) {
  const mirrors = hosts.slice(1).map(({ url }) => `${url}/archive/`);
  return world.pull({ mirrors, fetcher, ...options });
}

function expectRight(): void {
  expect(world.read(said)).toEqual(world.read(said, world.origin));
  expect(world.read((archive) => archive.verify().damage)).toEqual([]);
}

const other = (name: string) => join(world.dir, name);

interface Lie {
  readonly lie: (host: HostileServer) => void;
  /** What is said of the host. */
  readonly state: string;
  /** False: only when it is not the first that is asked. True: only then, because nobody asks the others for files. */
  readonly first?: boolean;
}

const LIES: Readonly<Record<string, Lie>> = {
  'an older state': { lie: (host) => (host.folder = other('old')), state: 'stale' },
  'another history under the right key': {
    lie: (host) => {
      publish(other('fork'), { key: KEY, withdraw: [id], timeMs: 5 });
      writeReplica(other('fork'), other('fork-site'));
      host.folder = other('fork-site');
    },
    state: 'forked',
    // nobody can say which of two signed histories is the true one: the one that is asked first stays
    first: false,
  },
  'records that were changed': {
    lie: rule({ match: /\/tile\/entries\//, mode: changed((b) => b.reverse()) }),
    state: 'lies',
    first: true,
  },
  'payloads that were changed': {
    lie: rule({ match: /\/tile\/payload\//, mode: changed((b) => b.reverse()) }),
    state: 'lies',
    first: true,
  },
  'payloads of others': {
    lie: rule({
      match: /\/tile\/payload\//,
      mode: changed((bytes) => Buffer.from(bytes.toString('latin1').replace('TPPAY1', 'TPPAY2'), 'latin1')),
    }),
    state: 'lies',
    first: true,
  },
  'the signature of a stranger': {
    lie: (host) => {
      const dir = other('stranger');
      cpSync(world.origin, dir, { recursive: true });
      rmSync(join(dir, 'log'), { recursive: true });
      rmSync(join(dir, 'private', 'log.db'));
      publish(dir, { key: fixedKey(ORIGIN, 66) });
      writeReplica(dir, other('stranger-site'));
      host.folder = other('stranger-site');
    },
    state: 'lies',
  },
  'a page for everything': { lie: rule({ match: /./, mode: html200 }), state: 'lies' },
  'nothing at all': { lie: rule({ match: /./, mode: status(404) }), state: 'away' },
  'no conversations': { lie: rule({ match: /\/conversations\//, mode: status(404) }), state: 'good' },
};

function rule(one: Rule): (host: HostileServer) => void {
  return (host) => {
    host.rules = [one];
  };
}

describe.each(Object.entries(LIES))('a host that shows %s', (_, { lie, state, first }) => {
  it.each(first === false ? [1, 2] : [0, 1, 2])('as number %i is named, and the others are believed', async (place) => {
    const liar = hosts[place];
    if (liar === undefined) throw new Error('no such host');
    lie(liar);
    const report = await pull();
    expect(report).toMatchObject({ failed: 0, pending: 0 });
    const isSeen = first !== true || place === 0;
    expect(report.hosts.map((host) => host.state)).toEqual(
      [0, 1, 2].map((n) => (n === place && isSeen ? state : 'good')),
    );
    expectRight();
  });
});

describe('mirrors', () => {
  it('are remembered, and cost one request each when nothing is new', async () => {
    await pull();
    const state = readPullState(world.copy);
    expect(state?.mirrors.map(({ address }) => address)).toEqual(hosts.slice(1).map(({ url }) => `${url}/archive/`));
    expect(await pull({ mirrors: [] })).toMatchObject({ found: 'same', requests: 3, bytes: 0 });
  });

  it('do when the origin is gone, also for a first pull', async () => {
    const [origin] = hosts;
    if (origin !== undefined) origin.rules = [{ match: /./, mode: status(404) }];
    const dir = join(world.dir, 'first');
    expect(await pull({ dir })).toMatchObject({ failed: 0, pending: 0, pulled: 3 });
    expect(world.read(said, dir)).toEqual(world.read(said, world.origin));
  });

  it('complete each other, file by file', async () => {
    const copy = join(world.dir, 'first');
    for (const [i, match] of [/entries/, /payload/, /conversations\/.*\/checkpoint/].entries()) {
      const host = hosts[i];
      if (host !== undefined) host.rules = [{ match: new RegExp(`conversations.*${match.source}`), mode: status(404) }];
    }
    expect(await pull({ dir: copy })).toMatchObject({ failed: 0, pending: 0, pulled: 3 });
    writeReplica(copy, join(world.dir, 'again'));
    expect(filesOf(join(world.dir, 'again'))).toEqual(filesOf(world.site));
  });

  it('that all lie are not believed', async () => {
    for (const host of hosts) host.rules = [{ match: /./, mode: html200 }];
    await expect(pull()).rejects.toThrow(/checkpoint/);
  });
});

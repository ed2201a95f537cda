/** Following as a person does it: `subscribe`, `pull`, `read` against a server on this machine. */
/** Archives are followed in test/cli/pull.test.ts. Nothing on a private network is reached without the person's word. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../../src/cli/errors.ts';
import { checkOpml } from '../../feed/check-opml.ts';
import { openTerminal, type Terminal } from '../world.ts';

const ITEM = (id: string) =>
  `<item><guid isPermaLink="false">${id}</guid><title>Post ${id}</title><link>/p/${id}</link><pubDate>Thu, 01 Jan 2026 0${id}:00:00 GMT</pubDate><description><![CDATA[<h2>Heading</h2><p>Words of <b>${id}</b>, <a href="https://x.example/">a link</a>.</p><script>alert(1)</script><img src="https://t.example/p.png" alt="a cat">]]></description></item>`;
const feed = (...ids: readonly string[]) =>
  `<rss version="2.0"><channel><title>A \u001b[31mblog</title><link>/</link>${ids.map(ITEM).join('')}</channel></rss>`;

const terminals: Terminal[] = [];
const servers: Server[] = [];

/** The exit code of a command, also when it ends in an error; what it says then. */
async function codeOf(terminal: Terminal, ...argv: string[]): Promise<readonly [number, string]> {
  try {
    return [await terminal.run(...argv), terminal.err()];
  } catch (error) {
    return [exitCodeOf(error), error instanceof Error ? error.message : ''];
  }
}

function terminalOf(): Terminal {
  const terminal = openTerminal({ XDG_STATE_HOME: '' });
  terminals.push(terminal);
  return terminal;
}

async function serve(answer: (path: string) => string | Uint8Array | undefined): Promise<string> {
  const server = createServer((request, response) => {
    const body = answer(new URL(request.url ?? '/', 'http://x').pathname);
    response.statusCode = body === undefined ? 404 : 200;
    response.end(body);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

afterAll(() => {
  for (const terminal of terminals) terminal.close();
  for (const server of servers) server.close();
});

describe('a feed', () => {
  const reader = terminalOf();
  let document = feed('1', '2');
  let host = '';
  beforeAll(async () => {
    host = await serve((path) => {
      if (path === '/')
        return '<html><head><link rel="alternate" type="application/rss+xml" href="/f.xml"></head></html>';
      return path === '/f.xml' ? document : undefined;
    });
    await reader.run('init', '.', '--origin', 'reader.example/archive');
  });

  it('on a private network is not asked unless the person says so', async () => {
    expect(await codeOf(reader, 'subscribe', host)).toEqual([5, expect.stringContaining('--allow-host')]);
    expect(existsSync(join(reader.folder, 'content', 'subscriptions.opml'))).toBe(false);
  });

  it('is found behind a page, listed in its folder, and brings its entries', async () => {
    expect(await reader.run('subscribe', host, '--allow-host', '127.0.0.1', '--folder', 'News')).toBe(0);
    expect(reader.out()).toContain('A blog: 2 new');
    const list = readFileSync(join(reader.folder, 'content', 'subscriptions.opml'), 'utf8');
    expect(list).toContain(`xmlUrl="${host}f.xml"`);
    expect(checkOpml(list)).toEqual([]);
  });

  it('is read: a list, an entry as text, marks that last', async () => {
    await reader.run('read');
    expect(reader.out().split('\n')[0]).toMatch(/^2 • {2}2026-01-01 A blog +Post 2$/);
    expect(await reader.run('read', '2', '--star')).toBe(0);
    expect(reader.out()).toMatch(/Heading\n\nWords of 2, a link \[https:\/\/x\.example\/\]\./);
    expect(reader.out()).toContain('[a cat]');
    expect(reader.out()).not.toMatch(/alert|t\.example/);
    await reader.run('read', '--json');
    expect((reader.json() as readonly { id: number }[]).map(({ id }) => id)).toEqual([1]);
    await reader.run('read', '--starred');
    expect(reader.out()).toContain('Post 2');
    await reader.run('read', '--search', 'words');
    expect(reader.out().trim().split('\n')).toHaveLength(2);
    await reader.run('read', '--done');
    await reader.run('read');
    expect(reader.err()).toContain('nothing is unread');
    expect(await codeOf(reader, 'read', '77')).toEqual([2, expect.stringContaining('no entry 77')]);
  });

  it('is asked again when its time has come or the person says so, with what was allowed', async () => {
    document = feed('1', '2', '3');
    await reader.run('pull', '--json');
    expect(reader.json()).toMatchObject({ feeds: { asked: 0 } });
    expect(await reader.run('pull', '--all')).toBe(0);
    expect(reader.out()).toContain('A blog: 1 new');
    await reader.run('read', '--feeds');
    expect(reader.out()).toContain('1 unread');
    expect(await codeOf(reader, 'pull', 'nobody')).toEqual([2, expect.stringContaining('nobody')]);
  });

  it('is taken from another reader’s list, without what that allows or says of archives', async () => {
    const file = join(reader.folder, 'theirs.opml');
    writeFileSync(
      file,
      `<opml version="2.0"><head/><body><outline text="Mine"><outline type="rss" text="X" xmlUrl="${host}other.xml" archive="${host}archive/"/></outline></body></opml>`,
    );
    expect(await reader.run('subscribe', file)).toBe(0);
    expect(reader.out()).toContain('1 new feed');
    const list = readFileSync(join(reader.folder, 'content', 'subscriptions.opml'), 'utf8');
    expect(list).toContain('other.xml');
    expect(list).not.toContain('archive=');
    await reader.run('read', '--feeds');
    expect(reader.out()).toContain('--allow-host');
    expect(await reader.run('subscribe', file, '--allow-host', new URL(host).hostname)).toBe(0);
    await reader.run('pull', '--all');
    await reader.run('read', '--feeds');
    expect(reader.out()).not.toContain('--allow-host');
  });

  it('leaves the list when the person wants', async () => {
    expect(await reader.run('subscribe', '--remove', `${host}f.xml`)).toBe(0);
    expect(await codeOf(reader, 'subscribe', '--remove', `${host}f.xml`)).toEqual([
      2,
      expect.stringContaining('not in the list'),
    ]);
    await reader.run('read', '--feeds', '--json');
    expect(reader.out()).not.toContain(`${host}f.xml`);
  });
});

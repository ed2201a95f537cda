/** The server for looking at a site: what it gives, with which headers, and what it refuses. */
/** Requests are written byte by byte: a client library would mend what a stranger sends. */

import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../src/cli/site-server.ts';
import { PAGE_POLICY } from '../../src/site/shell/headers.ts';

interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

let parent: string;
let server: Server;
let port: number;

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'turnpress-serve-'));
  const put = (path: string, text: string): void => {
    const file = join(parent, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  };
  put('outside.txt', 'canary');
  put('site-other/index.html', 'canary');
  put('site/index.html', '<p>home</p>');
  put('site/404.html', '<p>no such page</p>');
  put('site/c/one/index.html', '<p>one</p>');
  put('site/search/index.html', '<p>search</p>');
  put('site/mine.html', '<p>mine</p>');
  put('site/100% & more.txt', 'odd');
  put('site/a.js', 'export {};');
  put(
    'site/_redirects',
    '/c/old/atom.xml /c/one/atom.xml 301!\n/c/old/* /c/one/ 301\n/away/* //evil.example/ 301\n/cr /x\r 301\n',
  );
  put('site/.hidden', 'canary');
  put('site/.git/config', 'canary');
  put('site/c/.secret/index.html', 'canary');
  put('site/locked.html', 'canary');
  chmodSync(join(parent, 'site/locked.html'), 0o000);
  put('site/empty/file.txt', 'in a folder without a page');
  symlinkSync(join(parent, 'outside.txt'), join(parent, 'site/link.txt'));
  symlinkSync(parent, join(parent, 'site/up'));
  server = await startServer(join(parent, 'site'), 0, 'private');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(parent, { recursive: true, force: true });
});

function ask(path: string, method = 'GET', ...lines: readonly string[]): Promise<Answer> {
  return say(`${method} ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n${lines.map((l) => `${l}\r\n`).join('')}`);
}

function say(head: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece;
    });
    socket.once('error', reject);
    socket.once('close', () => {
      const [top = '', ...rest] = text.split('\r\n\r\n');
      const [first = '', ...headers] = top.split('\r\n');
      const pairs = headers.map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      });
      resolve({ status: Number(first.split(' ')[1]), headers: new Map(pairs), body: rest.join('\r\n\r\n') });
    });
    socket.write(`${head}Connection: close\r\n\r\n`);
  });
}

describe('the server for looking at a site', () => {
  it('gives pages and files of the folder', async () => {
    expect(await ask('/')).toMatchObject({ status: 200, body: '<p>home</p>' });
    expect((await ask('/')).headers.get('content-type')).toMatch(/^text\/html/);
    expect(await ask('/c/one/?x=1#y')).toMatchObject({ status: 200, body: '<p>one</p>' });
    expect(await ask('/mine.html')).toMatchObject({ status: 200, body: '<p>mine</p>' });
    expect(await ask('/empty/file.txt')).toMatchObject({ status: 200 });
    expect(await ask('/100%25%20%26%20more.txt')).toMatchObject({ status: 200, body: 'odd' });
    const one = await ask('/c/one');
    expect([one.status, one.headers.get('location')]).toEqual([301, '/c/one/']);
  });

  it('leads on where the site says that something has moved, and never to another site', async () => {
    for (const path of ['/c/old/', '/c/old/p2/', '/c/old/b/b-1/', '/c/old/?x=1']) {
      const { status, headers } = await ask(path);
      expect([path, status, headers.get('location')]).toEqual([path, 301, '/c/one/']);
    }
    expect((await ask('/c/old/atom.xml')).headers.get('location')).toBe('/c/one/atom.xml');
    for (const path of ['/away/x', '/cr', '/c/olden/']) expect([path, (await ask(path)).status]).toEqual([path, 404]);
  });

  it('gives nothing outside, no hidden file, nothing behind a link, nothing that may not be read', async () => {
    const paths = [
      ...[
        '/../outside.txt',
        '/..%2foutside.txt',
        '/%2e%2e/outside.txt',
        '/c/..%5c..%5coutside.txt',
        '//../outside.txt',
      ],
      ...[
        '/../site-other/',
        '/..%2fsite-other/index.html',
        '/link.txt',
        '/up/outside.txt',
        '/up/site/index.html',
        '/up/',
      ],
      ...['/.hidden', '/%2ehidden', '/.git/config', '/c/.secret/', '/c/.secret/index.html', '/.well-known/x'],
      ...['/empty/', '/empty', '/index.html/', '/nope', '/%00', '/%', '/%ff', '/a%2fb', `/${'x'.repeat(5000)}`],
      ...['/index', '/mine', '/c/one/index'],
      ...(process.getuid?.() === 0 ? [] : ['/locked.html']),
    ];
    for (const path of paths) {
      const answer = await ask(path);
      expect(answer.body, path).not.toContain('canary');
      expect({ path, status: answer.status, body: answer.body }).toEqual({
        path,
        status: 404,
        body: '<p>no such page</p>',
      });
    }
    expect((await ask('//evil.example/c/one')).headers.get('location') ?? '').not.toMatch(/evil/);
  });

  it('sends policy and headers with every answer, errors and other people’s pages too', async () => {
    const answers = [
      ...[await ask('/'), await ask('/mine.html'), await ask('/a.js'), await ask('/nope'), await ask('/', 'POST')],
      ...[await ask('/', 'HEAD'), await ask('/c/one'), await say(`GET / HTTP/1.1\r\nHost: evil.example\r\n`)],
    ];
    for (const { headers, status } of answers) {
      expect([status, headers.get('content-security-policy')]).toEqual([
        status,
        `${PAGE_POLICY}; frame-ancestors 'none'`,
      ]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-robots-tag')).toContain('noindex');
    }
    expect((await ask('/search/')).headers.get('content-security-policy')).toContain(PAGE_POLICY);
  });

  it('answers GET and HEAD only', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND']) {
      const answer = await ask('/', method);
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD']);
      expect(answer.body).not.toContain('home');
    }
    expect(await ask('/', 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  it('gives the whole file whatever part is asked for', async () => {
    const ranges = [
      'bytes=5-2',
      'bytes=0-0',
      'bytes=-3',
      'bytes=99-',
      'bytes=1-2,4-5',
      'bytes=',
      'bytes=a-b',
      'x',
      'bytes=-0',
    ];
    for (const range of [...ranges, 'bytes=9007199254740993-', 'bytes=2--5', 'bytes=1e3-', 'bytes=-1-1'])
      expect(await ask('/', 'GET', `Range: ${range}`)).toMatchObject({ status: 200, body: '<p>home</p>' });
    expect((await ask('/')).status).toBe(200);
  });

  it('answers to this machine’s names only', async () => {
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '']) {
      const answer = await say(`GET / HTTP/1.1\r\nHost: ${host}\r\n`);
      expect([host, answer.status]).toEqual([host, 421]);
    }
    for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1', '[::1]:8080'])
      expect((await say(`GET / HTTP/1.1\r\nHost: ${host}\r\n`)).status).toBe(200);
  });

  it('says nothing has changed when nothing has', async () => {
    const tag = (await ask('/')).headers.get('etag') ?? '';
    const again = await ask('/', 'GET', `If-None-Match: ${tag}`);
    expect([tag === '', again.status, again.body]).toEqual([false, 304, '']);
    expect(again.headers.get('content-security-policy')).toContain(PAGE_POLICY);
  });

  it('refuses a port that cannot be had in one sentence', async () => {
    await expect(startServer(parent, port)).rejects.toThrow(/is taken; --port 0 takes a free one/);
  });
});

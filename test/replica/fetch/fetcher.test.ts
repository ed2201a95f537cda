import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NetworkError } from '../../../src/replica/errors.ts';
import { findRefusal } from '../../../src/replica/fetch/addresses.ts';
import { Fetcher, type FetcherOptions, type FetchOptions } from '../../../src/replica/fetch/fetcher.ts';
import { createLookup } from '../../../src/replica/fetch/lookup.ts';
import * as modes from '../hostile-server.ts';

/** Every class of address that is not of the internet, by one of its members. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  unspecified: ['0.0.0.0', '0.1.2.3', '::'],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  linkLocal: ['169.254.169.254', 'fe80::1', 'febf::1'],
  carrierGradeNat: ['100.64.0.1', '100.127.255.255'],
  uniqueLocal: ['fc00::1', 'fd12:3456:789a::1'],
  siteLocal: ['fec0::1'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  broadcast: ['255.255.255.255'],
  reserved: [
    '192.0.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '240.0.0.1',
    '2001:db8::1',
    '3fff::1',
  ],
  mapped: ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:8.8.8.8'],
  translated: ['::ffff:0:7f00:1', '64:ff9b::7f00:1', '64:ff9b:1::7f00:1', '2002:7f00:1::', '2001:0:7f00:1::'],
  compatible: ['::127.0.0.1', '::8.8.8.8'],
  outside: ['4000::1', '100::1', '5f00::1', 'e000::1'],
};
const PUBLIC = ['8.8.8.8', '1.1.1.1', '172.15.0.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'];
const every = Object.entries(REFUSED).flatMap(([kind, addresses]) =>
  addresses.map((address) => [kind, address] as const),
);

let folder: string;
let server: modes.HostileServer;
const open: Fetcher[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fetch-'));
  writeFileSync(join(folder, 'hello'), 'hello, world '.repeat(1000));
  server = await modes.serveHostile(folder);
});

afterEach(async () => {
  for (const fetcher of open.splice(0)) fetcher.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

function fetcherOf(options: Partial<FetcherOptions> = {}): Fetcher {
  const fetcher = new Fetcher({
    allowHosts: ['127.0.0.1'],
    typed: [server.url],
    userAgent: 'turnpress/test',
    ...options,
  });
  open.push(fetcher);
  return fetcher;
}

/** The error of a fetch that must fail. */
async function failureOf(
  path: string,
  options: Partial<FetchOptions> = {},
  by: Partial<FetcherOptions> = {},
): Promise<NetworkError> {
  const address = path.startsWith('/') ? server.url + path : path;
  const error = await fetcherOf(by)
    .fetch(address, { limit: 100_000, ...options })
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  if (!(error instanceof NetworkError)) throw new Error(`no NetworkError: ${String(error)}`);
  return error;
}

describe('addresses', () => {
  it.each(every)('%s: %s is no address of the internet', (_, address) => {
    expect(findRefusal(address)).toEqual(expect.any(String));
  });

  it.each(PUBLIC)('%s is one', (address) => {
    expect(findRefusal(address)).toBeUndefined();
  });

  it.each(every)('%s: nothing is fetched from %s, written in the address', async (_, address) => {
    const literal = address.includes(':') ? `[${address}]` : address;
    const error = await failureOf(`http://${literal}/`, {}, { allowHosts: [] });
    expect(error.reason).toBe('address');
  });

  it.each(every)(
    '%s: nothing is fetched from a name that leads to %s, alone or beside a good one',
    async (_, address) => {
      for (const found of [[address], ['8.8.8.8', address]]) {
        const error = await failureOf('http://innocent.example/', {}, { resolve: async () => found });
        expect(error.reason).toBe('address');
        expect(error.message).toContain(address);
      }
    },
  );

  it.each(['http://0x7f000001/', 'http://2130706433/', 'http://127.1/', 'http://0177.0.0.1/', 'http://①②⑦.0.0.1/'])(
    'a disguise is looked through: %s',
    async (address) => {
      expect((await failureOf(address, {}, { allowHosts: [] })).reason).toBe('address');
    },
  );

  it('connects to the addresses that were looked at, whatever the resolver says next', async () => {
    const answers = [['8.8.8.8'], ['127.0.0.1']];
    const lookup = createLookup(async () => answers.shift() ?? [], true);
    const ask = () =>
      new Promise((resolve) => {
        lookup('rebinding.example', { all: true }, (error, addresses) => resolve(error ?? addresses));
      });
    expect(await ask()).toEqual([{ address: '8.8.8.8', family: 4 }]);
    expect(await ask()).toBeInstanceOf(NetworkError);
  });

  it('asks the resolver once for a connection, and goes where it said', async () => {
    let asked = 0;
    const fetcher = fetcherOf({
      allowHosts: ['here.example'],
      typed: [`http://here.example:${new URL(server.url).port}/`],
      resolve: async () => (asked++ === 0 ? ['127.0.0.1'] : ['8.8.8.8']),
    });
    const address = `http://here.example:${new URL(server.url).port}/hello`;
    for (let i = 0; i < 3; i++) expect((await fetcher.fetch(address, { limit: 100_000 })).status).toBe(200);
    expect(asked).toBe(1);
  });

  it('a host is allowed by its name, with its port when that was said', async () => {
    const { port } = new URL(server.url);
    for (const allowHosts of [['127.0.0.1'], [`127.0.0.1:${port}`], [`127.0.0.1:${Number(port) ^ 1}`, '127.0.0.1']])
      expect((await fetcherOf({ allowHosts }).fetch(`${server.url}/hello`, { limit: 100_000 })).status).toBe(200);
    for (const allowHosts of [[], [`127.0.0.1:${Number(port) ^ 1}`], ['127.0.0.2'], ['localhost'], ['.0.0.1'], ['']])
      expect((await failureOf('/hello', {}, { allowHosts })).reason).toBe('address');
    expect(server.asked).toHaveLength(3);
  });

  it.each(['file:///etc/passwd', 'ftp://example.org/', 'data:text/plain,hello', 'javascript:1', 'no address'])(
    'takes http and https only, not %s',
    async (address) => {
      expect((await failureOf(address)).reason).toBe('address');
    },
  );

  it('takes no user and no password, and no port that nobody typed', async () => {
    expect((await failureOf('http://me:secret@example.org/')).message).not.toContain('secret');
    expect((await failureOf('http://example.org:22/')).message).toContain('port 22');
    expect((await failureOf('http://example.org:22/', {}, { typed: ['http://example.com:22/'] })).reason).toBe(
      'address',
    );
  });
});

describe('redirects', () => {
  it.each(every)('%s: a redirect to %s is not followed', async (_, address) => {
    const literal = address.includes(':') ? `[${address}]` : address;
    server.rules = [{ match: '/hello', mode: modes.redirect(`http://${literal}/`) }];
    expect((await failureOf('/hello', {}, { allowHosts: [server.host] })).reason).toBe('address');
  });

  it('what the person allowed holds on the same host only', async () => {
    const { port } = new URL(server.url);
    server.rules = [
      { match: '/here', mode: modes.redirect('/hello', 301) },
      { match: '/there', mode: modes.redirect(`http://localhost:${port}/hello`) },
    ];
    const resolve = async () => ['127.0.0.1'];
    const answer = await fetcherOf().fetch(`${server.url}/here`, { limit: 100_000 });
    expect(answer).toMatchObject({ status: 200, redirects: [{ status: 301, to: `${server.url}/hello` }] });
    const allowHosts = ['127.0.0.1', 'localhost'];
    const error = await failureOf(
      '/there',
      {},
      { allowHosts, resolve, typed: [server.url, `http://localhost:${port}`] },
    );
    expect(error.reason).toBe('address');
  });

  it('ends after five, at a circle, and at what is no address', async () => {
    server.rules = [
      { match: '/circle', mode: modes.redirect('/circle') },
      ...Array.from({ length: 7 }, (_, i) => ({ match: `/${i}`, mode: modes.redirect(`/${i + 1}`) })),
      { match: '/bad', mode: modes.redirect('http://[') },
      { match: '/file', mode: modes.redirect('file:///etc/passwd') },
    ];
    expect((await failureOf('/circle')).message).toContain('circle');
    expect((await failureOf('/1')).message).toContain('more than 5 times');
    expect((await fetcherOf().fetch(`${server.url}/2`, { limit: 100_000 })).status).toBe(404);
    for (const path of ['/bad', '/file']) expect((await failureOf(path)).reason).toBe('address');
  });
});

describe('answers', () => {
  const whole = 'hello, world '.repeat(1000);
  const fetchHello = async (options: Partial<FetchOptions> = {}) =>
    fetcherOf().fetch(`${server.url}/hello`, { limit: 100_000, ...options });

  it.each(['gzip', 'br', 'deflate'] as const)(
    'a body that came as %s is decoded, asked for or not',
    async (encoding) => {
      server.rules = [{ match: '/hello', mode: modes.encoded(encoding) }];
      expect(Buffer.from((await fetchHello()).body).toString()).toBe(whole);
    },
  );

  it('deflate without its frame is decoded, too', async () => {
    server.rules = [{ match: '/hello', mode: modes.encoded('raw', 'deflate') }];
    expect(Buffer.from((await fetchHello({ compressed: true })).body).toString()).toBe(whole);
  });

  it('says who asks, and what it knows already', async () => {
    const { headers } = await fetchHello();
    const again = await fetchHello({ headers: { 'if-none-match': headers.etag ?? '' } });
    expect(again).toMatchObject({ status: 304, body: Buffer.alloc(0) });
  });

  it('any status is an answer', async () => {
    server.rules = [{ match: '/hello', mode: modes.status(429, { 'retry-after': '120' }) }];
    expect(await fetchHello()).toMatchObject({ status: 429, headers: { 'retry-after': '120' } });
  });

  it.each([
    ['longer than it may be', modes.changed(() => Buffer.alloc(100_001)), 'size'],
    ['without end', modes.endless, 'size'],
    ['folded small', modes.bomb(50_000_000), 'size'],
    ['cut off', modes.cut(100), 'body'],
    ['in an encoding that nobody knows', modes.encoded('gzip', 'rot13'), 'body'],
    ['not in the encoding that it says', modes.given('hello', { 'content-encoding': 'gzip' }), 'body'],
    ['reset', modes.reset, 'connection'],
    ['behind headers without end', modes.raw(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`), 'connection'],
    ['of no protocol that is known', modes.raw('hello\r\n\r\nworld'), 'connection'],
    [
      'of two lengths',
      modes.raw('HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 9\r\n\r\nhello'),
      'connection',
    ],
    ['in chunks that are none', modes.raw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello'), 'body'],
    ['shorter than it says', modes.raw('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello'), 'body'],
    [
      'of another protocol from here on',
      modes.raw('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nhello'),
      'connection',
    ],
    ['encoded twice', modes.given('hello', { 'content-encoding': 'gzip, gzip' }), 'body'],
  ])('a body %s is refused', async (_, mode, reason) => {
    server.rules = [{ match: '/hello', mode }];
    const error = await failureOf('/hello');
    expect({ reason: error.reason, kind: error.kind, says: error.message.startsWith(server.host) }).toEqual({
      reason,
      kind: 'network',
      says: true,
    });
  });

  it.each([
    ['never comes', modes.silent],
    ['drips', modes.drip(20)],
  ])('a body that %s ends with the time it has', async (_, mode) => {
    server.rules = [{ match: '/hello', mode }];
    expect((await failureOf('/hello', { totalMs: 300 })).message).toContain('within 0.3 seconds');
  });

  it('a host that says nothing is left before its time is up', async () => {
    server.rules = [{ match: '/hello', mode: modes.silent }];
    expect((await failureOf('/hello', { idleMs: 100 })).message).toContain('nothing came for 0.1 seconds');
  });

  it('takes what its caller says as the end', async () => {
    server.rules = [{ match: '/hello', mode: modes.silent }];
    const controller = new AbortController();
    const fetching = fetchHello({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(fetching).rejects.toThrow('enough');
  });
});

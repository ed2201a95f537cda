/** `publish --to s3://…` against a store that misbehaves: what was sent, in which order, and what is said when it cannot be. */
/** The same on a store that somebody else wrote is in s3-server.slow.test.ts. */

import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, silentProgress } from '../../../src/base/log.ts';
import { type S3Options, S3Store } from '../../../src/cli/publishing/s3-store.ts';
import { sendSite } from '../../../src/cli/publishing/to-s3.ts';
import { ArchiveLog } from '../../../src/replica/log/log.ts';
import { openPlace, type Place } from '../../whole/command-line.ts';
import { claudePath, claudeSession } from '../../whole/sessions.ts';
import { etagOf, type FakeS3, openFakeS3 } from './fake-s3.ts';

const SECRET = 'not-so-secret-0123456789';
const KEYS = { AWS_ACCESS_KEY_ID: 'AKEXAMPLE', AWS_SECRET_ACCESS_KEY: SECRET };
const ORIGIN = 'test.example/orchard';
const OWN = /^\.turnpress-/;
let place: Place;
let fake: FakeS3;
/** The site with both conversations, and with the first alone. */
let both: string;
let one: string;
let log: ArchiveLog;

beforeAll(async () => {
  fake = await openFakeS3('bucket');
  place = openPlace({ ...KEYS, AWS_ENDPOINT_URL: fake.endpoint });
  for (const word of ['apple', 'plum']) {
    const session = claudeSession(word, { cwd: `/srv/code/${word}` });
    session.prompt(`Plant the ${word} tree`);
    session.answer([{ type: 'text', text: `The ${word} tree is planted.` }]);
    place.write(claudePath(session.id, `-srv-code-${word}`), session.text());
  }
  rules('apple', 'plum');
  await run(0, 'init', '.', '--origin', ORIGIN);
  await run(0, 'ingest', '--settle');
  await run(0, 'publish', '--yes');
  both = join(place.folder, 'both');
  cpSync(place.site, both, { recursive: true });
  rules('apple');
  await run(0, 'publish', '--yes');
  one = join(place.folder, 'one');
  cpSync(place.site, one, { recursive: true });
  log = ArchiveLog.open({ mode: 'read', dir: place.archive, origin: ORIGIN, log: silentLog });
});
beforeEach(() => {
  fake.objects.clear();
  fake.asked.length = 0;
  fake.behave({});
});
afterAll(async () => {
  log.close();
  place.close();
  await fake.close();
});

function rules(...words: readonly string[]): void {
  place.configure({ publish: words.map((word) => ({ project: `/srv/code/${word}`, visibility: 'public' })) });
}

async function run(code: number, ...argv: readonly string[]) {
  const ran = await place.inside(...argv).catch((error: unknown) => ({ code: 2, out: '', err: String(error) }));
  expect([argv.join(' '), ran.code, ran.err]).toEqual([argv.join(' '), code, ran.err]);
  return ran;
}

function filesBelow(folder: string): ReadonlyMap<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(paths.map((path) => [relative(folder, path), readFileSync(path, 'latin1')]));
}

function stored(prefix = ''): ReadonlyMap<string, string> {
  const found = [...fake.objects].filter(([key]) => key.startsWith(prefix) && !OWN.test(key.slice(prefix.length)));
  return new Map(
    found.map(([key, { bytes }]): [string, string] => [key.slice(prefix.length), bytes.toString('latin1')]).sort(),
  );
}

const said: string[] = [];

function send(folder: string, options: S3Options & { readonly by?: string } = {}) {
  said.length = 0;
  const { by = 'me', ...rest } = options;
  const store = new S3Store(
    {
      bucket: 'bucket',
      prefix: '',
      endpoint: fake.endpoint,
      root: `${fake.endpoint}/bucket`,
      region: 'us-east-1',
      accessKeyId: 'AKEXAMPLE',
      secretAccessKey: SECRET,
    },
    { retryMs: 1, ...rest },
  );
  return sendSite(store, {
    ...{ folder, site: 'orchard', by, archiveLog: log, progress: silentProgress },
    log: { ...silentLog, info: (line) => said.push(line) },
  });
}

describe('publish --to s3', () => {
  it('sends the site with its headers below the prefix, then only what changed, and removes what is gone', async () => {
    rules('apple', 'plum');
    await run(0, 'publish', '--yes', '--to', 's3://bucket/turns/mine');
    expect(stored('turns/mine/')).toEqual(filesBelow(place.site));
    const headersOf = (path: string) => fake.objects.get(`turns/mine/${path}`)?.headers;
    expect(headersOf('index.html')).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'public, max-age=0, must-revalidate',
      'x-amz-meta-x-content-type-options': 'nosniff',
    });
    expect(headersOf('atom.xml')?.['content-type']).toBe('application/atom+xml; charset=utf-8');
    expect(headersOf('archive/log/checkpoint')).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
    });
    fake.asked.length = 0;
    const again = await run(0, 'publish', '--to', 's3://bucket/turns/mine');
    expect(again.out).toContain('s3://bucket/turns/mine holds the site: 0 files new or changed, 0 files removed');
    expect(fake.writes()).toEqual([]);
    fake.objects.set('turns/other.txt', { bytes: Buffer.from('mine'), headers: {}, modifiedMs: 0 });
    fake.objects.set('turns/mine/beside.txt', { bytes: Buffer.from('mine'), headers: {}, modifiedMs: 0 });
    rules('apple');
    expect((await run(0, 'publish', '--to', 's3://bucket/turns/mine')).out).toMatch(/[1-9]\d* files removed/);
    const now = new Map(stored('turns/mine/'));
    expect(now.delete('beside.txt')).toBe(true);
    expect(now).toEqual(filesBelow(place.site));
    expect([...now.values()].some((text) => text.includes('Plant the plum'))).toBe(false);
    expect(fake.objects.has('turns/other.txt')).toBe(true);
  });

  it('sends what is named by its content first, the archive log last, and removes after it', async () => {
    await send(both);
    fake.asked.length = 0;
    await send(one);
    const order = fake.asked.filter(({ method, key }) => method !== 'GET' && !OWN.test(key));
    const at = (what: RegExp): number[] => order.flatMap(({ key }, i) => (what.test(key) ? [i] : []));
    const [immutable, pages] = [at(/^(?:assets|archive\/(?:blobs|.*\/tile))\//), at(/\.html$/)];
    const last = at(/^archive\/log\/checkpoint$/);
    expect(last).toHaveLength(1);
    expect(Math.max(...immutable)).toBeLessThan(Math.min(...pages));
    expect(Math.max(...pages)).toBeLessThan(last[0] ?? 0);
    const removal = order.findIndex(({ method }) => method === 'POST');
    expect(removal).toBeGreaterThan(last[0] ?? 0);
    for (const { method, headers } of order)
      if (method === 'PUT') expect(headers['if-none-match'] ?? headers['if-match']).toBeDefined();
  });

  it('sends again what somebody changed or removed there, and what is of equal size', async () => {
    await send(both);
    const page = fake.objects.get('index.html');
    if (page === undefined) throw new Error('no page');
    fake.objects.set('index.html', { ...page, bytes: Buffer.alloc(page.bytes.length, 'x') });
    fake.objects.delete('atom.xml');
    fake.asked.length = 0;
    expect(await send(both)).toMatchObject({ written: 2, removed: 0 });
    expect(stored()).toEqual(filesBelow(both));
  });

  it('survives a store that is slow, breaks connections after the work is done, and answers late', async () => {
    fake.behave({
      mischief: (_, n) =>
        n % 11 === 3
          ? { status: 503, body: '<Error><Code>SlowDown</Code><Message>reduce</Message></Error>' }
          : n % 11 === 5
            ? 'lost'
            : n % 11 === 7
              ? { status: 500 }
              : n % 61 === 13
                ? 'hang'
                : undefined,
    });
    expect(await send(both, { timeoutMs: 300 })).toMatchObject({ removed: 0 });
    await send(one, { timeoutMs: 300 });
    expect(stored()).toEqual(filesBelow(one));
  });

  /** Ends as a crash does: from then on nothing reaches the store, not even a note of what was sent. */
  async function crash(folder: string, isLast: (key: string, n: number) => boolean): Promise<readonly string[]> {
    let [n, ended] = [0, false];
    fake.behave({
      ...fake.how,
      mischief({ method, key }) {
        ended ||= method === 'PUT' && !OWN.test(key) && isLast(key, ++n);
        return ended ? { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' } : undefined;
      },
    });
    await expect(send(folder)).rejects.toThrow(/AccessDenied/);
    fake.behave({ ...fake.how, mischief: undefined });
    fake.asked.length = 0;
    return [...fake.objects.keys()].filter((key) => !OWN.test(key));
  }
  const sentAgain = (keys: readonly string[]): readonly string[] => fake.writes().filter((key) => keys.includes(key));

  it('goes on after a crash in a first publish and in a later one, and sends only the rest', async () => {
    const total = filesBelow(both).size;
    const first = await crash(both, (_, n) => n > total / 2);
    expect(first.length).toBeGreaterThan(total / 3);
    expect(first).not.toContain('archive/log/checkpoint');
    expect(await send(both)).toMatchObject({ written: total - first.length });
    expect(sentAgain(first)).toEqual([]);
    expect(stored()).toEqual(filesBelow(both));
    const before = new Map(stored());
    await crash(one, (key) => key === 'archive/log/checkpoint');
    const changed = [...stored()].filter(([key, text]) => before.get(key) !== text).map(([key]) => key);
    expect(changed.length).toBeGreaterThan(3);
    await send(one);
    expect(sentAgain(changed)).toEqual([]);
    expect(stored()).toEqual(filesBelow(one));
    fake.asked.length = 0;
    expect(await send(one)).toMatchObject({ written: 0, removed: 0 });
    expect(fake.writes()).toEqual([]);
  });

  it('sends a file again whose bytes stand there with headers that nobody knows', async () => {
    await send(both);
    fake.objects.delete('.turnpress-files');
    const stood = await crash(both, (_, n) => n > 5);
    expect(await send(both)).toMatchObject({ written: stood.length });
    expect(stored()).toEqual(filesBelow(both));
  });

  it('goes on where ETags say nothing of the bytes, and notes what was sent before much of it would be sent twice', async () => {
    const large = join(place.folder, 'large');
    cpSync(both, large, { recursive: true });
    const names = ['a', 'b', 'c'].map((name) => `assets/${name}.bin`);
    for (const name of names) writeFileSync(join(large, name), Buffer.alloc(9 * 1024 * 1024, name));
    fake.behave({ etags: 'other' });
    const there = await crash(large, (key) => key === 'index.html');
    expect(there).toEqual(expect.arrayContaining(names));
    await send(large);
    expect(sentAgain(names)).toEqual([]);
    expect(stored()).toEqual(filesBelow(large));
    expect(await send(large)).toMatchObject({ written: 0, removed: 0 });
    rmSync(large, { recursive: true });
  });

  it('sends no file twice after a stop that could be noted', async () => {
    fake.behave({
      mischief: ({ key }) =>
        key === 'index.html' ? { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' } : undefined,
    });
    await expect(send(both)).rejects.toThrow(/AccessDenied/);
    const before = new Set(fake.writes().filter((key) => key !== 'index.html' && !OWN.test(key)));
    fake.behave({});
    fake.asked.length = 0;
    await send(both);
    expect(fake.writes().filter((key) => before.has(key))).toEqual([]);
    expect(stored()).toEqual(filesBelow(both));
  });
});

describe('two publishers', () => {
  it('refuses while another one is at it, and takes over what was left for long', async () => {
    fake.behave({
      mischief: ({ key }) =>
        key === 'index.html' ? { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' } : undefined,
    });
    await expect(send(both, { by: 'first' })).rejects.toThrow(/AccessDenied/);
    fake.behave({});
    fake.asked.length = 0;
    await expect(send(both, { by: 'second' })).rejects.toThrow(/somebody else publishes .* nothing was sent/);
    expect(fake.writes()).toEqual([]);
    const claim = fake.objects.get('.turnpress-publish');
    if (claim === undefined) throw new Error('no claim');
    fake.objects.set('.turnpress-publish', { ...claim, modifiedMs: Date.now() - 11 * 60_000 });
    await send(both, { by: 'second' });
    expect(stored()).toEqual(filesBelow(both));
  });

  it('lets the one stop whose file another one wrote meanwhile, in a clear sentence', async () => {
    await send(both);
    fake.behave({
      before({ method, key }) {
        const there = fake.objects.get(key);
        if (method === 'PUT' && key === 'archive/log/checkpoint' && there !== undefined)
          fake.objects.set(key, { ...there, bytes: Buffer.from('another one') });
      },
    });
    await expect(send(one)).rejects.toThrow(
      /somebody else publishes .*archive\/log\/checkpoint changed meanwhile.*publish again/,
    );
    expect(stored().get('archive/log/checkpoint')).toBe('another one');
    // the loser removes nothing
    expect(fake.asked.some(({ method }) => method === 'POST')).toBe(false);
  });

  it('never puts an older log, or one that contradicts, in place of what is there', async () => {
    await send(one);
    const [checkpoint, older] = [
      join(both, 'archive/log/checkpoint'),
      readFileSync(join(both, 'archive/log/checkpoint')),
    ];
    const ahead = fake.objects.get('archive/log/checkpoint');
    if (ahead === undefined) throw new Error('no checkpoint');
    const text = ahead.bytes.toString();
    const counts = text.split('\n')[1];
    const shown = (bytes: string): void =>
      void fake.objects.set('archive/log/checkpoint', { ...ahead, bytes: Buffer.from(bytes) });
    shown(text.replace(`\n${counts}\n`, `\n${Number(counts) + 5}\n`));
    await expect(send(both)).rejects.toThrow(/a later publish .* nothing was sent/);
    shown(text.replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${'A'.repeat(43)}=\n`));
    await expect(send(both)).rejects.toThrow(/contradicts/);
    shown('<html>');
    await expect(send(both)).rejects.toThrow(/contradicts/);
    shown(older.toString());
    await send(one);
    expect(stored()).toEqual(filesBelow(one));
    expect(readFileSync(checkpoint)).toEqual(older);
  });
});

describe('a store that is not as it should be', () => {
  it.each([
    [
      'knows no conditions and says so',
      {
        mischief: ({ headers }) => ('if-match' in headers || 'if-none-match' in headers ? { status: 501 } : undefined),
      },
    ],
    ['ignores conditions', { conditions: false }],
  ] satisfies [string, Parameters<FakeS3['behave']>[0]][])('is used, and told of, when it %s', async (_, how) => {
    fake.behave(how);
    await send(both);
    expect(said.join()).toContain('knows no conditional writes');
    expect(stored()).toEqual(filesBelow(both));
  });

  it('is sent everything again when it gives no ETags', async () => {
    fake.behave({ etags: false });
    await send(both);
    expect(await send(both)).toMatchObject({ unchanged: 0 });
    await send(one);
    expect(stored()).toEqual(filesBelow(one));
  });

  it('is listed page by page, and emptied a thousand at a time', async () => {
    const many = join(place.folder, 'many');
    cpSync(both, many, { recursive: true });
    for (let i = 0; i < 2200; i++) writeFileSync(join(many, 'assets', `n${i}.txt`), `${i}`);
    fake.behave({ pageSize: 300 });
    await send(many);
    rmSync(many, { recursive: true });
    fake.asked.length = 0;
    expect(await send(both)).toMatchObject({ written: 0, removed: 2200 });
    expect(fake.asked.filter(({ method }) => method === 'POST')).toHaveLength(3);
    expect(stored()).toEqual(filesBelow(both));
  });

  it('has its files removed one by one where it knows no request for many, and where some of those fail', async () => {
    for (const answer of [
      { status: 501 },
      { status: 200, body: '<DeleteResult><Error><Key>rss.xml</Key><Code>InternalError</Code></Error></DeleteResult>' },
    ]) {
      fake.objects.clear();
      await send(both);
      rmSync(join(one, 'rss.xml'));
      fake.behave({ mischief: ({ method }) => (method === 'POST' ? answer : undefined) });
      await send(one);
      fake.behave({});
      expect(stored().has('rss.xml')).toBe(false);
      writeFileSync(join(one, 'rss.xml'), readFileSync(join(both, 'rss.xml')));
    }
  });

  it('that holds something else is refused, and nothing of it is touched', async () => {
    fake.objects.set('index.html', { bytes: Buffer.from('other'), headers: {}, modifiedMs: 0 });
    await expect(send(both)).rejects.toThrow(/holds something else/);
    fake.objects.clear();
    await send(both);
    fake.objects.set('.turnpress-publish', { bytes: Buffer.from('{"site":"other"}'), headers: {}, modifiedMs: 0 });
    await expect(send(both)).rejects.toThrow(/holds something else/);
  });

  it('is told apart from a wrong key, and no key is ever repeated', async () => {
    const echo = (code: string) =>
      `<Error><Code>${code}</Code><Message>you sent AKEXAMPLE and ${SECRET}</Message></Error>`;
    fake.behave({ mischief: () => ({ status: 403, body: echo('SignatureDoesNotMatch') }) });
    const refused = await run(2, 'publish', '--to', 's3://bucket/turns');
    expect(refused.err).toContain('SignatureDoesNotMatch: you sent … and …');
    fake.behave({
      mischief: () => ({ status: 404, body: '<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>' }),
    });
    expect((await run(2, 'publish', '--to', 's3://bucket/turns')).err).toContain('NoSuchBucket: none; make it first');
    fake.behave({ mischief: () => ({ status: 503, body: echo('SlowDown') }) });
    await expect(send(both, { attempts: 2 })).rejects.toThrow(/after 2 attempts: SlowDown/);
    expect(etagOf()).toMatch(/^"[0-9a-f]{32}"$/);
  });
});

/** `publish --to s3://…` on stores that somebody else wrote: signed requests, conditions, listings and removals as they take them. */
/** Skips where no such server is installed: "go install github.com/versity/versitygw/cmd/versitygw@latest" brings one. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Store } from '../../../src/cli/publishing/s3-store.ts';
import { openPlace, type Place } from '../../whole/command-line.ts';
import { claudePath, claudeSession } from '../../whole/sessions.ts';
import { BUCKET, isInstalled, KEYS, type RunningServer, SERVERS, startServer } from './s3-server.ts';

describe.each(SERVERS)('$name', (server) => {
  describe.skipIf(!isInstalled(server))(`as it is installed here (${server.variable} names another)`, () => {
    let place: Place;
    let running: RunningServer;

    beforeAll(async () => {
      running = await startServer(server);
      place = openPlace({ ...KEYS, AWS_ENDPOINT_URL: running.endpoint });
      for (const word of ['apple', 'plum']) {
        const session = claudeSession(word, { cwd: `/srv/code/${word}` });
        session.prompt(`Plant the ${word} tree`);
        session.answer([{ type: 'text', text: `The ${word} tree is planted.` }]);
        place.write(claudePath(session.id, `-srv-code-${word}`), session.text());
      }
      rules('apple', 'plum');
      await run(0, 'init', '.', '--origin', 'test.example/orchard');
      await run(0, 'ingest', '--settle');
    });
    afterAll(() => {
      place?.close();
      running?.close();
    });

    function rules(...words: readonly string[]): void {
      place.configure({ publish: words.map((word) => ({ project: `/srv/code/${word}`, visibility: 'public' })) });
    }

    async function run(code: number, ...argv: readonly string[]) {
      const ran = await place.inside(...argv);
      expect([argv.join(' '), ran.code, ran.err]).toEqual([argv.join(' '), code, ran.err]);
      return ran;
    }

    function open(prefix = 'turns/', bucket = BUCKET): S3Store {
      const [accessKeyId, secretAccessKey] = [KEYS.AWS_ACCESS_KEY_ID, KEYS.AWS_SECRET_ACCESS_KEY];
      const { endpoint } = running;
      const root = `${endpoint}/${bucket}`;
      return new S3Store({ bucket, prefix, endpoint, root, region: 'us-east-1', accessKeyId, secretAccessKey });
    }

    async function expectSite(): Promise<void> {
      const found = new Map<string, string>();
      const store = open();
      for await (const { path } of store.list())
        if (!path.startsWith('.turnpress-'))
          found.set(path, Buffer.from((await store.get(path))?.bytes ?? []).toString('latin1'));
      const entries = readdirSync(place.site, { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      );
      const paths = entries.map((entry) => join(entry.parentPath, entry.name));
      expect(new Map([...found].sort())).toEqual(
        new Map(
          paths.map((path): [string, string] => [relative(place.site, path), readFileSync(path, 'latin1')]).sort(),
        ),
      );
    }

    it('takes the site, then nothing, then what changed, and loses what was withdrawn', async () => {
      const to = `s3://${BUCKET}/turns`;
      await run(0, 'publish', '--yes', '--to', to);
      await expectSite();
      expect((await run(0, 'publish', '--to', to)).out).toContain('0 files new or changed, 0 files removed');
      rules('apple');
      const less = await run(0, 'publish', '--to', to);
      expect(less.out).toMatch(/[1-9]\d* files removed/);
      expect(less.err).not.toContain('conditional');
      await expectSite();
    });

    it('keeps to conditions, and lists any number of keys of any kind', async () => {
      const store = open('odd/');
      const bytes = (text: string) => new Uint8Array(Buffer.from(text));
      const etag = (await store.put("a b+c&d/é'(1).txt", bytes('1'), {}, 'absent')) ?? '';
      expect(etag).not.toBe('');
      expect(await store.put("a b+c&d/é'(1).txt", bytes('2'), {}, 'absent')).toBeUndefined();
      const next = (await store.put("a b+c&d/é'(1).txt", bytes('2'), {}, { etag })) ?? '';
      expect(next).not.toBe('');
      expect(await store.put("a b+c&d/é'(1).txt", bytes('3'), {}, { etag })).toBeUndefined();
      expect(await store.put('gone', bytes('3'), {}, { etag })).toBeUndefined();
      for (let i = 0; i < 1100; i += 50)
        await Promise.all(Array.from({ length: 50 }, (_, k) => store.put(`n/${i + k}`, bytes(`${i}`), {})));
      const listed = new Map<string, string>();
      for await (const each of store.list()) listed.set(each.path, each.etag);
      expect(listed.size).toBe(1101);
      expect(listed.get("a b+c&d/é'(1).txt")).toBe(next);
      await store.remove([...listed.keys(), 'never there']);
      for await (const { path } of store.list()) expect.fail(path);
    });

    it.skipIf(server.name === 'gofakes3')('says which key or bucket is wrong', async () => {
      const wrong = new S3Store({
        ...{ bucket: BUCKET, prefix: '', endpoint: running.endpoint, region: 'us-east-1' },
        root: `${running.endpoint}/${BUCKET}`,
        ...{ accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: 'another secret' },
      });
      await expect(wrong.get('x')).rejects.toThrow(/SignatureDoesNotMatch/);
      await expect(open('', 'nobody-has-this').get('x')).rejects.toThrow(/NoSuchBucket.*make it first/);
    });
  });
});

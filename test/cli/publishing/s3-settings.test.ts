/** Where a store is and who asks: what the environment and the files of the AWS programs say, and which of them wins. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../../src/cli/context.ts';
import { objectHeaders } from '../../../src/cli/publishing/object-headers.ts';
import { readListing } from '../../../src/cli/publishing/s3-documents.ts';
import { readS3Settings } from '../../../src/cli/publishing/s3-settings.ts';
import { S3Store } from '../../../src/cli/publishing/s3-store.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'turnpress-aws-'));
  mkdirSync(join(home, '.aws'));
  writeFileSync(
    join(home, '.aws', 'config'),
    '[default]\nregion = eu-central-1\n\n[profile  mine]\n# ours\nregion=auto\nendpoint_url = https://store.example.org/\ns3 =\n  addressing_style = path\n  region = wrong\n',
  );
  writeFileSync(
    join(home, '.aws', 'credentials'),
    '[default]\naws_access_key_id = AKDEFAULT\naws_secret_access_key = default/secret+=\n[mine]\r\naws_access_key_id=AKMINE\r\naws_secret_access_key=mine\r\naws_session_token=token\r\n',
  );
});
afterAll(() => rmSync(home, { recursive: true }));

function settings(place: string, env: Readonly<Record<string, string>> = {}, endpoint?: string) {
  return readS3Settings({ env, home } as unknown as World, place, endpoint);
}

describe('the settings of a store', () => {
  it('come from the default profile, a named one, or the environment, which wins', () => {
    expect(settings('my-bucket/turns//mine/')).toEqual({
      ...{ bucket: 'my-bucket', prefix: 'turns/mine/', region: 'eu-central-1' },
      endpoint: 'https://s3.eu-central-1.amazonaws.com',
      root: 'https://my-bucket.s3.eu-central-1.amazonaws.com',
      ...{ accessKeyId: 'AKDEFAULT', secretAccessKey: 'default/secret+=' },
    });
    expect(settings('my-bucket', { AWS_PROFILE: 'mine' })).toEqual({
      ...{ bucket: 'my-bucket', prefix: '', region: 'auto', endpoint: 'https://store.example.org' },
      root: 'https://store.example.org/my-bucket',
      ...{ accessKeyId: 'AKMINE', secretAccessKey: 'mine', sessionToken: 'token' },
    });
    const env = { AWS_ACCESS_KEY_ID: 'AK', AWS_SECRET_ACCESS_KEY: 's', AWS_REGION: 'us-west-2', AWS_PROFILE: 'mine' };
    expect(settings('my-bucket', { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9000' })).toEqual({
      ...{ bucket: 'my-bucket', prefix: '', region: 'us-west-2', endpoint: 'http://127.0.0.1:9000' },
      root: 'http://127.0.0.1:9000/my-bucket',
      ...{ accessKeyId: 'AK', secretAccessKey: 's' },
    });
    expect(settings('my-bucket', env, 'https://typed.example.org/s3/').endpoint).toBe('https://typed.example.org/s3');
  });

  it.each([
    ['a-bucket', undefined, 'https://a-bucket.s3.eu-central-1.amazonaws.com'],
    ['with.points', undefined, 'https://s3.eu-central-1.amazonaws.com/with.points'],
    ['Old_Style', undefined, 'https://s3.eu-central-1.amazonaws.com/Old_Style'],
    ['a-bucket', 'https://a-bucket.store.example.org', 'https://a-bucket.store.example.org'],
    ['a-bucket', 'https://store.example.org/a-bucket.', 'https://store.example.org/a-bucket./a-bucket'],
    ['127', 'http://127.0.0.1:9000', 'http://127.0.0.1:9000/127'],
  ])('say where the bucket is: %s at %s', (bucket, endpoint, root) => {
    expect(settings(bucket, {}, endpoint).root).toBe(root);
  });

  it('send every request there, signed for that host', async () => {
    const sent: Request[] = [];
    const fetch: typeof globalThis.fetch = async (request) => {
      if (request instanceof Request) sent.push(request);
      return new Response('<ListBucketResult></ListBucketResult>', { headers: { etag: '"e"' } });
    };
    const store = new S3Store(settings('a-bucket/turns'), { fetch });
    await store.put('a b/ü.html', new Uint8Array(1), {});
    for await (const _ of store.list());
    const root = 'https://a-bucket.s3.eu-central-1.amazonaws.com/';
    expect(sent.map(({ url }) => url)).toEqual([
      `${root}turns/a%20b/%C3%BC.html`,
      `${root}?list-type=2&encoding-type=url&prefix=turns%2F`,
    ]);
    for (const { headers } of sent) expect(headers.get('authorization')).toMatch(/SignedHeaders=[^,]*\bhost\b/);
  });

  it.each([
    ['b', {}, undefined, /no name of a bucket/],
    ['../etc', {}, undefined, /no name of a bucket/],
    ['bucket/../other', {}, undefined, /prefix/],
    ['bucket', { AWS_PROFILE: 'nobody' }, undefined, /no profile "nobody"/],
    ['bucket', { AWS_SHARED_CREDENTIALS_FILE: '/nowhere' }, undefined, /AWS_ACCESS_KEY_ID/],
    ['bucket', { AWS_REGION: 'evil.example/' }, undefined, /no name of a region/],
    ['bucket', {}, 'ftp://store.example.org', /endpoint/],
    ['bucket', {}, 'https://me:secret@store.example.org', /without a user/],
  ])('are refused: %s %j %s', (place, env, endpoint, says) => {
    expect(() => settings(place, env as Record<string, string>, endpoint)).toThrow(says);
    expect(() => settings(place, env as Record<string, string>, endpoint)).not.toThrow(/default\/secret|me:secret/);
  });
});

it('a listing is read with its keys as they are, in whatever way a store writes them', () => {
  const page = (more: string) =>
    readListing(
      Buffer.from(
        `<ListBucketResult>${more}<Contents><Owner><ID>x</ID></Owner><Key>a%20b%2Bc&amp;d</Key><ETag>"1"</ETag><Size>3</Size></Contents><Contents><Key>e</Key></Contents></ListBucketResult>`,
      ),
    );
  expect(page('<EncodingType>url</EncodingType>').objects.map(({ path, etag }) => [path, etag])).toEqual([
    ['a b+c&d', '1'],
    ['e', ''],
  ]);
  expect(page('').objects[0]?.path).toBe('a%20b%2Bc&d');
  expect(page('<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>').next).toBe('t');
  expect(page('<IsTruncated>false</IsTruncated><NextContinuationToken>t</NextContinuationToken>').next).toBeUndefined();
});

it.each([
  ['index.html', 'text/html; charset=utf-8'],
  ['c/0123/feed.json', 'application/feed+json; charset=utf-8'],
  ['c/0123/data.json', 'application/json'],
  ['pagefind/wasm.en.pagefind', 'application/octet-stream'],
  ['archive/conversations/00/tile/entries/000.p/12', 'application/octet-stream'],
  ['archive/conversations/00/checkpoint', 'text/plain; charset=utf-8'],
  ['archive/blobs/00/00.zst', 'application/zstd'],
  ['manifest.webmanifest', 'application/manifest+json; charset=utf-8'],
])('%s has the type %s', (path, type) => {
  expect(objectHeaders(path)['content-type']).toBe(type);
});

/** A small S3-compatible store in memory that can be told to misbehave: slow down, lose answers, lose ETags, lose parts of a request. */
/** For what no well-behaved store does on request; what stores do is shown on one that somebody else wrote. */

import { hash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeObject {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly modifiedMs: number;
}

export interface Asked {
  readonly method: string;
  readonly key: string;
  readonly headers: IncomingMessage['headers'];
}

/** What happens to a request: before it is done (`status`), or after (`lost`: the connection breaks). Undefined: nothing. */
export type Mischief = { readonly status: number; readonly body?: string } | 'lost' | 'hang' | undefined;

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface FakeS3 {
  readonly endpoint: string;
  readonly objects: Map<string, FakeObject>;
  /** In their order. */
  readonly asked: Asked[];
  /** Keys that were written, in their order. */
  writes(): readonly string[];
  /** As it was last told to behave. */
  readonly how: Behaviour;
  behave(how: Behaviour): void;
  close(): Promise<void>;
}

export interface Behaviour {
  readonly mischief?: ((asked: Asked, n: number) => Mischief) | undefined;
  /** `other`: such as are no hash of the bytes, as with encryption. */
  readonly etags?: boolean | 'other';
  readonly conditions?: boolean;
  readonly pageSize?: number;
  /** Called before a condition is looked at. */
  readonly before?: (asked: Asked) => void;
}

export async function openFakeS3(bucket: string): Promise<FakeS3> {
  const objects = new Map<string, FakeObject>();
  const asked: Asked[] = [];
  let how: Behaviour = {};
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const path = decodeURIComponent(url.pathname.slice(1));
      const key = path.startsWith(`${bucket}/`) ? path.slice(bucket.length + 1) : '';
      const one: Asked = { method: request.method ?? '', key, headers: request.headers };
      asked.push(one);
      const mischief = how.mischief?.(one, asked.length);
      if (mischief === 'hang') return;
      if (typeof mischief !== 'object') how.before?.(one);
      const reply: Reply = typeof mischief === 'object' ? mischief : answer(one, url, Buffer.concat(pieces));
      if (mischief === 'lost') response.destroy();
      else response.writeHead(reply.status, reply.headers).end(reply.body ?? '');
    });
  });
  const given = (bytes?: Uint8Array) => (how.etags === 'other' ? `"${etagOf(bytes).slice(1, 9)}-2"` : etagOf(bytes));
  const answer = (one: Asked, url: URL, body: Buffer): Reply => {
    const { method, key, headers } = one;
    if (!(headers.authorization ?? '').startsWith('AWS4-HMAC-SHA256 ')) return error(403, 'AccessDenied');
    if (headers['x-amz-content-sha256'] !== hash('sha256', body)) return error(400, 'XAmzContentSHA256Mismatch');
    if (method === 'GET' && key === '') return { status: 200, body: list(url.searchParams) };
    if (method === 'POST' && url.searchParams.has('delete')) {
      for (const [, found = ''] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) objects.delete(found);
      return { status: 200, body: '<DeleteResult></DeleteResult>' };
    }
    const there = objects.get(key);
    const etag = (bytes: Uint8Array) => (how.etags === false ? {} : { etag: given(bytes) });
    if (method === 'PUT') {
      const { 'if-match': match, 'if-none-match': none } = headers;
      if (how.conditions !== false) {
        if (match !== undefined && there === undefined) return error(404, 'NoSuchKey');
        const fails = none === '*' ? there !== undefined : match !== undefined && match !== given(there?.bytes);
        if (fails) return error(412, 'PreconditionFailed');
      }
      const kept = Object.entries(headers).filter(([name]) =>
        /^(?:content-type|cache-control|x-amz-meta-.*)$/.test(name),
      );
      objects.set(key, { bytes: body, headers: Object.fromEntries(kept) as never, modifiedMs: Date.now() });
      return { status: 200, headers: etag(body) };
    }
    if (there === undefined) return error(404, 'NoSuchKey');
    if (method === 'DELETE') {
      objects.delete(key);
      return { status: 204 };
    }
    const modified = { 'last-modified': new Date(there.modifiedMs).toUTCString() };
    return { status: 200, headers: { ...there.headers, ...modified, ...etag(there.bytes) }, body: there.bytes };
  };
  const list = (query: URLSearchParams): string => {
    const from = query.get('continuation-token') ?? '';
    const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '') && key > from).sort();
    const page = keys.slice(0, how.pageSize ?? 1000);
    const contents = page.map((key) => {
      const etag =
        how.etags === false ? '' : `<ETag>${given(objects.get(key)?.bytes).replaceAll('"', '&quot;')}</ETag>`;
      return `<Contents><Key>${encodeURIComponent(key)}</Key>${etag}<Size>${objects.get(key)?.bytes.length}</Size><Owner><ID>1</ID></Owner></Contents>`;
    });
    const more = page.length < keys.length;
    const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    return `<?xml version="1.0"?>\n<ListBucketResult xmlns="x"><EncodingType>url</EncodingType><IsTruncated>${more}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    asked,
    writes: () => asked.filter(({ method }) => method === 'PUT').map(({ key }) => key),
    get how() {
      return how;
    },
    behave: (next) => {
      how = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function etagOf(bytes: Uint8Array = new Uint8Array()): string {
  return `"${hash('md5', bytes)}"`;
}

function error(status: number, code: string): Reply {
  return {
    status,
    body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>no</Message></Error>`,
  };
}

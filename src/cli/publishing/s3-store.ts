/** A client of S3-compatible stores, as small as handing over a site needs: put, get, list, remove. */
/** Signing is the library's, and this is the one file that knows it; retries are ours, because what was sent twice must be told from what somebody else sent. */

import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import { messageOf } from '../../base/errors.ts';
import { NetworkError } from '../../replica/pull/pulling.ts';
import { UsageError } from '../errors.ts';
import { deleteRequest, type ListedObject, readDeleteAnswer, readError, readListing } from './s3-documents.ts';
import type { S3Settings } from './s3-settings.ts';

/** What must stand under a key for a write to happen: nothing, or what has this ETag; undefined: whatever does. */
export type Condition = 'absent' | { readonly etag: string } | undefined;

export interface StoredObject {
  readonly bytes: Uint8Array;
  /** Without quotation marks; empty: the store gives none. */
  readonly etag: string;
  /** Milliseconds between its last change and now, by the store's own clock. Undefined: it does not say. */
  readonly ageMs: number | undefined;
}

export interface S3Options {
  /** Before the second attempt; twice as long before each further one. */
  readonly retryMs?: number;
  readonly attempts?: number;
  /** An attempt may take so long, and more for a large body. */
  readonly timeoutMs?: number;
  /** For tests. */
  readonly fetch?: typeof fetch;
}

interface Sent {
  readonly method: 'GET' | 'PUT' | 'POST' | 'HEAD' | 'DELETE';
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Statuses after which the same request may go well, as the stores' documentation has them. */
const AGAIN: readonly number[] = [408, 409, 429, 500, 502, 503, 504];
const LONGEST_WAIT = 20_000;
const SLOWEST_BYTES_PER_MS = 50;
const EMPTY_SHA256 = hash('sha256', '');

export class S3Store {
  readonly #settings: S3Settings;
  readonly #client: AwsClient;
  readonly #options: Required<S3Options>;
  /** A store that asks one request to slow down means all of them. */
  #pause: Promise<unknown> = Promise.resolve();
  /** The store said that it knows no conditional writes. */
  #unconditional = false;
  #keepsVersions = false;

  constructor(settings: S3Settings, options: S3Options = {}) {
    this.#settings = settings;
    this.#options = { retryMs: 250, attempts: 7, timeoutMs: 60_000, fetch, ...options };
    const { accessKeyId, secretAccessKey, sessionToken, region } = settings;
    this.#client = new AwsClient({
      ...{ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 },
      ...(sessionToken !== undefined && { sessionToken }),
    });
  }

  /** For people. */
  get place(): string {
    const { bucket, prefix } = this.#settings;
    return `s3://${bucket}/${prefix}`.replace(/\/$/, '');
  }

  /** False as soon as the store refused a condition; one that ignores them says nothing. */
  get knowsConditions(): boolean {
    return !this.#unconditional;
  }

  /** The bucket keeps what was overwritten or removed, as far as its answers said so. */
  get keepsVersions(): boolean {
    return this.#keepsVersions;
  }

  /** The new ETag, empty where the store gives none; undefined: the condition does not hold. */
  async put(
    path: string,
    body: Uint8Array<ArrayBuffer>,
    headers: Readonly<Record<string, string>>,
    condition?: Condition,
  ): Promise<string | undefined> {
    const only: Readonly<Record<string, string>> =
      condition === undefined || this.#unconditional
        ? {}
        : condition === 'absent'
          ? { 'if-none-match': '*' }
          : { 'if-match': `"${condition.etag}"` };
    const answer = await this.#send({ method: 'PUT', key: path, headers: { ...headers, ...only }, body });
    if (answer.status === 501 && condition !== undefined && !this.#unconditional) {
      this.#unconditional = true;
      return await this.put(path, body, headers);
    }
    // what should be replaced is gone: that condition does not hold either
    if (answer.status === 412 || (answer.status === 404 && typeof condition === 'object')) return undefined;
    if (answer.status !== 200) throw this.#errorOf(answer, `cannot write ${path}`);
    this.#keepsVersions ||= answer.headers.has('x-amz-version-id') && answer.headers.get('x-amz-version-id') !== 'null';
    return etagOf(answer.headers);
  }

  /** Undefined: nothing has this key. */
  async get(path: string): Promise<StoredObject | undefined> {
    const answer = await this.#send({ method: 'GET', key: path });
    if (answer.status === 404 && readError(answer.body).code !== 'NoSuchBucket') return undefined;
    if (answer.status !== 200) throw this.#errorOf(answer, `cannot read ${path}`);
    const { headers, body: bytes } = answer;
    const age = Date.parse(headers.get('date') ?? '') - Date.parse(headers.get('last-modified') ?? '');
    return { bytes, etag: etagOf(headers), ageMs: Number.isNaN(age) ? undefined : age };
  }

  /** All below the prefix, by path; a page of a thousand in memory at a time. */
  async *list(): AsyncGenerator<ListedObject> {
    const { prefix } = this.#settings;
    const seen = new Set<string>();
    for (let token: string | undefined = ''; token !== undefined; ) {
      const answer = await this.#send({
        method: 'GET',
        query: {
          'list-type': '2',
          'encoding-type': 'url',
          prefix,
          ...(token !== '' && { 'continuation-token': token }),
        },
      });
      if (answer.status !== 200) throw this.#errorOf(answer, 'cannot list');
      const page = readListing(answer.body);
      for (const each of page.objects)
        if (each.path.startsWith(prefix)) yield { ...each, path: each.path.slice(prefix.length) };
      token = page.next;
      if (token !== undefined && seen.has(token)) throw this.#error('body', 'its listing goes in a circle');
      if (token !== undefined) seen.add(token);
    }
  }

  /** Any number of them, a thousand at a time. What is gone already is no trouble. */
  async remove(paths: readonly string[]): Promise<void> {
    for (let i = 0; i < paths.length; i += 1000) await this.#removeAll(paths.slice(i, i + 1000));
  }

  async #removeAll(paths: readonly string[]): Promise<void> {
    const { prefix } = this.#settings;
    const body = deleteRequest(paths.map((path) => prefix + path));
    const answer = await this.#send({
      method: 'POST',
      query: { delete: '' },
      headers: { 'content-type': 'application/xml', 'content-md5': hash('md5', body, 'base64') },
      body,
    });
    // some stores know no request for many
    if (answer.status === 501 || answer.status === 405) for (const path of paths) await this.#removeOne(path);
    else if (answer.status !== 200) throw this.#errorOf(answer, 'cannot remove files');
    else for (const key of readDeleteAnswer(answer.body)) await this.#removeOne(key.slice(prefix.length));
  }

  async #removeOne(path: string): Promise<void> {
    const answer = await this.#send({ method: 'DELETE', key: path });
    if (answer.status >= 300 && answer.status !== 404) throw this.#errorOf(answer, `cannot remove ${path}`);
  }

  /** Until it goes well, or will not. Any answer that another attempt cannot change. Throws NetworkError. */
  async #send(sent: Sent): Promise<Answer> {
    const { attempts, retryMs } = this.#options;
    for (let attempt = 1; ; attempt++) {
      await this.#pause;
      const found = await this.#try(sent);
      const wait = Math.min(LONGEST_WAIT, retryMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
      if ('problem' in found) {
        if (attempt >= attempts) throw this.#error('connection', `${found.problem}, ${attempts} times`, found.cause);
        await sleep(wait);
        continue;
      }
      const again =
        AGAIN.includes(found.status) || (found.status === 400 && readError(found.body).code === 'RequestTimeout');
      if (!again) return found;
      if (attempt >= attempts) throw this.#errorOf(found, `still cannot serve after ${attempts} attempts`);
      const asked = Number(found.headers.get('retry-after')) * 1000;
      const pause = sleep(Math.min(LONGEST_WAIT, Math.max(wait, Number.isFinite(asked) ? asked : 0)));
      if (found.status === 503 || found.status === 429) this.#pause = pause;
      await pause;
    }
  }

  async #try(sent: Sent): Promise<Answer | { readonly problem: string; readonly cause: unknown }> {
    const { method, key, query = {}, headers = {}, body } = sent;
    const { root, prefix } = this.#settings;
    const url = new URL(key === undefined ? root : `${root}/${encodePath(prefix + key)}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const sha256 = body === undefined ? EMPTY_SHA256 : hash('sha256', body);
    const request = await this.#client.sign(url.href, {
      method,
      headers: { ...headers, 'x-amz-content-sha256': sha256 },
      ...(body !== undefined && { body }),
    });
    const patience = AbortSignal.timeout(
      Math.ceil(this.#options.timeoutMs + (body?.length ?? 0) / SLOWEST_BYTES_PER_MS),
    );
    try {
      // a store elsewhere would be sent what was signed for this one
      const answer = await this.#options.fetch(request, { redirect: 'manual', signal: patience });
      return { status: answer.status, headers: answer.headers, body: new Uint8Array(await answer.arrayBuffer()) };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const late = error instanceof Error && error.name === 'TimeoutError';
      return { problem: late ? 'no answer in time' : `the connection fails (${messageOf(cause)})`, cause };
    }
  }

  #error(reason: 'connection' | 'status' | 'body', problem: string, cause?: unknown): NetworkError {
    return new NetworkError(new URL(this.#settings.endpoint).host, reason, this.#clean(problem), cause);
  }

  /** What the person can mend is said to them; the rest is the host's. */
  #errorOf({ status, headers, body }: Answer, what: string): UsageError | NetworkError {
    const { code, message } = readError(body);
    const region = headers.get('x-amz-bucket-region');
    const says = [code, message].filter((text) => text !== '').join(': ') || `status ${status}`;
    const hint =
      status >= 300 && status < 400 && region !== null
        ? `; the bucket is in region ${region}: set AWS_REGION`
        : code === 'NoSuchBucket'
          ? '; make it first, and name it as it is'
          : '';
    if (status >= 300 && status < 500) return new UsageError(this.#clean(`${this.place}: ${what}: ${says}${hint}`));
    return this.#error('status', `${what}: ${says}`);
  }

  /** Stores repeat in errors what they were sent. */
  #clean(text: string): string {
    const { accessKeyId, secretAccessKey, sessionToken } = this.#settings;
    let clean = text.slice(0, 1000);
    for (const secret of [secretAccessKey, sessionToken, accessKeyId])
      if (secret !== undefined) clean = clean.replaceAll(secret, '…');
    return clean;
  }
}

function etagOf(headers: Headers): string {
  return (headers.get('etag') ?? '').replace(/^(?:W\/)?"|"$/g, '');
}

/** As the signature has it: everything but the unreserved characters of RFC 3986 and the slash. */
function encodePath(path: string): string {
  return path
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/');
}

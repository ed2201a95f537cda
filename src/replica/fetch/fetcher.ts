/** Fetching from hosts of strangers: safe as to where it goes, bounded as to bytes, time and redirects. */
/** Everything that turnpress takes from the web comes through here. Rules: http and https, checked addresses on every hop, GET only, no cookies. */

import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Agent as SecureAgent } from 'node:https';
import { errorCode } from '../../base/disk.ts';
import { messageOf } from '../../base/errors.ts';
import { NetworkError } from '../errors.ts';
import { type Destination, findDestination, type Permission } from './destination.ts';
import { createLookup, type Resolve, resolveByDns } from './lookup.ts';
import { receiveBody } from './receive.ts';

export interface FetcherOptions extends Permission {
  /** `turnpress/0.1.0` */
  readonly userAgent: string;
  /** For tests. */
  readonly resolve?: Resolve;
}

export interface FetchOptions {
  /** Most bytes of the body, decoded. */
  readonly limit: number;
  /** Milliseconds for everything, redirects too. */
  readonly totalMs?: number;
  /** Milliseconds in which nothing comes. */
  readonly idleMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Asks for a compressed answer; without it one that comes compressed is taken, too. */
  readonly compressed?: boolean;
  readonly signal?: AbortSignal;
}

export interface Answer {
  /** Never that of a redirect that was followed. */
  readonly status: number;
  /** Where it came from, after redirects. */
  readonly url: string;
  readonly redirects: readonly Redirect[];
  /** By name in small letters; of a name that stands several times, all values with commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** `to`: whole. 301 and 308 say that it is for ever. */
export interface Redirect {
  readonly status: number;
  readonly to: string;
}

// @NOTE an import of node:http asks for each of its names, and one of them loads a second HTTP client, which is most of a poll
const { Agent: HttpAgent, request: requestHttp } = process.getBuiltinModule('node:http');
const { Agent: HttpsAgent, request: requestHttps } = process.getBuiltinModule('node:https');

const MOST_REDIRECTS = 5;
const FOLLOWED: readonly number[] = [301, 302, 303, 307, 308];
const STALE: readonly string[] = ['ECONNRESET', 'EPIPE'];
const TOTAL_MS = 30_000;
const IDLE_MS = 15_000;
/** Connections to one host. */
const MOST_CONNECTIONS = 6;

/** Keeps connections open between requests. Must be closed. */
export class Fetcher {
  readonly #options: FetcherOptions;
  /** Connections whose address was checked, and those to hosts that the person allowed: never one for the other. */
  readonly #checked: Agents;
  readonly #allowed: Agents;

  constructor(options: FetcherOptions) {
    this.#options = options;
    const resolve = options.resolve ?? resolveByDns;
    this.#checked = createAgents(resolve, true);
    this.#allowed = createAgents(resolve, false);
  }

  /** One GET. Throws NetworkError for all that keeps an answer from coming; any status is an answer. */
  async fetch(address: string, options: FetchOptions): Promise<Answer> {
    const { totalMs = TOTAL_MS, signal } = options;
    signal?.throwIfAborted();
    let at = findDestination(address, this.#options);
    const redirects: Redirect[] = [];
    const seen = new Set([at.url.href]);
    const end = new End();
    const seconds = totalMs / 1000;
    const timer = setTimeout(
      () => end.come(new NetworkError(at.url.host, 'time', `no whole answer within ${seconds} seconds`)),
      totalMs,
    );
    const abort = () => end.come(new NetworkError(at.url.host, 'connection', 'nobody waits for it any more'));
    signal?.addEventListener('abort', abort);
    try {
      for (;;) {
        const { host } = at.url;
        const response = await this.#request(at, options, end);
        const next = locationOf(response);
        if (next === undefined) return await answerOf(at, response, redirects, options.limit);
        response.destroy();
        at = findDestination(next, this.#options, at);
        redirects.push({ status: response.statusCode ?? 0, to: at.url.href });
        if (seen.has(at.url.href)) throw new NetworkError(host, 'redirects', 'its redirects go in a circle');
        if (redirects.length > MOST_REDIRECTS)
          throw new NetworkError(host, 'redirects', `it redirects more than ${MOST_REDIRECTS} times`);
        seen.add(at.url.href);
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw end.error ?? error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  close(): void {
    for (const agents of [this.#checked, this.#allowed]) for (const agent of Object.values(agents)) agent.destroy();
  }

  #request({ url, allowed }: Destination, options: FetchOptions, end: End): Promise<IncomingMessage> {
    const { idleMs = IDLE_MS, compressed = false, headers = {} } = options;
    const agents = allowed ? this.#allowed : this.#checked;
    const isSecure = url.protocol === 'https:';
    let response: IncomingMessage | undefined;
    return new Promise((resolve, reject) => {
      const request = (isSecure ? requestHttps : requestHttp)(url, {
        agent: isSecure ? agents.https : agents.http,
        headers: {
          'user-agent': this.#options.userAgent,
          'accept-encoding': compressed ? 'gzip, br, deflate' : 'identity',
          ...headers,
        },
        timeout: idleMs,
      });
      end.of(request);
      request.once('timeout', () => {
        const error = new NetworkError(url.host, 'time', `nothing came for ${idleMs / 1000} seconds`);
        request.destroy(error);
        response?.destroy(error);
      });
      request.on('error', (error) => {
        // the host closed a connection that was waiting, in the moment in which it was used again: it never saw the request
        const isStale = request.reusedSocket && response === undefined && STALE.includes(errorCode(error));
        if (isStale) resolve(this.#request({ url, allowed }, options, end));
        else reject(networkErrorOf(url.host, error));
      });
      // without a listener the connection would go and nobody would hear of it
      request.once('upgrade', (_, socket) => {
        socket.destroy();
        reject(new NetworkError(url.host, 'connection', 'it goes on in a protocol that nobody asked for'));
      });
      request.once('response', (received) => {
        response = received;
        end.of(received);
        resolve(received);
      });
      request.end();
    });
  }
}

/** What comes over a fetch from outside: its time is up, or nobody waits for it. Signals do the same at five times the cost of a small answer. */
class End {
  error: NetworkError | undefined;
  #open: ClientRequest | IncomingMessage | undefined;

  /** What is under way, and ends when the end comes. */
  of(open: ClientRequest | IncomingMessage): void {
    this.#open = open;
    if (this.error !== undefined) open.destroy(this.error);
  }

  come(error: NetworkError): void {
    this.error = error;
    this.#open?.destroy(error);
  }
}

interface Agents {
  readonly http: Agent;
  readonly https: SecureAgent;
}

function createAgents(resolve: Resolve, check: boolean): Agents {
  const options = { keepAlive: true, maxSockets: MOST_CONNECTIONS, lookup: createLookup(resolve, check) };
  return { http: new HttpAgent(options), https: new HttpsAgent(options) };
}

function locationOf({ statusCode, headers }: IncomingMessage): string | undefined {
  return FOLLOWED.includes(statusCode ?? 0) ? headers.location : undefined;
}

async function answerOf(
  { url }: Destination,
  response: IncomingMessage,
  redirects: readonly Redirect[],
  limit: number,
): Promise<Answer> {
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  const body = await receiveBody(url.host, response, limit);
  return { status: response.statusCode ?? 0, url: url.href, redirects, headers, body };
}

/** A connection's own error, in words; ours, which a lookup may have thrown, as it is. */
function networkErrorOf(host: string, error: Error): NetworkError {
  if (error instanceof NetworkError) return error;
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return networkErrorOf(host, error.errors[0]);
  return new NetworkError(host, 'connection', `no connection (${errorCode(error) || messageOf(error)})`, error);
}

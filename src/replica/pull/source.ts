/** One replica on somebody's host: its files by path, asked for with patience and in bounds. */
/** What a host says is judged by content, never by status; a request that fails is tried again a few times, and then told. */

import { setTimeout as wait } from 'node:timers/promises';
import { TurnpressError } from '../../base/errors.ts';
import { BadReplicaError, NetworkError } from '../errors.ts';
import type { Answer, Fetcher } from '../fetch/fetcher.ts';

export interface SourceOptions {
  readonly fetcher: Fetcher;
  /** Where the replica stands, with a slash at the end. */
  readonly base: string;
  readonly signal?: AbortSignal;
  /** Milliseconds before the second try; the third waits four times as long. */
  readonly patienceMs?: number;
}

const MOST_REQUESTS = 6;
const TRIES = 3;
const PATIENCE_MS = 250;
/** Longest that a host can make us wait by its own word. */
const MOST_WAIT_MS = 10_000;
/** A tile of 17 MiB over a slow line. */
const TOTAL_MS = 120_000;
/** After so many answers in a row that did not come, the host is taken for down. */
const MOST_FAILURES = 8;

/** Files of a replica, by path below its folder. */
export interface FileSource {
  /** The file as `decode` makes it of its bytes. Undefined: there is none. Throws NetworkError, BadReplicaError. */
  find<T>(path: string, limit: number, decode: (bytes: Uint8Array) => T): Promise<T | undefined>;
}

export class ReplicaSource implements FileSource {
  readonly base: string;
  readonly #options: SourceOptions;
  #open = 0;
  readonly #waiting: (() => void)[] = [];
  #failures = 0;
  #requests = 0;
  #bytes = 0;

  constructor(options: SourceOptions) {
    this.base = options.base;
    this.#options = options;
  }

  get requests(): number {
    return this.#requests;
  }

  /** Bytes of all bodies, decoded. */
  get bytes(): number {
    return this.#bytes;
  }

  /** So many requests failed in a row that more of them help nobody. */
  get isDown(): boolean {
    return this.#failures >= MOST_FAILURES;
  }

  downError(): NetworkError {
    const { host } = new URL(this.base);
    return new NetworkError(
      host,
      'connection',
      'it does not answer any more; what came is kept, and the next pull goes on from there',
    );
  }

  /**
   * The file as `decode` makes it of its bytes. Undefined: there is none, whatever the status says. Content that `decode` refuses is
   * asked for once more past all caches. Throws NetworkError, BadReplicaError.
   */
  async find<T>(path: string, limit: number, decode: (bytes: Uint8Array) => T): Promise<T | undefined> {
    for (let again = false; ; again = true) {
      const answer = await this.ask(path, limit, again ? { 'cache-control': 'no-cache' } : {});
      if (answer.status !== 200) return undefined;
      try {
        return decode(answer.body);
      } catch (error) {
        if (!(error instanceof TurnpressError)) throw error;
        if (isPage(answer)) return undefined;
        if (again) throw new BadReplicaError(path, error.message, error);
      }
    }
  }

  /** An answer of status 200, 304, 404 or 410. Throws NetworkError. */
  async ask(path: string, limit: number, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    await this.#enter();
    try {
      if (this.isDown) throw this.downError();
      for (let tries = 1; ; tries++) {
        const [answer, error] = await this.#try(path, limit, headers);
        if (answer !== undefined && [200, 304, 404, 410].includes(answer.status)) {
          this.#failures = 0;
          return answer;
        }
        const failure = error ?? statusError(this.base, answer);
        const mayWait = answer === undefined ? isPassing(failure) : answer.status === 429 || answer.status >= 500;
        if (!mayWait || tries === TRIES || this.isDown) {
          this.#failures++;
          throw failure;
        }
        await wait(this.#pauseOf(tries, answer), undefined, { signal: this.#options.signal });
      }
    } finally {
      this.#leave();
    }
  }

  async #try(
    path: string,
    limit: number,
    headers: Readonly<Record<string, string>>,
  ): Promise<[Answer | undefined, NetworkError | undefined]> {
    const { fetcher, base, signal } = this.#options;
    this.#requests++;
    try {
      const answer = await fetcher.fetch(base + path, {
        ...{ limit, headers, totalMs: TOTAL_MS },
        ...(signal === undefined ? {} : { signal }),
      });
      this.#bytes += answer.body.length;
      return [answer, undefined];
    } catch (error) {
      if (error instanceof NetworkError) return [undefined, error];
      throw error;
    }
  }

  #pauseOf(tries: number, answer: Answer | undefined): number {
    const own = (this.#options.patienceMs ?? PATIENCE_MS) * 4 ** (tries - 1);
    const asked = (Number(answer?.headers['retry-after']) || 0) * 1000;
    return Math.min(MOST_WAIT_MS, Math.max(asked, own));
  }

  async #enter(): Promise<void> {
    if (this.#open >= MOST_REQUESTS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#open++;
  }

  #leave(): void {
    this.#open--;
    this.#waiting.shift()?.();
  }
}

/** Many hosts send a page for a file that they do not have. */
function isPage({ headers, body }: Answer): boolean {
  const start = Buffer.from(body.subarray(0, 64)).toString('latin1').trimStart().toLowerCase();
  return (
    (headers['content-type'] ?? '').includes('text/html') ||
    start.startsWith('<!doctype html') ||
    start.startsWith('<html')
  );
}

/** Worth another try: what was refused on purpose, and what is too long, is so the next time, too. */
function isPassing({ reason }: NetworkError): boolean {
  return reason === 'connection' || reason === 'time' || reason === 'body' || reason === 'name';
}

function statusError(base: string, answer: Answer | undefined): NetworkError {
  return new NetworkError(new URL(base).host, 'status', `it answers with status ${answer?.status ?? 0}`);
}

/** `work` for each item, `width` at once, results in the order of the items. */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const waiting: Promise<R>[] = [];
  try {
    for (const item of items) {
      waiting.push(work(item));
      const first = waiting.length < width ? undefined : waiting.shift();
      if (first !== undefined) yield await first;
    }
    for (let first = waiting.shift(); first !== undefined; first = waiting.shift()) yield await first;
  } finally {
    // what was begun and is not wanted any more must not fail unheard
    for (const each of waiting) each.catch(() => undefined);
  }
}

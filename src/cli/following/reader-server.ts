/** `/reader/` while `serve` runs: pages made of the memory as it is now, and the forms on them. */
/** Looking changes nothing. A change is believed when it comes from a page of ours: by its origin, and by a token that only those pages hold. */

import { randomUUID, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { encodeUtf8 } from '../../base/bytes.ts';
import { isAbsent } from '../../base/disk.ts';
import { TurnpressError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { ENTRY_KEY, generateReading, parseReading } from '../../model/reading/state.ts';
import type { ReaderStore } from '../../reader/reader.ts';
import { pages } from '../../site/fixed-urls.ts';
import { openReading, type ReadingPages, readBasePath } from '../../site/site.ts';
import { filterOf, readingSource } from './reading-source.ts';

/** Answers what is below `/reader/`, and nothing else. */
export interface ReaderServer {
  /** `url`: from the site's root. False: it is none of the reader's. */
  answer(request: IncomingMessage, response: ServerResponse, url: string): Promise<boolean>;
}

export interface ReaderServerOptions {
  /** The built private site. */
  readonly folder: string;
  /** Absolute, where the site stands by its configuration. */
  readonly site: string;
  readonly store: ReaderStore;
  readonly now: () => number;
  readonly log: Log;
}

const MOST_BODY = 20 * 1024 * 1024;

export async function createReaderServer(options: ReaderServerOptions): Promise<ReaderServer> {
  const reading = await openReading();
  const server: Server = { ...options, reading, token: randomUUID() };
  return {
    async answer(request, response, url) {
      if (!url.startsWith(pages.reader)) return false;
      try {
        return await answer(server, request, response, url);
      } catch (error) {
        if (request.destroyed && !request.complete) return true; // who asked has gone
        if (!(error instanceof TurnpressError)) throw error;
        options.log.info(error.message);
        give(response, 500, 'text/plain', `${error.message}\n`);
        return true;
      }
    },
  };
}

interface Server extends ReaderServerOptions {
  readonly reading: ReadingPages;
  readonly token: string;
}

async function answer(
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
): Promise<boolean> {
  const { pathname } = new URL(url, 'http://localhost');
  if (request.method === 'POST') await change(server, request, response, pathname);
  else if (pathname === pages.readerExport)
    give(response, 200, 'application/json', generateReading(server.store.choices.all()));
  else return show(server, response, url);
  return true;
}

function show({ reading, folder, site, store, token, now }: Server, response: ServerResponse, url: string): boolean {
  const shell = readShell(folder);
  if (shell === undefined) return false;
  const pictures = new URL(url, 'http://localhost').searchParams.get('pictures') === '1';
  const basePath = readBasePath(folder);
  const page = reading.render(readingSource(store), url, {
    ...{ shell, basePath, site, token, pictures },
    nowMs: now(),
  });
  if (page === undefined) return false;
  for (const [name, value] of page.headers) response.setHeader(name, value);
  give(response, 200, 'text/html', page.html);
  return true;
}

/** Undefined: the site was built without a reader. */
function readShell(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, pages.reader, 'index.html'), 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function change(
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
): Promise<void> {
  if (pathname !== pages.readerState) return give(response, 405, 'text/plain', 'only GET and HEAD\n');
  if (!isOwnPage(request)) return give(response, 403, 'text/plain', 'only pages of this site may change anything\n');
  const form = await readForm(request);
  if (form === undefined) return give(response, 400, 'text/plain', 'this is no form, or too large\n');
  const field = (name: string): string => {
    const value = form.get(name);
    return typeof value === 'string' ? value : '';
  };
  if (!isEqual(field('token'), server.token))
    return give(response, 403, 'text/plain', 'this page is from before the server was started: load it again\n');
  const file = form.get('file');
  const said = typeof file === 'object' && file !== null ? await file.text() : field('state');
  if (said !== '' || field('do') === 'import') {
    const state = parseReading(said, server.now());
    if (state === undefined)
      return give(response, 400, 'text/plain', 'this file was not saved by a reader of turnpress\n');
    server.store.choices.merge(state);
  } else if (!act(server, field)) return give(response, 400, 'text/plain', 'this form says nothing that can be done\n');
  lead(server, response, field);
}

/** False: there is nothing of that name. */
function act({ store, reading, now }: Server, field: (name: string) => string): boolean {
  const [verb = '', key = ''] = field('do').split(' ');
  const { entries, feeds, choices } = store;
  const nowMs = now();
  if (verb === 'all' || verb === 'above') {
    const list = reading.findList(readingSource(store), field('list'));
    const filter = list === undefined ? undefined : filterOf(list, store);
    const downTo = verb === 'above' ? entries.findByKey(key) : undefined;
    if (filter === undefined || (verb === 'above' && downTo === undefined)) return false;
    entries.markRead(
      filter,
      downTo === undefined ? { seenMs: Math.min(Number(field('seen')) || 0, nowMs) } : { downTo },
      nowMs,
    );
    return true;
  }
  if (!ENTRY_KEY.test(key)) return false;
  if (verb === 'show' || verb === 'hide') {
    const feed = feeds.walk().find((each) => each.key === key);
    if (feed !== undefined) feeds.showPictures(feed.id, verb === 'show');
    return feed !== undefined;
  }
  const choice = CHOICES[verb];
  if (choice === undefined || entries.findByKey(key) === undefined) return false;
  choices.choose([key], choice.field, choice.is, nowMs);
  return true;
}

const CHOICES: Readonly<Record<string, { readonly field: 'read' | 'starred'; readonly is: boolean }>> = {
  read: { field: 'read', is: true },
  next: { field: 'read', is: true },
  unread: { field: 'read', is: false },
  star: { field: 'starred', is: true },
  unstar: { field: 'starred', is: false },
};

/** Back to the page that asked, or on to the next entry. */
function lead({ folder, reading }: Server, response: ServerResponse, field: (name: string) => string): void {
  const next = /^next [0-9a-f]{16} ([0-9a-f]{16})$/.exec(field('do'))?.[1];
  const to = next === undefined ? (reading.findPage(field('back')) ?? pages.reader) : reading.entryUrl(next);
  response.setHeader('Location', readBasePath(folder) + to);
  give(response, 303, 'text/plain', 'done\n');
}

/**
 * Browsers say where a request comes from, and no page can make them say otherwise. Under our referrer policy a form's `Origin` is
 * `null`, so the newer header has the word where there is one.
 */
function isOwnPage({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin !== undefined && URL.parse(headers.origin)?.host === headers.host;
}

function isEqual(a: string, b: string): boolean {
  const [one, other] = [encodeUtf8(a), encodeUtf8(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Undefined: it is none, or larger than any state. */
async function readForm(request: IncomingMessage): Promise<FormData | undefined> {
  const type = request.headers['content-type'] ?? '';
  if (!/^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/.test(type)) return undefined;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MOST_BODY) return undefined;
    chunks.push(chunk);
  }
  try {
    return await new Response(new Blob(chunks), { headers: { 'content-type': type } }).formData();
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function give(response: ServerResponse, status: number, type: string, body: string): void {
  const bytes = encodeUtf8(body);
  if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'content-length': bytes.length }).end(bytes);
}

/** A web server for a built site, on this machine only, with the headers that a host should send. */
/** It gives regular files of the folder and nothing else, whatever is asked and whatever lies there. The one file that knows the server library. */

import { accessSync, constants, lstatSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import { isAbsent } from '../base/disk.ts';
import { readBasePath, type ServedSite, servedHeaders } from '../site/site.ts';
import { UsageError } from './errors.ts';
import type { ReaderServer } from './following/reader-server.ts';

/**
 * Listens on the loopback address. Files are read anew at each request, so a build shows at once. Every answer, errors too, has the
 * policy and headers of its path. Throws UsageError for a port that cannot be had.
 */
export function startServer(
  folder: string,
  port: number,
  kind: ServedSite = 'public',
  reader?: ReaderServer,
): Promise<Server> {
  const site: Site = { folder, kind, files: sirv(folder, { dev: true, etag: true, dotfiles: false, extensions: [] }) };
  const server = createServer((request, response) => {
    void answer(site, reader, request, response);
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portError(error, port) ?? error));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

interface Site {
  readonly folder: string;
  readonly kind: ServedSite;
  readonly files: ReturnType<typeof sirv>;
}

async function answer(
  site: Site,
  reader: ReaderServer | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isLoopbackHost(request.headers.host))
    return refuse(site, response, 421, 'this server answers to localhost only');
  const url = findUrl(site, request.url ?? '/');
  if (reader !== undefined && url !== undefined && (await reader.answer(request, response, url))) return undefined;
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(site, response, 405, 'only GET and HEAD');
  return give(site, request, response);
}

/** From the site's root. Undefined: it is not below the folder of the host where the site stands. */
function findUrl({ folder }: Site, asked: string): string | undefined {
  const basePath = readBasePath(folder);
  return asked.startsWith(`${basePath}/`) ? asked.slice(basePath.length) : undefined;
}

function give(site: Site, request: IncomingMessage, response: ServerResponse): void {
  const basePath = readBasePath(site.folder);
  const asked = request.url ?? '/';
  const url = findUrl(site, asked);
  const found = url === undefined ? undefined : findFile(site.folder, url);
  if (url === undefined && ['', '/', basePath].includes(asked)) lead(site, response, 302, `${basePath}/`);
  else if (found === undefined) leadOn(site, asked, response);
  else if ('below' in found) {
    lead(site, response, 301, `${basePath}/${found.below.map(encodeURIComponent).join('/')}/`);
  } else {
    setHeaders(site, response, found.file);
    request.url = encodeURI(`/${found.file}`);
    // whole files only: no page asks for a part, and the library takes what it is told for bytes that are there
    delete request.headers.range;
    // between the look and the reading a build may have taken the file away
    response.once('pipe', (source) => source.once('error', () => response.destroy()));
    site.files(request, response, () => notFound(site, response));
  }
}

/** Path of a regular file below the folder, or names of a folder that was asked for without its slash. Undefined: nothing to give. */
function findFile(
  folder: string,
  url: string,
): { readonly file: string } | { readonly below: readonly string[] } | undefined {
  const names = namesOf(url);
  if (names === undefined) return undefined;
  const asksFolder = names.at(-1) === '';
  const wanted = names.filter((name) => name !== '');
  if (wanted.some((name) => !isPlainName(name))) return undefined;
  const kind = kindOf(folder, wanted);
  if (kind === 'file') return asksFolder ? undefined : { file: wanted.join('/') };
  if (kind !== 'folder' || kindOf(folder, [...wanted, 'index.html']) !== 'file') return undefined;
  return asksFolder ? { file: [...wanted, 'index.html'].join('/') } : { below: wanted };
}

/** Decoded segments of the path; the last one is empty when it ends in a slash. Undefined: it is no address. */
function namesOf(url: string): readonly string[] | undefined {
  try {
    return new URL(url, 'http://localhost').pathname.split('/').slice(1).map(decodeURIComponent);
  } catch (error) {
    if (error instanceof URIError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** One segment, and no hidden file: those are the folder's own business. */
function isPlainName(name: string): boolean {
  return !name.startsWith('.') && !/[\\/\0:]/.test(name);
}

/** What stands there when every step is a real folder: no link is followed, and nothing is given that cannot be read. */
function kindOf(root: string, names: readonly string[]): 'file' | 'folder' | undefined {
  try {
    let path = root;
    for (const [i, name] of names.entries()) {
      path = join(path, name);
      const stat = lstatSync(path);
      if (i < names.length - 1 && !stat.isDirectory()) return undefined;
      if (i === names.length - 1 && !stat.isDirectory()) {
        if (!stat.isFile()) return undefined;
        accessSync(path, constants.R_OK);
        return 'file';
      }
    }
    return 'folder';
  } catch (error) {
    if (isAbsent(error) || isRefused(error)) return undefined;
    throw error;
  }
}

function isRefused(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['EACCES', 'EPERM', 'ENAMETOOLONG', 'ELOOP'].includes(String(error.code))
  );
}

/** What `_redirects` says of an address at which nothing stands, as hosts that know the file do. */
function leadOn(site: Site, url: string, response: ServerResponse): void {
  const to = findRedirect(site.folder, `/${namesOf(url)?.join('/') ?? ''}`);
  if (to === undefined) notFound(site, response);
  else lead(site, response, 301, to);
}

function lead(site: Site, response: ServerResponse, status: 301 | 302, to: string): void {
  response.setHeader('Location', to);
  refuse(site, response, status, 'this is elsewhere');
}

/** Addresses of this site only. */
function findRedirect(folder: string, asked: string): string | undefined {
  if (kindOf(folder, ['_redirects']) !== 'file') return undefined;
  for (const line of readFileSync(join(folder, '_redirects'), 'utf8').split('\n')) {
    const [from = '', to = ''] = line.split(' ');
    const fits = from.endsWith('*') ? asked.startsWith(from.slice(0, -1)) : asked === from;
    if (from !== '' && fits && /^\/(?![/\\])[\x21-\x7e]*$/.test(to)) return to;
  }
  return undefined;
}

function notFound(site: Site, response: ServerResponse): void {
  if (kindOf(site.folder, ['404.html']) !== 'file') refuse(site, response, 404, 'not found');
  else end(site, response, 404, 'text/html', readFileSync(join(site.folder, '404.html')));
}

function refuse(site: Site, response: ServerResponse, status: number, says: string): void {
  if (status === 405) response.setHeader('Allow', 'GET, HEAD');
  end(site, response, status, 'text/plain', Buffer.from(`${says}\n`));
}

function end(site: Site, response: ServerResponse, status: number, type: string, body: Buffer): void {
  setHeaders(site, response, '404.html');
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'content-length': body.length }).end(body);
}

function setHeaders({ kind }: Site, response: ServerResponse, path: string): void {
  for (const [name, value] of servedHeaders(path, kind)) response.setHeader(name, value);
}

/** A page of another site must not reach this one by a name of its own that points here. */
function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
}

function portError(error: NodeJS.ErrnoException, port: number): UsageError | undefined {
  if (error.code === 'EADDRINUSE') return new UsageError(`port ${port} is taken; --port 0 takes a free one`, { port });
  if (error.code === 'EACCES')
    return new UsageError(`port ${port} is not for everybody; take one above 1023, or --port 0 for a free one`, {
      port,
    });
  return undefined;
}

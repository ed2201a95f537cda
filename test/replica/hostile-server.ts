/** A web server for tests: a folder, and a list of rules by which it breaks its word. */
/** Loopback, a port of the system's choice. It counts what it was asked and what it sent. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { extname, join } from 'node:path';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

/** What was asked for, and the bytes of the file there; undefined: there is none. */
export interface Asked {
  readonly path: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly bytes: Buffer | undefined;
  readonly folder: string;
}

export type Mode = (asked: Asked) => void;

export interface Rule {
  /** All of the path, or a pattern. */
  readonly match: string | RegExp;
  /** Which requests that it matches, counted from 1; absent: all. */
  readonly from?: number;
  readonly to?: number;
  readonly mode: Mode;
}

export interface HostileServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly host: string;
  /** May be changed between requests, like the folder. */
  rules: Rule[];
  folder: string;
  /** Paths, in order. */
  readonly asked: string[];
  sent(): number;
  close(): Promise<void>;
}

export async function serveHostile(folder: string, rules: Rule[] = []): Promise<HostileServer> {
  const sockets = new Set<Socket>();
  let counts = new Map<Rule, number>();
  let sent = 0;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    asked.push(path);
    const end = response.end.bind(response);
    const write = response.write.bind(response);
    const count = (chunk: unknown) => {
      if (chunk instanceof Uint8Array || typeof chunk === 'string') sent += chunk.length;
    };
    response.end = ((...args: Parameters<typeof end>) => {
      count(args[0]);
      return end(...args);
    }) as typeof response.end;
    response.write = ((...args: Parameters<typeof write>) => {
      count(args[0]);
      return write(...args);
    }) as typeof response.write;
    const file = join(state.folder, path);
    const found = !path.includes('..') && existsSync(file) && statSync(file).isFile();
    const given = { path, request, response, bytes: found ? readFileSync(file) : undefined, folder: state.folder };
    const rule = state.rules.find((each) => {
      if (typeof each.match === 'string' ? each.match !== path : !each.match.test(path)) return false;
      const n = (counts.get(each) ?? 0) + 1;
      counts.set(each, n);
      return n >= (each.from ?? 1) && n <= (each.to ?? Number.POSITIVE_INFINITY);
    });
    (rule?.mode ?? honest)(given);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const state: HostileServer = {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    rules,
    folder,
    asked,
    sent: () => sent,
    async close() {
      counts = new Map();
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
  return state;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** As a good static host does it. */
export const honest: Mode = (asked) => {
  const { request, response, bytes, path } = asked;
  if (bytes === undefined) {
    status(404)(asked);
    return;
  }
  const etag = etagOf(bytes);
  response.setHeader('etag', etag);
  response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
};

function etagOf(bytes: Buffer): string {
  return `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;
}

export function status(code: number, headers: Readonly<Record<string, string>> = {}): Mode {
  return ({ response }) => response.writeHead(code, { 'content-type': 'text/plain', ...headers }).end(`status ${code}`);
}

export function redirect(to: string, code = 302): Mode {
  return ({ response }) => response.writeHead(code, { location: to }).end();
}

/** What many hosts send for a file that they do not have. */
export const html200: Mode = ({ response }) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>My page</title><p>Welcome!</p>');

/** Says the whole length, sends a part and hangs up. */
export function cut(at: number): Mode {
  return ({ response, bytes = Buffer.alloc(0) }) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, at), () => response.destroy());
  };
}

/** Sends what `change` makes of the file, with the length of that. */
export function changed(change: (bytes: Buffer) => Uint8Array): Mode {
  return ({ response, bytes = Buffer.alloc(0) }) => {
    const out = change(Buffer.from(bytes));
    response.writeHead(200, { 'content-length': out.length }).end(out);
  };
}

export function given(bytes: Uint8Array | string, headers: Readonly<Record<string, string>> = {}): Mode {
  return ({ response }) => response.writeHead(200, headers).end(bytes);
}

export function flipped(at: number): Mode {
  return changed((bytes) => {
    const i = at < 0 ? bytes.length + at : Math.min(at, bytes.length - 1);
    bytes[i] = (bytes[i] ?? 0) ^ 1;
    return bytes;
  });
}

const ENCODERS = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync, raw: deflateRawSync } as const;

/** An encoding that nobody asked for. */
export function encoded(name: keyof typeof ENCODERS, says: string = name): Mode {
  return ({ response, bytes = Buffer.alloc(0) }) =>
    response.writeHead(200, { 'content-encoding': says }).end(ENCODERS[name](bytes));
}

/** Small on the way, `length` bytes when it is unfolded. */
export function bomb(length: number): Mode {
  return ({ response }) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(length)));
}

/** Goes on for as long as somebody listens. */
export const endless: Mode = ({ response }) => {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  response.writeHead(200);
  const more = () => {
    if (response.destroyed) return;
    if (response.write(chunk)) setImmediate(more);
    else response.once('drain', more);
  };
  more();
};

/** One byte in so many milliseconds. */
export function drip(everyMs: number): Mode {
  return ({ response, bytes = Buffer.alloc(1000, 'x') }) => {
    response.writeHead(200, { 'content-length': bytes.length });
    let at = 0;
    const timer = setInterval(() => {
      if (response.destroyed || at >= bytes.length) clearInterval(timer);
      else response.write(bytes.subarray(at, ++at));
    }, everyMs);
    response.once('close', () => clearInterval(timer));
  };
}

/** Takes the request and never says a word. */
export const silent: Mode = () => {};

/** What is no answer of HTTP, byte for byte. */
export function raw(text: string): Mode {
  return ({ request }) => void request.socket.end(text);
}

export const reset: Mode = ({ request }) => {
  request.socket.resetAndDestroy();
};

/** The same path from another folder: an old state, or another's. */
export function fromFolder(folder: string): Mode {
  return (asked) => {
    const file = join(folder, asked.path);
    honest({ ...asked, bytes: existsSync(file) ? readFileSync(file) : undefined });
  };
}

/** The bytes of another path. */
export function swapped(path: string): Mode {
  return (asked) => honest({ ...asked, bytes: readFileSync(join(asked.folder, path)) });
}

/** The headers of a site's file as a store keeps them with an object: its type, how long it may be cached, and the rest as its own metadata. */
/** No store takes other headers of an answer; what stands in an object's metadata a CDN before it can turn into them. */

import { extname } from 'node:path';
import { headersFor } from '../../site/site.ts';

/** By extension. A file without one, or with another, is bytes. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.xml': 'application/xml',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.zst': 'application/zstd',
};
/** What a store sends with the object as it was given. */
const KEPT: readonly string[] = ['content-type', 'cache-control'];

/** By name in small letters, in a fixed order. */
export function objectHeaders(path: string): Readonly<Record<string, string>> {
  const given = headersFor(path).map(([name, value]) => [name.toLowerCase(), value] as const);
  const headers = given.map(([name, value]) => [KEPT.includes(name) ? name : `x-amz-meta-${name}`, value] as const);
  return Object.fromEntries([['content-type', typeOf(path)], ...headers]);
}

function typeOf(path: string): string {
  if (path.endsWith('/checkpoint')) return 'text/plain; charset=utf-8';
  return TYPES[extname(path)] ?? 'application/octet-stream';
}

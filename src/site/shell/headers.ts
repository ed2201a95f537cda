/** What a host should send beside each file: content security policy, caching, types. */
/** One table feeds `_headers`, netlify.toml, `turnpress serve` and the policy in every page, so that they cannot differ. */

import { FEED_FORMATS } from '../../feed/formats.ts';
import { copySiteUrl, insideCopy, pages } from '../urls.ts';

const BASE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; " +
  "object-src 'none'; base-uri 'none'; form-action 'self'; ";
const TRUSTED = "require-trusted-types-for 'script'";

/** In the `<meta>` of every page but those that can check themselves. */
export const PAGE_POLICY = `${BASE_POLICY}${TRUSTED}`;
/** Of a page of the reader on which the person asked for an entry's pictures. */
export const PICTURES_POLICY = PAGE_POLICY.replace("img-src 'self' data:", "img-src 'self' data: https: http:");
/** A page that can check itself hashes in WebAssembly. */
export const CHECKED_POLICY = `${BASE_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")}${TRUSTED}`;
const SERVICE_WORKER_POLICY = "default-src 'none'; connect-src 'self'";
/** For search engines and archivers, on every page and file of the private site, should it ever stand where they can see it. */
export const NO_ROBOTS = 'noindex, nofollow, noarchive';

type Header = readonly [name: string, value: string];

export interface HeaderRule {
  /** A path; `*` stands for anything, `:name` for one part of it. No two rules set the same header for one path. */
  readonly path: string;
  readonly headers: readonly Header[];
}

export const withFrames = (policy: string): Header => ['Content-Security-Policy', `${policy}; frame-ancestors 'none'`];
const REVALIDATE: Header = ['Cache-Control', 'public, max-age=0, must-revalidate'];
const FOR_EVER: Header = ['Cache-Control', 'public, max-age=31536000, immutable'];
/** Bytes that are hashed must come as they are: no host may squeeze or rewrite them. */
const AS_IT_IS_FOR_EVER: Header = ['Cache-Control', 'public, max-age=31536000, immutable, no-transform'];
const ASK_AGAIN: Header = ['Cache-Control', 'no-cache, no-transform'];
const CONVERSATIONS = `${pages.replica}conversations/:root`;
const PAGES = [
  '/',
  '/page/*',
  '/t/*',
  '/projects/*',
  '/agents/*',
  '/tags/*',
  '/models/*',
  '/files/*',
  '/stats/*',
  '/notes/*',
  '/docs/*',
  '/about/*',
  '/river/*',
  '/neighbours/*',
  '/wander/*',
  pages.notFound,
];
const FEED_FOLDERS = [
  '/',
  '/feed/*/',
  pages.digest,
  '/river/',
  '/c/*/',
  '/projects/*/',
  '/agents/*/',
  '/tags/*/',
  '/models/*/',
  pages.notes,
];

export const headerRules: readonly HeaderRule[] = [
  {
    path: '/*',
    headers: [
      ['X-Content-Type-Options', 'nosniff'],
      ['Referrer-Policy', 'no-referrer'],
      ['Cross-Origin-Opener-Policy', 'same-origin'],
      ['Permissions-Policy', 'camera=(), geolocation=(), microphone=()'],
    ],
  },
  ...PAGES.map((path) => ({ path, headers: [withFrames(PAGE_POLICY), REVALIDATE] })),
  { path: '/c/*', headers: [withFrames(CHECKED_POLICY), REVALIDATE] },
  { path: '/c/*/conversation.md', headers: [['Content-Type', 'text/markdown; charset=utf-8']] },
  { path: '/search/*', headers: [withFrames(PAGE_POLICY), REVALIDATE] },
  { path: '/reader/*', headers: [withFrames(PAGE_POLICY), REVALIDATE] },
  { path: '/pagefind/*', headers: [REVALIDATE] },
  { path: '/assets/*', headers: [FOR_EVER] },
  ...FEED_FOLDERS.flatMap((folder) =>
    FEED_FORMATS.map(({ file, mediaType }): HeaderRule => {
      return { path: `${folder}${file}`, headers: [['Content-Type', `${mediaType}; charset=utf-8`]] };
    }),
  ),
  { path: `${pages.replica}*`, headers: [['Access-Control-Allow-Origin', '*']] },
  ...[pages.replicaInfo, pages.replicaCheckpoint, `${CONVERSATIONS}/checkpoint`].map(
    (path): HeaderRule => ({ path, headers: [ASK_AGAIN] }),
  ),
  ...[`${pages.replica}log/tile/*`, `${CONVERSATIONS}/tile/*`, `${pages.replica}blobs/*`].map(
    (path): HeaderRule => ({ path, headers: [AS_IT_IS_FOR_EVER] }),
  ),
  { path: pages.serviceWorker, headers: [['Content-Security-Policy', SERVICE_WORKER_POLICY], ASK_AGAIN] },
  ...[pages.opml, pages.blogroll].map(
    (path): HeaderRule => ({ path, headers: [['Content-Type', 'text/x-opml; charset=utf-8'], REVALIDATE] }),
  ),
  {
    path: pages.webManifest,
    headers: [['Content-Type', 'application/manifest+json; charset=utf-8'], REVALIDATE],
  },
];

/** The headers of one file by its path below the site's root (`/c/…/index.html` or `/c/…/`). Later rules win. A copy's site has those of any site. */
export function headersFor(path: string): readonly Header[] {
  const url = insideCopy(`/${path.replace(/\\/g, '/').replace(/^\/+/, '')}`.replace(/\/index\.html$/, '/'));
  const found = new Map<string, string>();
  for (const rule of headerRules)
    if (fits(rule.path, url)) for (const [name, value] of rule.headers) found.set(name, value);
  return [...found];
}

/** Which of the two sites is looked at. */
export type ServedSite = 'private' | 'public';

/** The same when we serve the site ourselves: what no rule knows, such as pages that somebody else put there, gets the policy of pages. */
export function servedHeaders(path: string, site: ServedSite): readonly Header[] {
  const given = headersFor(path);
  const policy = given.some(([name]) => name === 'Content-Security-Policy') ? [] : [withFrames(PAGE_POLICY)];
  return [...given, ...policy, ...(site === 'private' ? [['X-Robots-Tag', NO_ROBOTS] as const] : [])];
}

/** The `_headers` file that Netlify, Cloudflare Pages and others read. */
export function generateHeadersFile(mode: 'local' | 'public', basePath = ''): string {
  const hidden: HeaderRule[] = mode === 'local' ? [{ path: '/*', headers: [['X-Robots-Tag', NO_ROBOTS]] }] : [];
  const copies = mode === 'local' ? headerRules.filter(({ path }) => path !== '/*').map(inCopies) : [];
  const blocks = [...hidden, ...headerRules, ...copies].map(
    (rule) => `${basePath}${rule.path}\n${rule.headers.map(([name, value]) => `  ${name}: ${value}\n`).join('')}`,
  );
  return blocks.join('\n');
}

function inCopies({ path, headers }: HeaderRule): HeaderRule {
  return { path: `${copySiteUrl(':copy').slice(0, -1)}${path}`, headers };
}

/** The `[[headers]]` tables of netlify.toml. Equal rules in both files count once there. */
export function generateNetlifyHeaders(): string {
  return headerRules
    .map((rule) => {
      const values = rule.headers.map(([name, value]) => `    ${name} = ${JSON.stringify(value)}\n`).join('');
      return `[[headers]]\n  for = ${JSON.stringify(rule.path)}\n  [headers.values]\n${values}`;
    })
    .join('\n');
}

function fits(pattern: string, url: string): boolean {
  if (!/[*:]/.test(pattern)) return pattern === url;
  const parts = pattern.split(/(\*|:\w+)/).map((part) => {
    if (part === '*') return '.*';
    return /^:\w+$/.test(part) ? '[^/]+' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`).test(url);
}

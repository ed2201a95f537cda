/** The service worker: pages that were read or saved open without a net. Served as `/sw.js`, a plain script, so it imports nothing. */
/** The net has the first word on everything that can change, so nothing stale stays; only what carries a hash in its name is taken from here first. */

/** What we use of a worker's world, which the types of pages do not know. */
interface WorkerWorld {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: string, work: (event: WorkerEvent) => void): void;
}
interface WorkerEvent extends Event {
  readonly request: Request;
  waitUntil(work: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}

/** Raised when what is kept, or how, changes: what an older one kept goes. */
const VERSION = 1;
/** Files of each kind; the longest unused go first. */
const MOST = { pages: 300, parts: 600 };
/** Bytes of a file, where its host says how many. */
const LARGEST = 8_000_000;

const world = self as unknown as WorkerWorld;
const site = new URL(world.registration.scope).pathname.replace(/\/+$/, '');
/** Two sites of one host know nothing of each other. */
const ours = `turnpress:${site}:`;
const nameOf = (kind: 'pages' | 'parts' | 'saved'): string => `${ours}${kind}:${VERSION}`;

/** Never kept and never answered: what is checked must come from the host, and what is signed must be today's. */
const NOT_OURS = /^\/(?:archive\/|sw\.js$|build\.json$|_|reader\/(?:state|search\/))|\.(?:xml|opml)$|\/feed\.json$/;
/** The name changes with the content. */
const HASHED =
  /^\/assets\/|^\/pagefind\/(?:[0-9a-f]+\/)?(?:(?:index|fragment|filter)\/|pagefind\.[^/]*pf_meta$)|^\/c\/[0-9a-f]{16}\/i\//;

world.addEventListener('install', (event) => event.waitUntil(world.skipWaiting()));
world.addEventListener('activate', (event) => event.waitUntil(tidy()));
world.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== location.origin || !pathname.startsWith(`${site}/`)) return;
  const path = pathname.slice(site.length).replace(/^\/from\/[^/]+(?=\/)/, '');
  if (NOT_OURS.test(path)) return;
  event.respondWith(HASHED.test(path) ? keptFirst(event) : netFirst(event));
});

async function tidy(): Promise<void> {
  const names = (['pages', 'parts', 'saved'] as const).map(nameOf);
  const old = (await caches.keys()).filter((name) => name.startsWith(ours) && !names.includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
  await world.clients.claim();
}

async function keptFirst(event: WorkerEvent): Promise<Response> {
  const kept = await findKept(event.request);
  if (kept !== undefined) return kept;
  const answer = await fetch(event.request);
  keep(event, 'parts', answer.clone());
  return answer;
}

async function netFirst(event: WorkerEvent): Promise<Response> {
  try {
    const answer = await fetch(event.request);
    keep(event, 'pages', answer.clone());
    return answer;
  } catch (error) {
    const kept = await findKept(event.request);
    if (kept !== undefined) return marked(kept);
    if (event.request.mode !== 'navigate') throw error;
    const search = await findKept(new Request(`${site}/search/`));
    const headers = { 'content-type': 'text/html; charset=utf-8' };
    return new Response(AWAY + (search === undefined ? '' : SEARCH), { status: 503, headers });
  }
}

/** Tells a page's script that the net did not answer. */
function marked(kept: Response): Response {
  const headers = new Headers(kept.headers);
  headers.set('x-kept', '1');
  return new Response(kept.body, { status: kept.status, headers });
}

/** The program of the search asks with a tag behind its addresses, and forms with what was typed: the file is the same. */
async function findKept(request: Request): Promise<Response | undefined> {
  for (const kind of ['pages', 'saved', 'parts'] as const) {
    const cache = await caches.open(nameOf(kind));
    const kept = await cache.match(request, { ignoreSearch: true, ignoreVary: true });
    if (kept !== undefined) return kept;
  }
  return undefined;
}

/** Whole answers of this host only. What somebody saved is brought up to date where it lies. */
function keep(event: WorkerEvent, kind: 'pages' | 'parts', answer: Response): void {
  if (answer.status !== 200 || answer.type !== 'basic' || answer.redirected) return;
  if (Number(answer.headers.get('content-length') ?? 0) > LARGEST) return;
  const address = event.request.url.replace(/[?#].*/, '');
  event.waitUntil(put(kind, address, answer));
}

async function put(kind: 'pages' | 'parts', address: string, answer: Response): Promise<void> {
  try {
    const saved = await caches.open(nameOf('saved'));
    if ((await saved.match(address)) !== undefined) await saved.put(address, answer.clone());
    const cache = await caches.open(nameOf(kind));
    await cache.put(address, answer);
    const kept = await cache.keys();
    for (const request of kept.slice(0, Math.max(0, kept.length - MOST[kind]))) await cache.delete(request);
  } catch {
    // the browser has no room: the page was shown, and nothing more was promised
  }
}

const AWAY = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Not kept</title>
<h1>This page is not kept on this device</h1><p>There is no net now. Pages that you read or saved open as always.</p>`;
/** Only where the search is kept itself. */
const SEARCH = `<p><a href="${site}/search/">Search</a> finds them.</p>`;

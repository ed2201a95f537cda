/** Reading without a net: starts the service worker, and saves a whole conversation, or a list of the reader with its entries. */
/** On a machine's own address (`serve`) nothing is started unasked: another program may have that address tomorrow. */

import { pages } from '../site/fixed-urls.ts';
import { basePath } from './site-place.ts';

const KEPT = `turnpress:${basePath}:saved:1`;
/** Of one saving. */
const MOST_FILES = 400;
const MOST_BYTES = 60_000_000;
const HOME = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

const conversation = new RegExp(`^${basePath}(?:/from/[^/]+)?/c/[0-9a-f]{16}/`).exec(location.pathname)?.[0];
const list = document.querySelector('.entries') === null ? undefined : `${basePath}${pages.reader}`;

export function openOffline(): void {
  if ('serviceWorker' in navigator && 'caches' in globalThis) start().catch(reportError);
}

async function start(): Promise<void> {
  const known = await navigator.serviceWorker.getRegistration(`${basePath}/`);
  if (known !== undefined || !HOME.test(location.hostname)) await register();
  const below = conversation ?? list;
  if (below !== undefined) await addButton(below, conversation === undefined ? location.pathname : below);
}

async function register(): Promise<void> {
  const address = basePath + pages.serviceWorker;
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  // the pages' policy lets no text become a script; this one address may
  const policy = trustedTypes?.createPolicy('turnpress-offline', { createScriptURL: () => address });
  const script = policy === undefined ? address : (policy.createScriptURL(address) as string);
  await navigator.serviceWorker.register(script, { scope: `${basePath}/`, updateViaCache: 'none' });
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown };
}

/** `below`: what belongs to it; `first`: where it begins. */
async function addButton(below: string, first: string): Promise<void> {
  const place = document.querySelector('.conversation-header, .reading-head');
  if (place === null) return;
  const cache = await caches.open(KEPT);
  const box = document.createElement('p');
  const button = document.createElement('button');
  const status = document.createElement('span');
  box.className = 'offline-tools';
  button.type = 'button';
  status.setAttribute('role', 'status');
  let saved = (await cache.match(first)) !== undefined;
  const label = (): void => {
    button.textContent = saved ? 'Remove from this device' : 'Save for reading offline';
  };
  label();
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      if (saved) status.textContent = ` ${await remove(cache, below)} files removed`;
      else {
        await register();
        const { files, bytes, whole } = await save(cache, first, below, (n) => {
          status.textContent = ` ${n} files…`;
        });
        status.textContent = ` ${files} files, ${(bytes / 1e6).toFixed(1)} MB${whole ? '' : '; not all of it, it is too large'}`;
      }
      saved = !saved;
      label();
    } catch {
      status.textContent = ' The site does not answer, or this browser has no room; try again later.';
    } finally {
      button.disabled = false;
    }
  });
  box.append(button, status);
  place.append(box);
}

/** Where somebody goes on from without a net: how the site begins, and what looks through all that is kept. */
const WAYS = [pages.home, pages.search].map((path) => basePath + path);

/** Everything below that pages lead to, and what they are made of. */
async function save(cache: Cache, first: string, below: string, tell: (files: number) => void) {
  const asked = new Set([first, ...WAYS]);
  let [files, bytes] = [0, 0];
  for (const path of asked) {
    if (files >= MOST_FILES || bytes >= MOST_BYTES) return { files, bytes, whole: false };
    const answer = await fetch(path);
    if (answer.status !== 200 || answer.redirected) continue;
    const type = answer.headers.get('content-type') ?? '';
    bytes += (await answer.clone().arrayBuffer()).byteLength;
    if (type.startsWith('text/html'))
      for (const found of listParts(await answer.clone().text(), below)) asked.add(found);
    await cache.put(path, answer);
    tell(++files);
  }
  return { files, bytes, whole: true };
}

/** Addresses in its tags: pages below, and the files that all pages share. Of the reader, the entries of the list alone. */
function listParts(html: string, below: string): readonly string[] {
  const found = [...html.matchAll(/<[a-z][^<>]*>/g)].flatMap(([tag]) =>
    [...tag.matchAll(/ (?:href|src)="(\/[^"#?]*)"/g)].map(([, path = '']) => path),
  );
  const assets = found.filter((path) => path.includes('/assets/'));
  if (below !== conversation)
    return [...assets, ...found.filter((path) => path.startsWith(`${below}entry/`)).slice(0, 60)];
  return [...assets, ...found.filter((path) => path.startsWith(below) && /\/$|\/i\//.test(path))];
}

async function remove(cache: Cache, below: string): Promise<number> {
  const own = (await cache.keys()).filter(({ url }) => new URL(url).pathname.startsWith(below));
  for (const request of own) await cache.delete(request);
  return own.length;
}

/** Search without a net: through the pages that are kept on this device, word by word. */
/** The index may be kept in parts, and a part that is missing would say "nothing found": what is whole here is the pages. */

import { getElement } from '../elements.ts';
import { basePath } from '../site-place.ts';
import { handWords } from '../talk/looked-for.ts';

interface Found {
  readonly url: string;
  readonly title: string;
  readonly says: string;
}

const MOST = 50;
const AROUND = 90;

/** Takes the search page's form over. */
export async function startSavedSearch(): Promise<void> {
  const field = getElement('q', HTMLInputElement);
  const status = getElement('search-status', HTMLElement);
  const list = getElement('search-results', HTMLElement);
  getElement('search-box', HTMLElement).hidden = false;
  getElement('search-filters', HTMLElement).hidden = true;
  const search = async (): Promise<void> => {
    const words = field.value.toLowerCase().replaceAll('"', ' ').split(/\s+/).filter(Boolean);
    if (words.length === 0) {
      status.textContent = 'There is no net now: words are looked for in the pages that are kept on this device.';
      list.replaceChildren();
      return;
    }
    const found = await findSaved(words);
    list.replaceChildren(...found.map((one) => draw(one, words)));
    const count =
      found.length === MOST ? `the first ${MOST} places` : `${found.length} ${found.length === 1 ? 'place' : 'places'}`;
    status.textContent = `In the pages that are kept on this device: ${count}.`;
  };
  getElement('search-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    void search();
  });
  field.value = new URLSearchParams(location.search).get('q') ?? field.value;
  await search();
}

async function findSaved(words: readonly string[]): Promise<readonly Found[]> {
  const found = new Map<string, Found>();
  const names = (await caches.keys()).filter(
    (name) => name.startsWith(`turnpress:${basePath}:`) && !name.includes(':parts:'),
  );
  for (const name of names) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const { pathname } = new URL(request.url);
      if (!/\/(?:c|entry)\/[0-9a-f]{16}\//.test(pathname) || /\/i\//.test(pathname)) continue;
      for (const one of search(pathname, (await (await cache.match(request))?.text()) ?? '', words))
        found.set(one.url, one);
      if (found.size >= MOST) return [...found.values()].slice(0, MOST);
    }
  }
  return [...found.values()];
}

/** The turns of a page that hold all words; of a page without turns, the page. */
function search(path: string, html: string, words: readonly string[]): readonly Found[] {
  const title = plain(/<title>([^<]*)/.exec(html)?.[1] ?? path);
  const turns = [...html.matchAll(/<article class="turn [^>]* id="(t-[0-9a-f]{16})">([\s\S]*?)<\/article>/g)];
  const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(html)?.[1] ?? html;
  const parts =
    turns.length > 0
      ? turns.map(([, id = '', said = '']) => ({ url: `${path}#${id}`, said }))
      : [{ url: path, said: main }];
  return parts.flatMap(({ url, said }) => {
    const text = plain(said);
    const low = text.toLowerCase();
    if (!words.every((word) => low.includes(word))) return [];
    const at = Math.max(0, low.indexOf(words[0] ?? '') - AROUND);
    return [{ url, title, says: `${at > 0 ? '…' : ''}${text.slice(at, at + 3 * AROUND)}…` }];
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

function plain(html: string): string {
  return html
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? '')
    .replace(/\s+/g, ' ')
    .trim();
}

function draw({ url, title, says }: Found, words: readonly string[]): HTMLLIElement {
  const item = document.createElement('li');
  item.className = 'search-result';
  const heading = document.createElement('h2');
  const link = document.createElement('a');
  link.href = url;
  link.textContent = title;
  handWords(link, new URL(link.href).hash.slice(1), words);
  heading.append(link);
  const excerpt = document.createElement('p');
  excerpt.textContent = says;
  item.append(heading, excerpt);
  return item;
}

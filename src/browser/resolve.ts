/** `/t/#<hash>`: looks a turn up by its hash and goes to the page that holds it now. */
/** The first two digits name the file to ask; addresses in it are checked before anybody is sent there. */

import { anchorOf, resolverShardUrl } from '../site/fixed-urls.ts';
import { copyPaths } from './copies.ts';
import { getElement } from './elements.ts';
import { basePath } from './site-place.ts';

const field = getElement('hash', HTMLInputElement);
const status = getElement('resolve-status', HTMLElement);

getElement('resolve-box', HTMLElement).hidden = false;
getElement('resolve-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  location.hash = field.value.trim().toLowerCase();
});
addEventListener('hashchange', resolve);
resolve();

async function resolve(): Promise<void> {
  const hash = location.hash.slice(1).toLowerCase().replace(/^t-/, '');
  if (hash === '') return;
  if (!/^[0-9a-f]{16,64}$/.test(hash)) {
    status.textContent = 'That is not a hash of 16 to 64 digits.';
    return;
  }
  status.textContent = 'Looking…';
  const short = hash.slice(0, 16);
  const tables = await Promise.all(
    [basePath, ...copyPaths].map(async (path) => ({
      path,
      table: await loadTable(path + resolverShardUrl(short.slice(0, 2))),
    })),
  );
  const { path = basePath, table } = tables.find((each) => each.table?.has(short)) ?? tables[0] ?? {};
  const url = table?.get(short);
  if (typeof url === 'string' && /^\/c\/[0-9a-z/-]+\/$/.test(url)) location.replace(`${path}${url}#${anchorOf(short)}`);
  else if (table === undefined) status.textContent = 'The site cannot be reached.';
  else status.textContent = 'No turn with this hash is published here.';
}

/** Empty when the site has no such file or it is not a table; undefined when the site does not answer. */
async function loadTable(url: string): Promise<ReadonlyMap<string, unknown> | undefined> {
  try {
    const answer = await fetch(url);
    const table: unknown = answer.ok ? await answer.json().catch(() => null) : null;
    return new Map(typeof table === 'object' && table !== null ? Object.entries(table) : []);
  } catch {
    return undefined;
  }
}

/** Addresses of a site that stands in a folder of its host. */
/** Only the site's own move, and only where they are addresses. */

import { expect, it } from 'vitest';
import { html, text } from '../../src/base/html.ts';
import { basePathOf, placeNameOf, underBasePath } from '../../src/site/base-path.ts';
import { generateHeadersFile, headerRules } from '../../src/site/shell/headers.ts';

it('takes the path of the address, without its last slash', () => {
  expect(basePathOf('https://example.org/')).toBe('');
  expect(basePathOf('https://me.example.org/turns/of/mine/')).toBe('/turns/of/mine');
  expect(placeNameOf('https://me.example.org/')).toBe('me.example.org');
  expect(placeNameOf('http://localhost:8080/turns/')).toBe('localhost:8080/turns');
});

it('moves the addresses of the site in tags, and nothing else', () => {
  const said = '<a href="/c/x/"> and  href="/c/"';
  const page = html`<link rel="x" href="/feeds.opml"><meta http-equiv="refresh" content="0; url=/c/1/"><img src="/i.png" alt="${text(said)}">
<a href="https://example.org/c/">out</a><a href="//example.org/c/">out</a><a href="#t-1">here</a><form action="/search/"><code>${text(said)}  href="/x"</code></form>`;
  expect(underBasePath(page, '')).toBe(page);
  const moved = underBasePath(page, '/name');
  expect(moved).toContain('href="/name/feeds.opml"');
  expect(moved).toContain('content="0; url=/name/c/1/"');
  expect(moved).toContain('<img src="/name/i.png" alt="&lt;a href=&quot;/c/x/&quot;&gt;');
  expect(moved).toContain('action="/name/search/"');
  // what is left when the moved ones are taken away is what stood there
  expect(moved.match(/\/name\//g)).toHaveLength(4);
  expect(moved.replaceAll('="/name/', '="/').replace('url=/name/', 'url=/')).toBe(page);
});

it('has the path in front of every rule for headers', () => {
  const paths = generateHeadersFile('public', '/name').match(/^\/.*$/gm) ?? [];
  expect(paths).toEqual(headerRules.map(({ path }) => `/name${path}`));
});

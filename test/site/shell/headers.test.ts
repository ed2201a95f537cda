/** Headers for hosts, and the policy that every page carries. */
/** The table is the only source: what hosts read must say the same. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  generateHeadersFile,
  generateNetlifyHeaders,
  headerRules,
  headersFor,
  PAGE_POLICY,
} from '../../../src/site/shell/headers.ts';

const netlify = readFileSync(join(import.meta.dirname, '..', '..', '..', 'netlify.toml'), 'utf8');

it('are in netlify.toml as the table has them', () => {
  expect(netlify.slice(netlify.indexOf('[[headers]]')).trim()).toBe(generateNetlifyHeaders().trim());
  expect(netlify).toContain('npm run build');
});

it('allow nothing inline and nothing foreign', () => {
  for (const policy of [PAGE_POLICY]) {
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("object-src 'none'; base-uri 'none'; form-action 'self'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/);
  }
  expect(PAGE_POLICY).not.toContain('wasm');
});

it('give each path one policy: hosts add up what several rules say', () => {
  const paths = ['/', '/c/0123456789abcdef/', '/c/0123456789abcdef/p2/', '/search/', '/t/', '/404.html', '/docs/x/'];
  for (const path of paths) {
    const rules = headerRules.filter(
      (rule) =>
        rule.headers.some(([name]) => name === 'Content-Security-Policy') &&
        (rule.path.endsWith('*') ? path.startsWith(rule.path.slice(0, -1)) : rule.path === path),
    );
    expect(
      rules.map((rule) => rule.path),
      path,
    ).toHaveLength(1);
    expect(new Map(headersFor(path)).get('Content-Security-Policy'), path).toBeDefined();
  }
});

it('tell feeds, assets and pages apart', () => {
  const of = (path: string): ReadonlyMap<string, string> => new Map(headersFor(path));
  expect(of('/atom.xml').get('Content-Type')).toBe('application/atom+xml; charset=utf-8');
  expect(of('/c/0123456789abcdef/b/b-12345678/feed.json').get('Content-Type')).toBe(
    'application/feed+json; charset=utf-8',
  );
  expect(of('/assets/site-12345678.css').get('Cache-Control')).toContain('immutable');
  expect(of('c/0123456789abcdef/index.html').get('Cache-Control')).toContain('must-revalidate');
  expect(of('/search/').get('Content-Security-Policy')).toBe(`${PAGE_POLICY}; frame-ancestors 'none'`);
  for (const path of ['/', '/x.png']) expect(of(path).get('X-Content-Type-Options')).toBe('nosniff');
});

it('are written for other hosts too', () => {
  expect(generateHeadersFile('public')).toContain(`/search/*\n  Content-Security-Policy: ${PAGE_POLICY}`);
});

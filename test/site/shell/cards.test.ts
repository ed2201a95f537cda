/** What other programs are told of pages, as JSON-LD: what is said of each kind, and that no words leave the script they stand in. */

import { expect, it } from 'vitest';
import { structuredOf } from '../../../src/site/shell/cards.ts';

const config = {
  ...{ title: 'Sessions', description: 'What was said', url: 'https://example.org/turns/', author: 'A. Reader' },
  language: 'en',
} as Parameters<typeof structuredOf>[0];

type Node = Readonly<Record<string, unknown>> & { readonly '@type': string };

function graphOf(page: Parameters<typeof structuredOf>[1]): readonly Node[] {
  return (JSON.parse(structuredOf(config, page)) as { '@graph': readonly Node[] })['@graph'];
}

it('a conversation is an article with its times, its author and the way to it', () => {
  const facts = [
    { label: 'Agent', values: [{ text: 'Codex', url: '/agents/codex/', iso: '' }] },
    { label: 'Started', values: [{ text: 'then', url: '', iso: '2026-01-02T03:04:05.000Z' }] },
    { label: 'Last turn', values: [{ text: 'later', url: '', iso: '2026-02-02T03:04:05.000Z' }] },
  ];
  const url = '/c/0123456789abcdef/';
  const crumbs = [
    { label: 'Conversations', url: '/' },
    { label: 'app', url: '/projects/app/' },
  ];
  const [article, path] = graphOf({ url, template: 'conversation.njk', title: 'Mend the clock', facts, crumbs });
  expect(article).toMatchObject({
    ...{ '@type': 'Article', headline: 'Mend the clock', url: `https://example.org/turns${url}` },
    ...{ datePublished: '2026-01-02T03:04:05.000Z', dateModified: '2026-02-02T03:04:05.000Z' },
    author: { '@type': 'Person', name: 'A. Reader' },
    image: `https://example.org/turns${url}card.png`,
  });
  const steps = (path?.itemListElement ?? []) as readonly Node[];
  expect(steps.map(({ position, name, item }) => [position, name, item])).toEqual([
    [1, 'Conversations', 'https://example.org/turns/'],
    [2, 'app', 'https://example.org/turns/projects/app/'],
    [3, 'Mend the clock', `https://example.org/turns${url}`],
  ]);
  expect(graphOf({ url: `${url}p2/`, template: 'conversation.njk', title: 'Page 2', crumbs })[0]?.['@type']).toBe(
    'WebPage',
  );
});

it('a list names what it lists of this site, and the front page the site', () => {
  const row = { summary: '', badges: [], glyph: '', iso: '', date: '', facts: [], tags: [] };
  const items = ['/c/1/', 'https://elsewhere.example/'].map((url) => ({ url, title: url, ...row }));
  const lists = [{ heading: '', id: '', items }];
  const [site, page] = graphOf({ url: '/', template: 'home.njk', title: 'Sessions', lists });
  expect(site).toMatchObject({ '@type': 'WebSite', name: 'Sessions', url: 'https://example.org/turns/' });
  expect(page).toMatchObject({
    '@type': 'CollectionPage',
    mainEntity: { numberOfItems: 1, itemListElement: [{ position: 1, item: 'https://example.org/turns/c/1/' }] },
  });
  expect(graphOf({ url: '/projects/', template: 'list.njk', title: 'Projects' }).map((node) => node['@type'])).toEqual([
    'CollectionPage',
    'BreadcrumbList',
  ]);
});

it('says nothing of pages that are for people alone', () => {
  for (const [url, template] of [
    ['/404.html', 'prose.njk'],
    ['/t/', 'resolve.njk'],
    ['/reader/', 'reader.njk'],
  ] as const)
    expect(structuredOf(config, { url, template, title: 'T' })).toBe('');
});

it('no words end the script that they stand in', () => {
  const title = '</script><script>alert(1)</script><!-- ]]> & \u2028 "quoted" \\';
  const structured = structuredOf(config, { url: '/c/0123456789abcdef/', template: 'conversation.njk', title });
  expect(structured).not.toMatch(/[<>&\u2028]/);
  expect(JSON.parse(structured)).toMatchObject({ '@graph': [{ name: title, headline: title.slice(0, 110) }, {}] });
});

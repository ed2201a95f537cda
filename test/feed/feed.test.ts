import Parser from 'rss-parser';
import { describe, expect, test } from 'vitest';
import { trustHtml } from '../../src/base/html.ts';
import { isJsonObject } from '../../src/base/json.ts';
import { FeedUrlError } from '../../src/feed/errors.ts';
import { generateFeed } from '../../src/feed/generate.ts';
import { generateOpml } from '../../src/feed/opml.ts';
import type { FeedDocument } from '../../src/model/entry.ts';
import { checkAtom, checkAtoms } from './check-atom.ts';
import { checkJsonFeed } from './check-json-feed.ts';
import { checkOpml } from './check-opml.ts';
import { checkRss } from './check-rss.ts';
import { hostile, hostileTexts, plain, plainEntry } from './documents.ts';
import { childrenOf, parseXml, textOf } from './xml-tree.ts';

const generateRss = (doc: FeedDocument) => generateFeed('rss', doc);
const generateAtom = (doc: FeedDocument) => generateFeed('atom', doc);
const generateJsonFeed = (doc: FeedDocument) => generateFeed('json', doc);

const ATOM = '{http://www.w3.org/2005/Atom}';
const huge: FeedDocument = {
  ...plain,
  entries: [
    {
      ...plainEntry,
      title: 'x'.repeat(200_000),
      content: trustHtml(`<pre>${'<b>]]&gt; 👩‍🔬</b>\n'.repeat(15_000)}</pre>`),
      summary: '<&>'.repeat(120_000),
    },
  ],
};
const documents: readonly (readonly [string, FeedDocument])[] = [
  ['a plain document', plain],
  ['a document without entries', { ...plain, entries: [], deleted: [], updated: 0 }],
  ['an entry of one megabyte', huge],
  [
    'wild times',
    {
      ...plain,
      updated: Number.NaN,
      entries: [
        { ...plainEntry, published: Number.NaN, updated: -1e20 },
        { ...plainEntry, id: 'urn:x', published: 1e20, updated: Number.POSITIVE_INFINITY },
        { ...plainEntry, id: 'urn:y', updated: plainEntry.published - 1 },
      ],
    },
  ],
  [
    'an entry with nothing in it',
    {
      ...plain,
      entries: [{ ...plainEntry, title: '', content: trustHtml(''), summary: '', author: '', categories: [] }],
    },
  ],
  ...Object.entries(hostileTexts).map(([name, text]) => [name, hostile(text)] as const),
];

test.each(['rss', 'atom', 'json'] as const)(
  'entries look the same in %s whatever document they stood in before',
  (format) => {
    const nameless = { ...plainEntry, id: 'urn:nameless', author: '', summary: 'a $& b $1' };
    const bare = { ...nameless, id: 'urn:bare', content: trustHtml(''), summary: '' };
    const documentOf = (author: string, entries: FeedDocument['entries'], copy: boolean): string =>
      generateFeed(format, { ...plain, author, entries: copy ? structuredClone(entries) : entries });
    const shown: readonly (readonly [string, FeedDocument['entries']])[] = [
      ['Ada', [nameless, plainEntry]],
      ['Ben', [plainEntry, bare, nameless]],
      ['Ada', [bare]],
      ['Claude Code', [nameless, ...plain.entries]],
      ['Ada', [...plain.entries, nameless, bare]],
    ];
    for (const [author, entries] of shown)
      expect(documentOf(author, entries, false)).toBe(documentOf(author, entries, true));
  },
);

/** Titles, ids and links as one reader sees them. */
async function readBack(xml: string): Promise<readonly unknown[]> {
  const feed = await new Parser().parseString(xml);
  return [feed.title, ...feed.items.map((item) => [item.title, item.guid ?? item.id, item.link])];
}

function seenInJson(json: string): readonly unknown[] {
  const feed: unknown = JSON.parse(json);
  if (!isJsonObject(feed) || !Array.isArray(feed.items)) throw new Error('no feed');
  return [feed.title, ...feed.items.map((item: Record<string, unknown>) => [item.title, item.id, item.url])];
}

test('all are valid Atom', async () => {
  const wrong = await checkAtoms(documents.map(([, doc]) => generateAtom(doc)));
  expect(wrong.map((said, i) => [documents[i]?.[0], said])).toEqual(documents.map(([name]) => [name, []]));
});

describe.each(documents)('%s', (_, doc) => {
  test('is valid RSS', () => {
    expect(checkRss(generateRss(doc))).toEqual([]);
  });

  test('is valid JSON Feed', () => {
    expect(checkJsonFeed(generateJsonFeed(doc))).toEqual([]);
  });

  test('has the same titles, ids and links in all three, as a reader sees them', async () => {
    const json = seenInJson(generateJsonFeed(doc));
    expect(await readBack(generateRss(doc))).toEqual(json);
    expect(await readBack(generateAtom(doc))).toEqual(json);
  });

  test('has the same content in all three', () => {
    const json: unknown = JSON.parse(generateJsonFeed(doc));
    const items = isJsonObject(json) && Array.isArray(json.items) ? json.items : [];
    const contents = items.map((item: Record<string, unknown>) => item.content_html);
    const atom = childrenOf(parseXml(generateAtom(doc)), `${ATOM}entry`).map((entry) =>
      textOf(entry, `${ATOM}content`),
    );
    const [channel] = childrenOf(parseXml(generateRss(doc)), '{}channel');
    const rss =
      channel === undefined
        ? []
        : childrenOf(channel, '{}item').map(
            (item) => textOf(item, '{http://purl.org/rss/1.0/modules/content/}encoded') ?? '',
          );
    expect(atom).toEqual(contents);
    expect(rss).toEqual(contents);
  });

  test('gives the same bytes twice', () => {
    for (const generate of [generateRss, generateAtom, generateJsonFeed]) {
      expect(generate(structuredClone(doc))).toBe(generate(doc));
    }
  });
});

describe('what a reader gets', () => {
  test('markup in a title is text, and terminal colours are gone', () => {
    const doc = { ...plain, entries: [{ ...plainEntry, title: '\u001b[31mWhy <b>&amp;</b>?\u001b[0m\n second line' }] };
    expect(seenInJson(generateJsonFeed(doc))[1]).toEqual([
      'Why <b>&amp;</b>? second line',
      plainEntry.id,
      plainEntry.url,
    ]);
  });

  test('two entries of one id are one, and an entry that was taken back is gone', () => {
    const gone = { ...plainEntry, id: 'urn:turnpress:gone', title: 'secret' };
    const doc = {
      ...plain,
      entries: [plainEntry, { ...plainEntry, title: 'copy' }, gone],
      deleted: [{ id: gone.id, when: 1 }],
    };
    for (const text of [generateRss(doc), generateAtom(doc), generateJsonFeed(doc)]) {
      expect(text).not.toContain('secret');
      expect(text).not.toContain('copy');
    }
    expect(generateAtom(doc)).toContain('<at:deleted-entry ref="urn:turnpress:gone" when="1970-01-01T00:00:00.001Z"/>');
  });

  test('the time of the document is never the clock', () => {
    const text = generateRss({ ...plain, updated: Number.NaN }) + generateAtom({ ...plain, updated: Number.NaN });
    expect(text).toContain('<lastBuildDate>Fri, 02 Jan 2026 03:05:00 GMT</lastBuildDate>');
    expect(text).toContain('<updated>2026-01-02T03:05:00.000Z</updated>');
    expect(text).not.toContain(`${new Date().getUTCFullYear()}-${new Date().toISOString().slice(5, 10)}`);
  });

  test('every format names the turn, its conversation and its branch', () => {
    const { hash, conversation, branch } = plainEntry.turn ?? { hash: '', conversation: '', branch: '' };
    const turn = (xml: string) =>
      /<turnpress:turn[^>]*>([\s\S]*?)<\/turnpress:turn>/.exec(xml)?.[1]?.replace(/\s+/g, '');
    const expected = `<turnpress:hash>${hash}</turnpress:hash><turnpress:conversation>${conversation}</turnpress:conversation><turnpress:branch>${branch}</turnpress:branch>`;
    expect(turn(generateRss(plain))).toBe(expected);
    expect(turn(generateAtom(plain))).toBe(expected);
    const json: unknown = JSON.parse(generateJsonFeed(plain));
    expect(json).toMatchObject({ items: [{ _turnpress: { hash, conversation, branch } }, {}] });
  });

  test('every format links the checkpoint', () => {
    for (const text of [generateRss(plain), generateAtom(plain), generateJsonFeed(plain)])
      expect(text).toContain(plain.checkpoint);
  });

  test.each([
    ['homeUrl', { ...plain, homeUrl: '/c/0/' }],
    ['selfUrls.atom', { ...plain, selfUrls: { ...plain.selfUrls, atom: 'atom.xml' } }],
    ['url', { ...plain, entries: [{ ...plainEntry, url: 'javascript:alert(1)' }] }],
    ['checkpoint', { ...plain, checkpoint: '' }],
  ])('an address that is not absolute is refused: %s', (where, doc) => {
    for (const generate of [generateRss, generateAtom, generateJsonFeed]) {
      expect(() => generate(doc)).toThrow(FeedUrlError);
      expect(() => generate(doc)).toThrow(where);
    }
  });
});

describe('archives of RFC 5005', () => {
  const current = 'https://example.org/atom.xml';
  const prevArchive = 'https://example.org/atom/1.xml';
  const nextArchive = 'https://example.org/atom/3.xml';
  const links = (xml: string) =>
    childrenOf(parseXml(xml), `${ATOM}link`).map(({ attributes }) => `${attributes.rel} ${attributes.href}`);

  test('a subscription document leads to its newest archive', async () => {
    const xml = generateAtom({ ...plain, paging: { kind: 'subscription', prevArchive } });
    expect(await checkAtom(xml)).toEqual([]);
    expect(links(xml)).toContain(`prev-archive ${prevArchive}`);
    expect(xml).not.toMatch(/<fh:/);
  });

  test('an archive document says so and leads both ways and to the current one', async () => {
    const xml = generateAtom({ ...plain, paging: { kind: 'archive', current, prevArchive, nextArchive } });
    expect(await checkAtom(xml)).toEqual([]);
    expect(xml).toContain('<fh:archive/>');
    expect(links(xml)).toEqual(
      expect.arrayContaining([`current ${current}`, `prev-archive ${prevArchive}`, `next-archive ${nextArchive}`]),
    );
  });

  test('a complete document has no archives', async () => {
    const xml = generateAtom({ ...plain, paging: { kind: 'complete', prevArchive } });
    expect(await checkAtom(xml)).toEqual([]);
    expect(xml).toContain('<fh:complete/>');
    expect(xml).not.toContain(prevArchive);
  });
});

describe('OPML', () => {
  const feedUrl = 'https://example.org/rss.xml?a=1&b=2';

  test.each(Object.entries(hostileTexts))('is valid with %s in every text', (_, text) => {
    const xml = generateOpml({
      title: text,
      outlines: [
        { title: text, outlines: [{ title: text, feedUrl, homeUrl: 'https://example.org/', description: text }] },
        { title: text, feedUrl },
      ],
    });
    expect(checkOpml(xml)).toEqual([]);
  });

  test('an empty list is valid', () => {
    expect(checkOpml(generateOpml({ title: 'None', outlines: [] }))).toEqual([]);
  });

  test('keeps groups and addresses', () => {
    const xml = generateOpml({
      title: 'All',
      outlines: [{ title: 'Agents', outlines: [{ title: 'Codex & co', feedUrl }] }],
    });
    const [group] = childrenOf(parseXml(xml), '{}body')[0]?.children ?? [];
    expect(group?.attributes).toEqual({ text: 'Agents' });
    expect(group?.children[0]?.attributes).toEqual({
      text: 'Codex & co',
      title: 'Codex & co',
      type: 'rss',
      xmlUrl: feedUrl,
    });
  });

  test('an address that is not absolute is refused', () => {
    expect(() => generateOpml({ title: 'x', outlines: [{ title: 'y', feedUrl: 'rss.xml' }] })).toThrow(FeedUrlError);
  });
});

describe('the checkers themselves', () => {
  const atom = generateAtom(plain);
  const rss = generateRss(plain);

  test.each([
    ['no id', atom.replace(`<id>${plain.id}</id>`, '')],
    ['a time that is none', atom.replace('<published>1970-01-01T00:00:00.000Z', '<published>yesterday')],
    ['two entries of one id', atom.replaceAll('b'.repeat(64), 'a'.repeat(64))],
    ['an empty title', atom.replace('<title>Second</title>', '<title> </title>')],
    ['a relative link', atom.replace('href="https://example.org/"', 'href="/"')],
    ['an unknown element of Atom', atom.replace('<generator>turnpress</generator>', '<maker>x</maker>')],
    ['no author', atom.replaceAll(/<author>.*<\/author>\n/g, '')],
    [
      'a deleted entry that is there',
      atom.replace(`ref="urn:turnpress:turn:${'d'.repeat(64)}"`, `ref="${plainEntry.id}"`),
    ],
  ])('Atom: %s is found', async (_, xml) => {
    expect(xml).not.toBe(atom);
    expect(await checkAtom(xml)).not.toEqual([]);
  });

  test.each([
    ['no channel title', rss.replace(/<title>Sessions[^<]*<\/title>/, '')],
    ['an ISO date', rss.replace(/<pubDate>[^<]*/, '<pubDate>2026-01-02T03:04:05Z')],
    ['a wrong weekday', rss.replace('<pubDate>Fri', '<pubDate>Mon')],
    ['two items of one guid', rss.replaceAll('b'.repeat(64), 'a'.repeat(64))],
    ['no self link', rss.replace(/<atom:link[^>]*>/, '')],
    ['a relative link', rss.replace('<link>https://example.org/</link>', '<link>/</link>')],
    ['an author without an address', rss.replace(/<dc:creator>([^<]*)<\/dc:creator>/, '<author>$1</author>')],
  ])('RSS: %s is found', (_, xml) => {
    expect(xml).not.toBe(rss);
    expect(checkRss(xml)).not.toEqual([]);
  });

  test.each([
    ['a control character', '<a>\u001b</a>'],
    ['an end of CDATA in text', '<a>]]></a>'],
    ['a name space that is not declared', '<dc:a/>'],
    ['a bare ampersand', '<a>&</a>'],
  ])('XML: %s is found', (_, xml) => {
    expect(() => parseXml(xml)).toThrow();
  });

  test('JSON Feed: version 1, a number as id and a member that is none are found', () => {
    const json = generateJsonFeed(plain);
    expect(checkJsonFeed(json.replace('version/1.1', 'version/1'))).not.toEqual([]);
    expect(checkJsonFeed(json.replace(`"id": "${plainEntry.id}"`, '"id": 1'))).not.toEqual([]);
    expect(checkJsonFeed(json.replace('"authors"', '"author"'))).not.toEqual([]);
  });

  test('OPML: a subscription without its address is found', () => {
    expect(checkOpml('<opml version="2.0"><head/><body><outline text="x" type="rss"/></body></opml>')).not.toEqual([]);
  });
});

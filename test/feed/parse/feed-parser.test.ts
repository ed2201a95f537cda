/** Foreign feeds read into one model: what each says, what is passed over, and what is refused. */
/** The shapes stand in real-shapes.ts and broken-shapes.ts, a row each. */

import { afterAll, describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../../src/base/bytes.ts';
import { openFeedParser } from '../../../src/feed/feed.ts';
import { FEED_FORMATS } from '../../../src/feed/formats.ts';
import { generateFeed } from '../../../src/feed/generate.ts';
import type { ForeignEntry } from '../../../src/model/foreign-feed.ts';
import { plain } from '../documents.ts';
import { BROKEN_SHAPES } from './broken-shapes.ts';
import { FEED_URL, SHAPES } from './real-shapes.ts';

const parser = openFeedParser();
afterAll(() => parser.close());

function parse(document: string | Uint8Array, contentType?: string) {
  const bytes = typeof document === 'string' ? encodeUtf8(document) : document;
  return parser.parse({ bytes, url: FEED_URL, ...(contentType !== undefined && { contentType }) });
}

function lineOf({ id, title, url }: ForeignEntry): string {
  return [id.startsWith('hash:') ? 'hash' : id, title === '' ? '-' : title, url ?? '-'].join(' | ');
}

describe('a foreign feed', () => {
  it.each([...SHAPES, ...BROKEN_SHAPES])('is read: $name', async (shape) => {
    const feed = await parse(shape.document, shape.contentType);
    expect(feed.title).toBe(shape.title);
    expect(feed.entries.map(lineOf)).toEqual(shape.entries);
    const [first] = feed.entries;
    if (shape.says !== undefined) expect(`${first?.html ?? ''}${first?.text ?? ''}`).toContain(shape.says);
    if (shape.published !== undefined) expect(new Date(first?.publishedMs ?? 0).toISOString()).toBe(shape.published);
    expect(feed.problems).toHaveLength(shape.problems ?? 0);
  });

  it('is not made of less than a hundred shapes', () => {
    expect(SHAPES.length + BROKEN_SHAPES.length).toBeGreaterThanOrEqual(100);
  });

  it('keeps enclosures, categories, authors and how often to ask', async () => {
    const feed = await parse(
      `<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title><ttl>90</ttl><item><guid>g</guid><title>t</title><dc:creator>Ada</dc:creator><category domain="x">c</category><category>c</category><enclosure url="/a.mp3" type="audio/mpeg" length="12"/><enclosure url="/b.mp3" type="audio/mpeg" length="no"/></item></channel></rss>`,
    );
    expect(feed.ttlMs).toBe(90 * 60_000);
    expect(feed.entries[0]).toMatchObject({
      author: 'Ada',
      categories: ['c'],
      enclosures: [
        { url: 'https://blog.example.org/a.mp3', type: 'audio/mpeg', size: 12 },
        { url: 'https://blog.example.org/b.mp3', type: 'audio/mpeg' },
      ],
    });
  });

  it.each(FEED_FORMATS.map(({ format }) => format))('of our own is read back from %s', async (format) => {
    const document = {
      ...plain,
      checkpoint: 'https://example.org/archive/log/checkpoint',
      deleted: [{ id: 'urn:gone', when: 5 }],
    };
    const feed = await parse(generateFeed(format, document));
    expect(feed.entries.map(({ id }) => id)).toEqual(document.entries.map(({ id }) => id));
    expect(feed.checkpointUrl).toBe(document.checkpoint);
    if (format !== 'rss') expect(feed.deleted).toEqual(document.deleted.map(({ id }) => id));
  });
});

describe('what is no feed', () => {
  const bomb = `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 9 }, (_, i) => `<!ENTITY ${'bcdefghij'[i]} "${`&${'abcdefghi'[i]};`.repeat(10)}">`).join('')}]><rss version="2.0"><channel><title>&j;</title></channel></rss>`;
  it.each([
    ['nothing', '', 'empty'],
    ['an HTML page', '<!doctype html><html><body>Not found</body></html>', 'HTML page'],
    ['an HTML page without a doctype', '<html><head></head></html>', 'HTML page'],
    ['plain words', 'Service unavailable', 'neither XML nor JSON'],
    ['other JSON', '{"error": "no"}', 'no JSON Feed'],
    ['broken JSON', '{"version": "https://jsonfeed.org/version/1.1", ', 'cannot be read'],
    ['other XML', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'cannot be read'],
    ['entities that grow', bomb, 'entities of its own'],
    [
      'an entity that names a file',
      '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><title>&x;</title></channel></rss>',
      'entities of its own',
    ],
    ['a character set that nobody knows', '<?xml version="1.0" encoding="martian"?><rss/>', 'martian'],
  ])('is refused in a sentence: %s', async (_, document, sentence) => {
    await expect(parse(document)).rejects.toThrow(sentence);
  });

  it('costs only itself when it takes too long: the next one is read', async () => {
    const hasty = openFeedParser({ timeMs: 1, memoryMb: 128 });
    const item = '<item><title>x</title></item>';
    const long = encodeUtf8(`<rss version="2.0"><channel>${item.repeat(200_000)}</channel></rss>`);
    await expect(hasty.parse({ bytes: long, url: FEED_URL })).rejects.toThrow(/longer than|memory/);
    await hasty.close();
    const [first] = SHAPES;
    expect((await parse(first?.document ?? '')).title).toBe('Blog');
  });

  it('costs only itself when it takes too much memory', async () => {
    const small = openFeedParser({ timeMs: 60_000, memoryMb: 24 });
    const item = '<item><title>x</title></item>';
    const large = encodeUtf8(`<rss version="2.0"><channel>${item.repeat(400_000)}</channel></rss>`);
    const [first] = SHAPES;
    const after = small.parse({ bytes: large, url: FEED_URL });
    await expect(after).rejects.toThrow('memory');
    expect((await small.parse({ bytes: encodeUtf8(String(first?.document)), url: FEED_URL })).title).toBe('Blog');
    await small.close();
  });
});

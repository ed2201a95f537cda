/** More faults of feeds, by family: letters, declarations, addresses, ids, dates in words, formats of long ago, sizes. */
/** Made by hand before it was looked at how they are read; all names and texts are invented. */

import type { Shape } from './real-shapes.ts';

const rss = (inner: string, head = '<?xml version="1.0" encoding="UTF-8"?>') =>
  `${head}<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Blog</title><link>https://blog.example.org/</link><description>d</description>${inner}</channel></rss>`;
const atom = (inner: string, attributes = '') =>
  `<feed xmlns="http://www.w3.org/2005/Atom"${attributes}><title>Blog</title><id>urn:blog</id><updated>2026-01-05T10:00:00Z</updated>${inner}</feed>`;
const one = (more: string) =>
  rss(`<item><guid isPermaLink="false">g1</guid><link>https://blog.example.org/1</link>${more}</item>`);
const G1 = 'g1 | One | https://blog.example.org/1';
const G2 = 'g2 | Two | https://blog.example.org/2';
const TWO = '<item><guid isPermaLink="false">g2</guid><link>https://blog.example.org/2</link><title>Two</title></item>';
const ONE = '<item><guid isPermaLink="false">g1</guid><link>https://blog.example.org/1</link><title>One</title></item>';

export const BROKEN_SHAPES: readonly Shape[] = [
  {
    name: 'UTF-8 with a mark that declares ISO 8859-1',
    document: Buffer.from(`\ufeff${one('<title>Café</title>').replace('UTF-8', 'ISO-8859-1')}`),
    title: 'Blog',
    entries: ['g1 | Café | https://blog.example.org/1'],
  },
  {
    name: 'UTF-16BE with a mark that declares UTF-8',
    document: Buffer.from(`\ufeff${one('<title>Café</title>')}`, 'utf16le').swap16(),
    title: 'Blog',
    entries: ['g1 | Café | https://blog.example.org/1'],
  },
  {
    name: 'windows-1252 under the name of ISO 8859-1, with curly quotes',
    document: Buffer.from(
      one('<title>\u0093One\u0094 \u0096 it\u0092s</title>').replace('UTF-8', 'iso-8859-1'),
      'latin1',
    ),
    title: 'Blog',
    entries: ['g1 | “One” – it’s | https://blog.example.org/1'],
  },
  {
    name: 'windows-1251 in a header with quotes',
    document: Buffer.from([
      ...Buffer.from(
        rss(
          '<item><guid isPermaLink="false">g1</guid><link>https://blog.example.org/1</link><title>',
          '<?xml version="1.0"?>',
        ).replace(/<\/channel>.*$/, ''),
      ),
      0xcf,
      0xf0,
      0xe8,
      0xe2,
      0xe5,
      0xf2,
      ...Buffer.from('</title></item></channel></rss>'),
    ]),
    contentType: 'application/rss+xml; charset="windows-1251"',
    title: 'Blog',
    entries: ['g1 | Привет | https://blog.example.org/1'],
  },
  {
    name: 'GB2312 by its declaration',
    document: Buffer.from([
      ...Buffer.from(
        rss(
          '<item><guid isPermaLink="false">g1</guid><link>https://blog.example.org/1</link><title>',
          '<?xml version="1.0" encoding="gb2312"?>',
        ).replace(/<\/channel>.*$/, ''),
      ),
      0xc4,
      0xe3,
      0xba,
      0xc3,
      ...Buffer.from('</title></item></channel></rss>'),
    ]),
    title: 'Blog',
    entries: ['g1 | 你好 | https://blog.example.org/1'],
  },
  {
    name: 'XML 1.1, and a version that does not exist',
    document: rss(ONE, '<?xml version="1.1" encoding="utf8"?>'),
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'two XML declarations',
    document: rss(ONE, '<?xml version="1.0"?><?xml version="1.0" encoding="UTF-8"?>'),
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'RSS 0.90 in RDF',
    document:
      '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>Old</title><link>https://blog.example.org/</link><description>d</description></channel><image><title>Logo</title><url>https://blog.example.org/l.gif</url><link>https://blog.example.org/</link></image><item><title>First</title><link>https://blog.example.org/old/1</link></item><item><title>Second</title><link>https://blog.example.org/old/2</link></item><textinput><title>Find</title><link>https://blog.example.org/find</link></textinput></rdf:RDF>',
    title: 'Old',
    entries: [
      'https://blog.example.org/old/1 | First | https://blog.example.org/old/1',
      'https://blog.example.org/old/2 | Second | https://blog.example.org/old/2',
    ],
  },
  {
    name: 'Atom 0.3 with issued, modified and a mode of escaping',
    document:
      '<?xml version="1.0" encoding="utf-8"?><feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Blog</title><link rel="alternate" type="text/html" href="https://blog.example.org/"/><modified>2026-01-05T10:00:00Z</modified><entry><title>One</title><link rel="alternate" type="text/html" href="https://blog.example.org/1"/><id>tag:1</id><issued>2026-01-05T10:00:00Z</issued><modified>2026-01-06T10:00:00Z</modified><content type="text/html" mode="escaped">&lt;p&gt;Hi there&lt;/p&gt;</content></entry></feed>',
    title: 'Blog',
    entries: ['tag:1 | One | https://blog.example.org/1'],
    says: '<p>Hi there</p>',
    published: '2026-01-05T10:00:00.000Z',
  },
  {
    name: 'JSON Feed 1.0 with external_url, content_text and a next page',
    document: JSON.stringify({
      version: 'https://jsonfeed.org/version/1',
      title: 'Blog',
      home_page_url: 'https://blog.example.org/',
      next_url: 'https://blog.example.org/feed?p=2',
      items: [
        {
          id: 'g1',
          url: '/1',
          external_url: 'https://elsewhere.example/',
          title: 'One',
          content_text: 'Plain & <simple>',
          date_published: '2026-01-05T11:00:00+01:00',
        },
      ],
    }),
    title: 'Blog',
    entries: [G1],
    says: 'Plain & <simple>',
    published: '2026-01-05T10:00:00.000Z',
  },
  {
    name: 'JSON Feed with a byte order mark, under text/plain',
    document: Buffer.from(
      `\ufeff${JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: 'Blog', items: [{ id: 'g1', url: 'https://blog.example.org/1', title: 'One', content_html: '<p>x</p>' }] })}`,
    ),
    contentType: 'text/plain',
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'a title in two pieces of CDATA with markup and a reference between',
    document: one('<title><![CDATA[O]]>n<![CDATA[e]]></title>'),
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'a title that is escaped three times: nobody guesses what else was meant',
    document: one('<title>A &amp;amp;amp; B</title>'),
    title: 'Blog',
    entries: ['g1 | A &amp; B | https://blog.example.org/1'],
  },
  {
    name: 'numbers of characters of windows-1252 in a title',
    document: one('<title>It&#146;s &#x2014; here&#8230;</title>'),
    title: 'Blog',
    entries: ['g1 | It’s — here… | https://blog.example.org/1'],
  },
  {
    name: 'mathematics in a title',
    document: one('<title>if a &lt; b and c &gt; d</title>'),
    title: 'Blog',
    entries: ['g1 | if a < b and c > d | https://blog.example.org/1'],
  },
  {
    name: 'a title that is only a picture',
    document: one('<title>&lt;img src="x.png" alt="A cat"&gt;</title><description>Words</description>'),
    title: 'Blog',
    entries: ['g1 | - | https://blog.example.org/1'],
    says: 'Words',
  },
  {
    name: 'xml:base in three places, each below the other',
    document: atom(
      '<entry xml:base="2026/"><title>One</title><id>g1</id><updated>2026-01-05T10:00:00Z</updated><link href="one"/><content type="html" xml:base="img/">&lt;img src="a.png"&gt;</content></entry>',
      ' xml:base="https://blog.example.org/posts/"',
    ),
    title: 'Blog',
    entries: ['g1 | One | https://blog.example.org/posts/2026/one'],
  },
  {
    name: 'an address without its scheme',
    document: rss(
      '<item><guid isPermaLink="false">g1</guid><title>One</title><link>//blog.example.org/1</link></item>',
    ),
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'an address over several lines, in CDATA',
    document: rss(
      '<item><guid isPermaLink="false">g1</guid><title>One</title><link>\n<![CDATA[ https://blog.example.org/1\n ]]>\n</link></item>',
    ),
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'a guid that says it is an address and is none',
    document: rss(
      '<item><guid isPermaLink="true">post-17</guid><title>One</title><link>https://blog.example.org/1</link></item>',
    ),
    title: 'Blog',
    entries: ['post-17 | One | https://blog.example.org/1'],
  },
  {
    name: 'the same guid for all of three entries',
    document: rss(
      ['1', '2', '3']
        .map(
          (n) =>
            `<item><guid>https://blog.example.org/</guid><title>N${n}</title><link>https://blog.example.org/${n}</link></item>`,
        )
        .join(''),
    ),
    title: 'Blog',
    entries: [
      'https://blog.example.org/1 | N1 | https://blog.example.org/1',
      'https://blog.example.org/2 | N2 | https://blog.example.org/2',
      'https://blog.example.org/3 | N3 | https://blog.example.org/3',
    ],
  },
  {
    name: 'an empty guid',
    document: rss('<item><guid/><title>One</title><link>https://blog.example.org/1</link></item>'),
    title: 'Blog',
    entries: ['https://blog.example.org/1 | One | https://blog.example.org/1'],
  },
  {
    name: 'a podcast: what is told of an episode, its file, no link',
    document: rss(
      '<itunes:author>Ada</itunes:author><item><guid isPermaLink="false">g1</guid><title>One</title><itunes:summary>About leaves.</itunes:summary><enclosure url="https://cdn.example.org/1.mp3" length="" type="audio/mpeg"/><itunes:duration>1:02:03</itunes:duration></item>',
    ),
    title: 'Blog',
    entries: ['g1 | One | -'],
    says: 'About leaves.',
  },
  {
    name: 'a group of media without any other words in RSS',
    document: one(
      '<title>One</title><media:group><media:title>Other</media:title><media:description type="plain">A film of leaves.</media:description><media:content url="https://cdn.example.org/1.mp4" type="video/mp4"/><media:thumbnail url="https://cdn.example.org/1.jpg"/></media:group>',
    ),
    title: 'Blog',
    entries: [G1],
    says: 'A film of leaves.',
  },
  {
    name: 'items beside the channel, and one within it',
    document: `<rss version="2.0"><channel><title>Blog</title><link>https://blog.example.org/</link>${ONE}</channel>${TWO}</rss>`,
    title: 'Blog',
    entries: [G1, G2],
  },
  {
    name: 'two channels',
    document: `<rss version="2.0"><channel><title>Blog</title><link>https://blog.example.org/</link>${ONE}</channel><channel><title>More</title>${TWO}</channel></rss>`,
    title: 'Blog',
    entries: [G1, G2],
  },
  {
    name: 'names of elements in capitals',
    document: `<RSS VERSION="2.0"><CHANNEL><TITLE>Blog</TITLE><LINK>https://blog.example.org/</LINK><ITEM><GUID ISPERMALINK="false">g1</GUID><TITLE>One</TITLE><LINK>https://blog.example.org/1</LINK></ITEM></CHANNEL></RSS>`,
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'an attribute without quotes, and one twice',
    document: rss(
      `<item><guid isPermaLink=false>g1</guid><link>https://blog.example.org/1</link><title a="1" a="2">One</title></item>${TWO}`,
    ),
    title: 'Blog',
    entries: [G1, G2],
  },
  {
    name: 'a colour of bytes that are no letters in the middle of an element',
    document: rss(
      `<item><guid isPermaLink="false">g1</guid><link>https://blog.example.org/1</link><title>O\u0000n\u0008e</title></item>${TWO}`,
    ),
    title: 'Blog',
    entries: [G1, G2],
  },
  {
    name: 'half of a pair of letters, as number',
    document: one('<title>One&#xD800;</title>'),
    title: 'Blog',
    entries: ['g1 | One\ufffd | https://blog.example.org/1'],
  },
  {
    name: 'an end tag that lacks its bracket',
    document: rss(
      `<item><guid isPermaLink="false">g1</guid><link>https://blog.example.org/1</link><title>One</title</item>${TWO}`,
    ),
    title: 'Blog',
    entries: [G2],
    problems: 1,
  },
  {
    name: 'cut off in the middle of CDATA: the half entry is left for the next time',
    document: rss(
      `${ONE}<item><guid isPermaLink="false">g2</guid><link>https://blog.example.org/2</link><title>Two</title><description><![CDATA[<p>Here it`,
    ).replace(/<\/channel>.*$/, ''),
    title: 'Blog',
    entries: [G1],
    problems: 1,
  },
  {
    name: 'cut off in the middle of a letter: the half entry is left for the next time',
    document: Buffer.from(
      rss(
        `${ONE}<item><guid isPermaLink="false">g2</guid><link>https://blog.example.org/2</link><title>Two</title><description>caf\u00e9`,
      ).replace(/<\/channel>.*$/, ''),
    ).subarray(0, -1),
    title: 'Blog',
    entries: [G1],
    problems: 1,
  },
  {
    name: 'Atom with a file for its content, elsewhere',
    document: atom(
      '<entry><title>One</title><id>g1</id><updated>2026-01-05T10:00:00Z</updated><link href="https://blog.example.org/1"/><content type="image/png" src="https://blog.example.org/1.png"/><summary>A picture</summary></entry>',
    ),
    title: 'Blog',
    entries: [G1],
    says: 'A picture',
  },
  {
    name: 'Atom with a link to itself only, and the author in the feed',
    document: atom(
      '<author><name>Ada</name></author><entry><title>One</title><id>https://blog.example.org/1</id><updated>2026-01-05T10:00:00Z</updated><link rel="self" href="https://blog.example.org/1.atom"/></entry>',
    ),
    title: 'Blog',
    entries: ['https://blog.example.org/1 | One | https://blog.example.org/1'],
  },
  {
    name: 'an HTML comment and a processing instruction in an item',
    document: rss(
      `<item><!-- <title>No</title> --><?php echo 1 ?><guid isPermaLink="false">g1</guid><link>https://blog.example.org/1</link><title>One</title></item>`,
    ),
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'an entry of a million letters',
    document: one(
      `<title>One</title><content:encoded><![CDATA[<p>${'leaf '.repeat(200_000)}end of it</p>]]></content:encoded>`,
    ),
    title: 'Blog',
    entries: [G1],
    says: 'end of it',
  },
];

/** As publishers write them; ISO 8601, or `-` where nobody can say. */
export const STRANGE_DATES: readonly (readonly [string, string])[] = [
  ['Mon, 05 Jan 2026 10:00:00 GMT', '2026-01-05T10:00:00.000Z'],
  ['Mon, 5 January 2026 10:00 +0000', '2026-01-05T10:00:00.000Z'],
  ['5 Jan 26 10:00:00 UT', '2026-01-05T10:00:00.000Z'],
  ['Mon, 05 Jan 2026 05:00:00 EST', '2026-01-05T10:00:00.000Z'],
  ['Mon, 05 Jan 2026 10:00:00 +0000 (UTC)', '2026-01-05T10:00:00.000Z'],
  ['Mon, 05 Jan 2026 11:00:00 +01:00', '2026-01-05T10:00:00.000Z'],
  ['Mon, 05 Jan 2026 11:00:00 CET', '2026-01-05T10:00:00.000Z'],
  ['Mon Jan  5 10:00:00 2026', '2026-01-05T10:00:00.000Z'],
  ['Monday, January 5, 2026 10:00 AM', '2026-01-05T10:00:00.000Z'],
  ['2026-01-05 10:00:00', '2026-01-05T10:00:00.000Z'],
  ['2026-01-05 10:00:00 +0000', '2026-01-05T10:00:00.000Z'],
  ['2026-01-05T10:00Z', '2026-01-05T10:00:00.000Z'],
  ['2026-01-05T10:00:00.123456789Z', '2026-01-05T10:00:00.123Z'],
  ['2026-01-05T11:00:00+0100', '2026-01-05T10:00:00.000Z'],
  ['20260105T100000Z', '2026-01-05T10:00:00.000Z'],
  ['2026-01-05', '2026-01-05T00:00:00.000Z'],
  ['2026/01/05 10:00:00', '2026-01-05T10:00:00.000Z'],
  ['1767607200', '2026-01-05T10:00:00.000Z'],
  ['lun., 05 janv. 2026 11:00:00 +0100', '2026-01-05T10:00:00.000Z'],
  ['Mo, 05 Dez 2025 11:00:00 +0100', '2025-12-05T10:00:00.000Z'],
  ['Mi., 04. März 2026 11:00:00 +0100', '2026-03-04T10:00:00.000Z'],
  ['lunes, 05 enero 2026 10:00:00 +0000', '2026-01-05T10:00:00.000Z'],
  ['Seg, 05 Fev 2026 10:00:00 GMT', '2026-02-05T10:00:00.000Z'],
  ['lun, 05 gen 2026 10:00:00 GMT', '2026-01-05T10:00:00.000Z'],
  ['ma, 05 mei 2026 10:00:00 GMT', '2026-05-05T10:00:00.000Z'],
  ['Пн, 05 янв 2026 13:00:00 +0300', '2026-01-05T10:00:00.000Z'],
  ['2026年1月5日 10:00', '2026-01-05T10:00:00.000Z'],
  ['&#32;Mon, 05 Jan 2026 10:00:00 GMT\n', '2026-01-05T10:00:00.000Z'],
  ['Mon, 31 Feb 2026 10:00:00 GMT', '2026-03-03T10:00:00.000Z'],
  ['yesterday', '-'],
  ['0000-00-00 00:00:00', '-'],
  ['Thu, 01 Jan 1970 00:00:00 +0000', '-'],
];

/** Feeds as the web has them: of every format and age, with the faults that readers meet. */
/** Made by hand in the shapes of many publishers; all names and texts are invented. */

export interface Shape {
  readonly name: string;
  readonly document: string | Uint8Array;
  readonly contentType?: string;
  /** Title of the feed, then of each entry: `id | title | url`, with `-` for what is not there. */
  readonly title: string;
  readonly entries: readonly string[];
  /** What must stand in the first entry's HTML or text. */
  readonly says?: string;
  /** Of the first entry, ISO 8601. */
  readonly published?: string;
  readonly problems?: number;
}

const FEED_URL = 'https://blog.example.org/feeds/all';

export { FEED_URL };

const item = (inner: string) => `<item>${inner}</item>`;
const rss = (inner: string, attributes = ' version="2.0"') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<rss${attributes}><channel><title>Blog</title><link>https://blog.example.org/</link><description>d</description>${inner}</channel></rss>`;
const entry = (inner: string) => `<entry>${inner}</entry>`;
const atom = (inner: string, attributes = '') =>
  `<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"${attributes}><title>Blog</title><id>urn:blog</id><updated>2026-01-05T10:00:00Z</updated><link href="https://blog.example.org/"/>${inner}</feed>`;
const one = '<title>One</title><link>https://blog.example.org/1</link><guid isPermaLink="false">g1</guid>';
const atomOne =
  '<title>One</title><id>urn:1</id><link href="https://blog.example.org/1"/><updated>2026-01-05T10:00:00Z</updated>';
const G1 = 'g1 | One | https://blog.example.org/1';
const U1 = 'urn:1 | One | https://blog.example.org/1';
const JAN5 = '2026-01-05T10:00:00.000Z';

const plain: readonly Shape[] = [
  { name: 'RSS 2.0', document: rss(item(one)), title: 'Blog', entries: [G1] },
  {
    name: 'RSS 0.91 with its DOCTYPE',
    document: `<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.example/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel><title>Old</title><link>https://blog.example.org/</link><description>d</description><language>en</language><item><title>First</title><link>https://blog.example.org/old/1</link></item></channel></rss>`,
    title: 'Old',
    entries: ['https://blog.example.org/old/1 | First | https://blog.example.org/old/1'],
  },
  {
    name: 'RSS 0.92 without titles',
    document: rss(item('<description>Only words today.</description>'), ' version="0.92"'),
    title: 'Blog',
    entries: ['hash | - | -'],
    says: 'Only words today.',
  },
  {
    name: 'RSS without a version',
    document: rss(item(one), ''),
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'RDF (RSS 1.0) with Dublin Core dates',
    document: `<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://blog.example.org/"><title>Graph</title><link>https://blog.example.org/</link><description>d</description></channel><item rdf:about="https://blog.example.org/g/1"><title>Node</title><link>https://blog.example.org/g/1</link><dc:date>2026-01-05T11:00:00+01:00</dc:date><dc:creator>Ada</dc:creator></item></rdf:RDF>`,
    title: 'Graph',
    entries: ['https://blog.example.org/g/1 | Node | https://blog.example.org/g/1'],
    published: JAN5,
  },
  { name: 'Atom 1.0', document: atom(entry(atomOne)), title: 'Blog', entries: [U1], published: JAN5 },
  {
    name: 'Atom under a prefix',
    document:
      '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>Prefixed</a:title><a:id>urn:p</a:id><a:updated>2026-01-05T10:00:00Z</a:updated><a:entry><a:title>One</a:title><a:id>urn:1</a:id><a:link href="https://blog.example.org/1"/><a:updated>2026-01-05T10:00:00Z</a:updated></a:entry></a:feed>',
    title: 'Prefixed',
    entries: [U1],
  },
  {
    name: 'JSON Feed 1.1',
    document: JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      title: 'Jay',
      home_page_url: 'https://blog.example.org/',
      items: [
        { id: '1', title: 'One', url: 'https://blog.example.org/1', content_html: '<p>hi</p>', date_published: JAN5 },
      ],
    }),
    title: 'Jay',
    entries: ['1 | One | https://blog.example.org/1'],
    says: '<p>hi</p>',
    published: JAN5,
  },
  {
    name: 'JSON Feed 1.0 with a number for an id and one author',
    document: JSON.stringify({
      version: 'https://jsonfeed.org/version/1',
      title: 'Jay',
      items: [{ id: 7, content_text: 'plain words', author: { name: 'Ada' } }],
    }),
    title: 'Jay',
    entries: ['7 | - | -'],
    says: 'plain words',
  },
  {
    name: 'JSON Feed of a careless writer: no version, a string for a tag, an entry that is null',
    document: JSON.stringify({ title: 'Jay', items: [null, { id: 'a', title: 'A', tags: 'x', url: '/a' }] }),
    title: 'Jay',
    entries: ['a | A | https://blog.example.org/a'],
  },
];

const words: readonly Shape[] = [
  {
    name: 'CDATA with markup',
    document: rss(item(`${one}<description><![CDATA[<p>Bold <b>words</b> & more</p>]]></description>`)),
    title: 'Blog',
    entries: [G1],
    says: '<p>Bold <b>words</b> & more</p>',
  },
  {
    name: 'content:encoded beside a short description',
    document: rss(
      item(`${one}<description>short</description><content:encoded><![CDATA[<p>whole</p>]]></content:encoded>`),
      ' version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"',
    ),
    title: 'Blog',
    entries: [G1],
    says: '<p>whole</p>',
  },
  {
    name: 'a title escaped twice',
    document: rss(
      item('<title>Tom &amp;amp; Eve&amp;#8217;s</title><guid>g1</guid><link>https://blog.example.org/1</link>'),
    ),
    title: 'Blog',
    entries: ['g1 | Tom & Eve’s | https://blog.example.org/1'],
  },
  {
    name: 'markup in a title',
    document: rss(item('<title>&lt;em&gt;Very&lt;/em&gt; good</title><guid>g1</guid>')),
    title: 'Blog',
    entries: ['g1 | Very good | -'],
  },
  {
    name: 'HTML entities that XML does not know',
    document: rss(item(`<title>A&nbsp;B &hellip;</title><guid>g1</guid><link>https://blog.example.org/1</link>`)),
    title: 'Blog',
    entries: ['g1 | A B … | https://blog.example.org/1'],
  },
  {
    name: 'a bare ampersand',
    document: rss(item('<title>Salt & pepper</title><guid>g1</guid><link>https://blog.example.org/1?a=1&b=2</link>')),
    title: 'Blog',
    entries: ['g1 | Salt & pepper | https://blog.example.org/1?a=1&b=2'],
  },
  {
    name: 'Atom xhtml, in its order',
    document: atom(
      entry(
        `${atomOne}<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">hi <b>bold</b> tail <i>x</i>.</div></content>`,
      ),
    ),
    title: 'Blog',
    entries: [U1],
    says: 'hi <b>bold</b> tail <i>x</i>.',
  },
  {
    name: 'Atom html with a summary',
    document: atom(entry(`${atomOne}<summary>short</summary><content type="html">&lt;p&gt;whole&lt;/p&gt;</content>`)),
    title: 'Blog',
    entries: [U1],
    says: '<p>whole</p>',
  },
  {
    name: 'Atom plain text that looks like markup',
    document: atom(entry(`${atomOne}<content>1 &lt; 2 and &lt;b&gt;</content>`)),
    title: 'Blog',
    entries: [U1],
    says: '1 < 2 and <b>',
  },
  {
    name: 'HTML that is not escaped in a description',
    document: rss(item(`${one}<description><p>Bold <b>words</b>, then more</p></description>`)),
    title: 'Blog',
    entries: [G1],
    says: 'words',
  },
  {
    name: 'CDATA that holds the end of CDATA',
    document: rss(item(`${one}<description><![CDATA[<p>a]]]]><![CDATA[>b</p>]]></description>`)),
    title: 'Blog',
    entries: [G1],
    says: '<p>a]]>b</p>',
  },
  {
    name: 'a title of Atom in xhtml',
    document: atom(
      entry(
        atomOne.replace(
          '<title>One</title>',
          '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">One <em>more</em></div></title>',
        ),
      ),
    ),
    title: 'Blog',
    entries: ['urn:1 | One more | https://blog.example.org/1'],
  },
  {
    name: 'a video of a channel: its words stand in a group of media',
    document: atom(
      entry(
        `${atomOne}<media:group><media:title>One</media:title><media:description>What it shows</media:description></media:group>`,
      ),
      ' xmlns:media="http://search.yahoo.com/mrss/"',
    ),
    title: 'Blog',
    entries: [U1],
    published: JAN5,
    says: 'What it shows',
  },
  {
    name: 'Atom with a summary only',
    document: atom(entry(`${atomOne}<summary type="html">&lt;i&gt;sum&lt;/i&gt;</summary>`)),
    title: 'Blog',
    entries: [U1],
    says: '<i>sum</i>',
  },
  {
    name: 'control characters that XML forbids',
    document: rss(item(`<title>bell \u0007 and \u001b[31mred</title><guid>g1</guid>`)),
    title: 'Blog',
    entries: ['g1 | bell and red | -'],
  },
  {
    name: 'white space around everything',
    document: `\n\n  ${rss(item('<title>\n   One\n  </title><guid>\n g1 \n</guid><link>\n https://blog.example.org/1 \n</link>')).trimStart()}`,
    title: 'Blog',
    entries: [G1],
  },
];

const times: readonly Shape[] = [
  ...(
    [
      ['Mon, 05 Jan 2026 10:00:00 GMT', JAN5],
      ['Mon, 05 Jan 2026 11:00:00 +0100', JAN5],
      ['5 Jan 2026 10:00 UT', JAN5],
      ['Mon, 05 Jan 2026 05:00:00 EST', JAN5],
      ['2026-01-05T10:00:00Z', JAN5],
      ['2026-01-05 10:00:00 +0000', JAN5],
      ['Mon, 05 Jan 2026 10:00:00 +00:00', JAN5],
      ['Tue, 05 Jan 2026 10:00:00 GMT', JAN5],
      ['Mon, 5 January 2026 10:00:00 Z', JAN5],
      ['2026-01-05T10:00:00.000+0000', JAN5],
      ['Mon, 05 Jan 26 10:00:00 GMT', JAN5],
    ] as const
  ).map(([date, published]) => ({
    name: `the date "${date}"`,
    document: rss(item(`${one}<pubDate>${date}</pubDate>`)),
    ...{ title: 'Blog', entries: [G1], published },
  })),
  {
    name: 'a date that is none',
    document: rss(item(`${one}<pubDate>yesterday evening</pubDate>`)),
    ...{ title: 'Blog', entries: [G1], problems: 1 },
  },
  {
    name: 'one bad date in Atom among good ones',
    document: atom(
      entry(atomOne.replace('2026-01-05T10:00:00Z', '0000-00-00')) +
        entry(atomOne.replaceAll('1', '2').replace('<updated>2026-02-05', '<updated>2026-01-05')),
    ),
    title: 'Blog',
    entries: [U1, 'urn:2 | One | https://blog.example.org/2'],
    problems: 1,
  },
  {
    name: 'no date at all',
    document: rss(item(one)),
    title: 'Blog',
    entries: [G1],
  },
];

const links: readonly Shape[] = [
  {
    name: 'a relative link in RSS',
    document: rss(item('<title>One</title><guid isPermaLink="false">g1</guid><link>/posts/1</link>')),
    title: 'Blog',
    entries: ['g1 | One | https://blog.example.org/posts/1'],
  },
  {
    name: 'an address in the guid only',
    document: rss(item('<title>One</title><guid>https://blog.example.org/1</guid>')),
    title: 'Blog',
    entries: ['https://blog.example.org/1 | One | https://blog.example.org/1'],
  },
  {
    name: 'xml:base on the feed',
    document: atom(
      entry(atomOne.replace('https://blog.example.org/1', 'p/1')),
      ' xml:base="https://cdn.example.org/base/"',
    ),
    title: 'Blog',
    entries: ['urn:1 | One | https://cdn.example.org/base/p/1'],
  },
  {
    name: 'xml:base on the entry',
    document: atom(
      entry(atomOne.replace('https://blog.example.org/1', 'p/1')).replace(
        '<entry>',
        '<entry xml:base="https://cdn.example.org/e/">',
      ),
    ),
    title: 'Blog',
    entries: ['urn:1 | One | https://cdn.example.org/e/p/1'],
  },
  {
    name: 'a link of Atom beside that of RSS, in the channel and in an item',
    document: rss(
      item(`<atom:link rel="self" href="https://blog.example.org/1.xml"/>${one}`),
      ' version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"',
    ).replace(
      '<link>https://blog.example.org/</link>',
      '<atom:link rel="self" href="https://blog.example.org/rss.xml"/><link>https://blog.example.org/</link>',
    ),
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'links with blanks and letters of other alphabets',
    document: rss(
      item('<title>One</title><guid isPermaLink="false">g1</guid><link>https://blog.example.org/größe und maß</link>'),
    ),
    title: 'Blog',
    entries: ['g1 | One | https://blog.example.org/gr%C3%B6%C3%9Fe%20und%20ma%C3%9F'],
  },
  {
    name: 'several links of an entry, the alternate last',
    document: atom(
      entry(
        `<link rel="edit" href="https://blog.example.org/edit"/><link rel="replies" href="https://blog.example.org/c"/>${atomOne}`,
      ),
    ),
    title: 'Blog',
    entries: [U1],
  },
  {
    name: 'a script for a link',
    document: rss(item('<title>One</title><guid isPermaLink="false">g1</guid><link>javascript:alert(1)</link>')),
    title: 'Blog',
    entries: ['g1 | One | -'],
  },
  {
    name: 'a password in a link',
    document: rss(
      item('<title>One</title><guid isPermaLink="false">g1</guid><link>https://a:b@blog.example.org/</link>'),
    ),
    title: 'Blog',
    entries: ['g1 | One | -'],
  },
  {
    name: 'a link element without attributes in Atom',
    document: atom(entry(`<link/>${atomOne}`)),
    title: 'Blog',
    entries: [U1],
  },
  {
    name: 'the same guid twice: the first stands',
    document: rss(item(one) + item(one.replace('One', 'Again'))),
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'two enclosures and a category with a domain',
    document: rss(
      item(
        `${one}<category domain="x">cat</category><enclosure url="https://cdn.example.org/a.mp3" type="audio/mpeg" length="12"/><enclosure url="https://cdn.example.org/b.mp3" type="audio/mpeg" length=""/>`,
      ),
    ),
    title: 'Blog',
    entries: [G1],
  },
];

const latin = (text: string) => Buffer.from(text, 'latin1');
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
const cafe = rss(item('<title>Café</title><guid>g1</guid>'));
const CAFE = { title: 'Blog', entries: ['g1 | Café | -'] };

const characterSets: readonly Shape[] = [
  { name: 'ISO 8859-1 by its declaration', document: latin(cafe.replace('UTF-8', 'ISO-8859-1')), ...CAFE },
  {
    name: 'ISO 8859-1 by the header only',
    document: latin(cafe.replace(' encoding="UTF-8"', '')),
    contentType: 'application/rss+xml; charset="iso-8859-1"',
    ...CAFE,
  },
  {
    name: 'windows-1252 in single quotes',
    document: latin(cafe.replace('"UTF-8"', "'windows-1252'")),
    contentType: 'text/xml',
    ...CAFE,
  },
  { name: 'UTF-16 with a mark', document: utf16(cafe.replace('UTF-8', 'UTF-16')), ...CAFE },
  {
    name: 'UTF-16 without a mark',
    document: Buffer.from(cafe.replace('UTF-8', 'UTF-16'), 'utf16le'),
    ...CAFE,
  },
  { name: 'UTF-8 with a mark', document: Buffer.from(`\ufeff${cafe}`), ...CAFE },
  {
    name: 'UTF-8 that the header calls us-ascii',
    document: Buffer.from(cafe),
    contentType: 'text/xml; charset=us-ascii',
    ...CAFE,
  },
  {
    name: 'text/html for a media type',
    document: Buffer.from(cafe),
    contentType: 'text/html; charset=utf-8',
    ...CAFE,
  },
  {
    name: 'Japanese in Shift_JIS',
    document: Buffer.concat([
      latin('<?xml version="1.0" encoding="Shift_JIS"?><rss version="2.0"><channel><title>Blog</title><item><title>'),
      Buffer.from([0x93, 0xfa, 0x96, 0x7b]),
      latin('</title><guid>g1</guid></item></channel></rss>'),
    ]),
    title: 'Blog',
    entries: ['g1 | 日本 | -'],
  },
  {
    name: 'UTF-8 that calls itself UTF-16, as programs that write strings do',
    document: Buffer.from(cafe.replace('UTF-8', 'utf-16')),
    ...CAFE,
  },
  {
    name: 'UTF-8 by its declaration and its bytes, ISO 8859-1 by an old server',
    document: Buffer.from(cafe),
    contentType: 'application/rss+xml; charset=ISO-8859-1',
    ...CAFE,
  },
  {
    name: 'a character set that nobody knows in the header, and a good one in the document',
    document: latin(cafe.replace('UTF-8', 'ISO-8859-1')),
    contentType: 'text/xml; charset=none',
    ...CAFE,
  },
  {
    name: 'bytes that are no UTF-8 in the middle',
    document: Buffer.concat([
      latin('<rss version="2.0"><channel><title>Blog</title><item><title>x'),
      Buffer.from([0xff]),
      latin('y</title><guid>g1</guid></item></channel></rss>'),
    ]),
    title: 'Blog',
    entries: ['g1 | x\ufffdy | -'],
  },
];

const broken: readonly Shape[] = [
  {
    name: 'cut off in its second item',
    document: rss(item(one) + item('<title>Two</title><guid>g2</guid>')).slice(0, -40),
    title: 'Blog',
    entries: [G1],
    problems: 1,
  },
  {
    name: 'one broken item between two good ones',
    document: rss(`${item(one)}<item><title>a</title><</item>${item('<title>Two</title><guid>g2</guid>')}`),
    title: 'Blog',
    entries: [G1, 'hash | a | -', 'g2 | Two | -'],
  },
  {
    name: 'an item that is empty',
    document: rss(`<item/>${item(one)}<item></item>`),
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'words before the XML declaration',
    document: `\r\n\r\n${rss(item(one))}`,
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'a comment and a style sheet before the root',
    document: rss(item(one)).replace(
      '<rss',
      '<!-- made by a tool <rss> --><?xml-stylesheet type="text/xsl" href="/style.xsl"?><rss',
    ),
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'RSS with namespaces in upper case and unknown elements',
    document: rss(item(`${one}<MEDIA:thumb url="x"/><foo><bar/></foo>`), ' version="2.0" xmlns:MEDIA="urn:media"'),
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'no channel title and no link',
    document: `<rss version="2.0"><channel>${item(one)}</channel></rss>`,
    title: '',
    entries: [G1],
  },
  {
    name: 'the complaint of a program before the document',
    document: `Warning: Undefined variable $x in /srv/feed.php on line 3\n${rss(item(one))}`,
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'markup of such a complaint',
    document: `<br />\n<b>Notice</b>: Undefined index in <b>/srv/feed.php</b><br />\n${rss(item(one))}`,
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'what a cache or a host writes behind the document',
    document: `${rss(item(one))}\n<!-- served from cache in 0.1 s -->\n<script src="https://host.example.org/x.js"></script>`,
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'two marks before the declaration',
    document: Buffer.from(`\ufeff\ufeff${rss(item(one))}`),
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'a prefix that nobody declared',
    document: rss(
      item(`${one}<media:thumbnail url="https://cdn.example.org/t.png"/><itunes:author>Ada</itunes:author>`),
    ),
    title: 'Blog',
    entries: [G1],
  },
  {
    name: 'entities of HTML that the document declares',
    document: rss(item('<title>A&nbsp;B</title><guid>g1</guid>')).replace(
      '<rss',
      '<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>\n<rss',
    ),
    title: 'Blog',
    entries: ['g1 | A B | -'],
  },
  {
    name: 'no items yet',
    document: rss(''),
    title: 'Blog',
    entries: [],
  },
  {
    name: 'names of members of every object as elements',
    document: rss(item(`${one}<constructor>x</constructor><toString>y</toString><hasOwnProperty>z</hasOwnProperty>`)),
    title: 'Blog',
    entries: [G1],
  },
];

export const SHAPES: readonly Shape[] = [...plain, ...words, ...times, ...links, ...characterSets, ...broken];

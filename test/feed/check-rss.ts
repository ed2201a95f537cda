/** What an RSS 2.0 document must hold: the rules of the RSS Advisory Board's profile, as the W3C's validator checks them. */
/** Each failure is a sentence. */

import { isAbsolute } from './check-urls.ts';
import { childrenOf, parseXml, textOf, type XmlNode } from './xml-tree.ts';

const ATOM = '{http://www.w3.org/2005/Atom}';
const DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) \d\d:\d\d:\d\d (?:GMT|[+-]\d{4})$/;
const CHANNEL = new Set([
  'title',
  'link',
  'description',
  'language',
  'copyright',
  'managingEditor',
  'webMaster',
  'pubDate',
  'lastBuildDate',
  'category',
  'generator',
  'docs',
  'cloud',
  'ttl',
  'image',
  'rating',
  'textInput',
  'skipHours',
  'skipDays',
  'item',
]);
const ITEM = new Set([
  'title',
  'link',
  'description',
  'author',
  'category',
  'comments',
  'enclosure',
  'guid',
  'pubDate',
  'source',
]);
const MANY = new Set(['category', 'item']);

/** Sentences of everything that is wrong; none: the document is valid. Throws when it is not well-formed. */
export function checkRss(xml: string): readonly string[] {
  const wrong: string[] = [];
  const say = (holds: boolean, sentence: string) => {
    if (!holds) wrong.push(sentence);
  };
  const rss = parseXml(xml);
  say(rss.name === '{}rss' && rss.attributes.version === '2.0', 'root is no rss of version 2.0');
  const [channel, ...more] = childrenOf(rss, '{}channel');
  if (channel === undefined || more.length > 0) return [...wrong, 'there is not exactly one channel'];
  checkNames(channel, CHANNEL, say);
  for (const name of ['title', 'link', 'description']) {
    say((textOf(channel, `{}${name}`) ?? '').trim() !== '', `channel has no ${name}`);
  }
  say(isAbsolute(textOf(channel, '{}link')), 'link of the channel is not absolute');
  const self = childrenOf(channel, `${ATOM}link`).filter((link) => link.attributes.rel === 'self');
  say(self.length === 1 && isAbsolute(self[0]?.attributes.href), 'channel has no self link');
  say(self[0]?.attributes.type === 'application/rss+xml', 'self link is of another type');
  const built = textOf(channel, '{}lastBuildDate');
  say(built === undefined || isRfc822(built), `lastBuildDate is no RFC 822 date: ${built}`);
  const language = textOf(channel, '{}language');
  say(language === undefined || /^[a-z]{2,3}(?:-[a-z0-9]+)*$/i.test(language), `language is none: ${language}`);
  const seen = new Set<string>();
  for (const item of childrenOf(channel, '{}item')) checkItem(item, seen, say);
  return wrong;
}

function checkItem(item: XmlNode, seen: Set<string>, say: (holds: boolean, sentence: string) => void): void {
  checkNames(item, ITEM, say);
  const text = textOf(item, '{}title') ?? textOf(item, '{}description') ?? '';
  say(text.trim() !== '', 'item has neither title nor description');
  const link = textOf(item, '{}link');
  say(link === undefined || isAbsolute(link), `link of an item is not absolute: ${link}`);
  const [guid] = childrenOf(item, '{}guid');
  say(guid !== undefined && guid.text !== '', 'item has no guid');
  if (guid !== undefined) {
    say(!seen.has(guid.text), `two items have the guid ${guid.text}`);
    seen.add(guid.text);
    say(guid.attributes.isPermaLink === 'false' || isAbsolute(guid.text), 'guid is a permanent link but no address');
  }
  const date = textOf(item, '{}pubDate');
  say(date === undefined || isRfc822(date), `pubDate is no RFC 822 date: ${date}`);
  const author = textOf(item, '{}author');
  say(author === undefined || /^\S+@\S+/.test(author), 'author is no e-mail address');
  for (const enclosure of childrenOf(item, '{}enclosure')) {
    const { url, length, type } = enclosure.attributes;
    say(isAbsolute(url) && /^\d+$/.test(length ?? '') && (type ?? '').includes('/'), 'enclosure is not complete');
  }
}

/** Elements without a namespace are those of RSS; most stand once. */
function checkNames(node: XmlNode, known: ReadonlySet<string>, say: (holds: boolean, sentence: string) => void): void {
  const seen = new Set<string>();
  for (const { name, attributes } of node.children) {
    if (!name.startsWith('{}')) continue;
    const local = name.slice(2);
    say(known.has(local), `${local} is no element of RSS 2.0`);
    say(!seen.has(local) || MANY.has(local), `${local} stands twice`);
    seen.add(local);
    if (local === 'category') say(attributes.domain !== 'undefined', 'category has no real domain');
  }
}

function isRfc822(date: string): boolean {
  const match = DATE.exec(date);
  return match !== null && !Number.isNaN(Date.parse(date)) && new Date(Date.parse(date)).toUTCString() === date;
}

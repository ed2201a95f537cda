/** One document, from its text to our model: sniffed, guarded, read by the parser that reads its kind best. */
/** Runs in a thread of its own, because nobody can say how long a parser takes over somebody else's bytes. */

import { messageOf } from '../../base/errors.ts';
import type { ForeignFeed } from '../../model/foreign-feed.ts';
import { FeedParseError } from '../errors.ts';
import { decodeFeed } from './decode.ts';
import { type FeedDraft, finishFeed } from './draft.ts';
import { readAnyXml, readAtom } from './from-any.ts';
import { readJsonFeed } from './from-json.ts';
import { readRss } from './from-rss.ts';
import { referencesOf } from './values.ts';

/** `bytes`: as the host sent them. `url`: where they were found. Throws FeedParseError. */
export interface FeedBytes {
  readonly bytes: Uint8Array;
  readonly contentType?: string;
  readonly url: string;
}

export async function parseDocument({ bytes, contentType, url }: FeedBytes): Promise<ForeignFeed> {
  const text = withoutComplaint(decodeFeed(bytes, contentType).trimStart());
  if (text === '') throw new FeedParseError('it is empty');
  if (text.startsWith('{')) return finishFeed(readJsonFeed(text), url);
  if (!text.startsWith('<')) throw new FeedParseError('it is neither XML nor JSON');
  const xml = withoutDoctype(text);
  const root = /<(?!\?|!)(?:[\w.-]+:)?([\w.-]+)/.exec(xml.slice(0, 10_000))?.[1]?.toLowerCase() ?? '';
  if (root === 'html') throw new FeedParseError('it is an HTML page');
  return finishFeed(await readXml(xml, root), url);
}

/** The reading that has most of the entries: a broken one can swallow its neighbours or end everything. */
async function readXml(xml: string, root: string): Promise<FeedDraft> {
  const wanted = xml.match(/<(?:[\w.-]+:)?(?:item|entry)[\s>]/g)?.length ?? 0;
  const ways = [
    async () => (root === 'feed' ? { ...readAtom(xml), deleted: listDeleted(xml) } : readRss(xml)),
    () => readAnyXml(xml),
    () => readEntryByEntry(xml),
  ];
  let best: FeedDraft | undefined;
  let problem: unknown;
  for (const read of ways) {
    try {
      const draft = await read();
      if (best === undefined || draft.entries.length > best.entries.length) best = draft;
      if (best.entries.length >= wanted) return best;
    } catch (error) {
      problem = error; // the last way's words, should none succeed
    }
  }
  if (best === undefined) throw new FeedParseError(messageOf(problem).slice(0, 200), problem);
  return best;
}

/** RFC 6721; neither parser knows it. */
function listDeleted(xml: string): readonly string[] {
  const found = xml.matchAll(/<(?:[\w.-]+:)?deleted-entry\s[^<>]*?\bref\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')/g);
  return [...found].map(([, double, single]) => referencesOf(double ?? single ?? ''));
}

/** A document that is cut off or broken in places, without the entries that cannot be read. Throws when none can. */
function readEntryByEntry(xml: string): FeedDraft {
  const at = xml.search(/<(?:[\w.-]+:)?(?:item|entry)[\s>]/);
  const head = xml.slice(0, Math.max(0, at));
  const drafts: FeedDraft[] = [];
  let lost = 0;
  for (const [entry] of xml.slice(head.length).matchAll(/<((?:[\w.-]+:)?(?:item|entry))[\s>].*?(?:<\/\1\s*>|$)/gs)) {
    try {
      drafts.push(readAnyXml(head + entry));
    } catch {
      lost++; // counted, and told as one of the feed's problems
    }
  }
  const [first] = drafts;
  if (first === undefined) throw new FeedParseError('none of its entries can be read');
  return { ...first, entries: drafts.flatMap(({ entries }) => entries), lost };
}

/** What a program that failed in part wrote before the document; an HTML page stays one. */
function withoutComplaint(text: string): string {
  const start = text.slice(0, 10_000);
  if (text.startsWith('{') || /^<(?:\?xml\b|!doctype\b|html\b)/i.test(start)) return text;
  const at = start.search(/<\?xml\s|<(?:[\w.-]+:)?(?:rss|feed|rdf)[\s>]/i);
  return at > 0 ? text.slice(at) : text;
}

/** Names of single characters, as `nbsp`, which are read without being declared. */
const CHARACTERS = /\[\s*(?:<!ENTITY\s+[\w.-]{1,40}\s+["']&#x?[0-9a-f]{1,6};["']\s*>\s*)*\]\s*>/iy;

/** RSS 0.91 has one without declarations, which is cut out. One with declarations could expand to anything, or ask for files. */
function withoutDoctype(text: string): string {
  const at = text.search(/<!doctype\b/i);
  if (at === -1 || /<[a-z]/i.test(text.slice(0, at))) return text;
  if (/^<!doctype\s+html\b/i.test(text.slice(at))) throw new FeedParseError('it is an HTML page');
  const end = text.indexOf('>', at);
  const open = text.slice(at, end + 1).indexOf('[');
  CHARACTERS.lastIndex = at + open;
  const own = open === -1 ? undefined : CHARACTERS.exec(text)?.[0];
  if (end === -1 || (open !== -1 && own === undefined)) throw new FeedParseError('it declares entities of its own');
  return text.slice(0, at) + text.slice(own === undefined ? end + 1 : CHARACTERS.lastIndex);
}

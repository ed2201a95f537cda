/** A feed document made fit for every format at once. */
/** Done before any format is chosen, so that titles, ids, links and times are the same in all three. */

import { escapeHtml, type SafeHtml, trustHtml } from '../base/html.ts';
import { dropTerminalCodes } from '../base/terminal-codes.ts';
import type { FeedDocument, FeedEntry } from '../model/entry.ts';
import { FeedUrlError } from './errors.ts';
import { cleanXmlText } from './xml.ts';

declare const clean: unique symbol;

/** A document that went through `cleanDocument`. Writers take nothing else. */
export type CleanDocument = FeedDocument & { readonly [clean]: true };

/**
 * Texts without characters that XML forbids, titles and names in one line and never empty, absolute web addresses in their
 * normal spelling, times within the years 1970 to 9999 and `updated` ≥ `published`. Of two entries with one id the first
 * stays; an entry that was taken back goes. Throws FeedUrlError for an address that is not absolute.
 */
export function cleanDocument(doc: FeedDocument): CleanDocument {
  const author = cleanLine(doc.author) || 'Unknown';
  const deleted = new Map(doc.deleted.map(({ id, when }) => [cleanId(id), cleanTime(when, 0)]));
  const entries = cleanEntries(doc.entries, deleted, author);
  const newest = entries.reduce((latest, entry) => Math.max(latest, entry.updated), 0);
  const { current, prevArchive, nextArchive } = doc.paging ?? {};
  const cleaned: FeedDocument = {
    id: cleanId(doc.id),
    title: cleanLine(doc.title) || 'Untitled',
    description: cleanLine(doc.description),
    homeUrl: cleanUrl(doc.homeUrl, 'homeUrl'),
    selfUrls: {
      rss: cleanUrl(doc.selfUrls.rss, 'selfUrls.rss'),
      atom: cleanUrl(doc.selfUrls.atom, 'selfUrls.atom'),
      json: cleanUrl(doc.selfUrls.json, 'selfUrls.json'),
    },
    language: LANGUAGE.test(doc.language) ? doc.language : NO_LANGUAGE,
    author,
    updated: cleanTime(doc.updated, newest),
    entries,
    deleted: [...deleted].map(([id, when]) => ({ id, when })),
    ...(doc.paging !== undefined && {
      paging: {
        kind: doc.paging.kind,
        ...(current !== undefined && { current: cleanUrl(current, 'paging.current') }),
        ...(prevArchive !== undefined && { prevArchive: cleanUrl(prevArchive, 'paging.prevArchive') }),
        ...(nextArchive !== undefined && { nextArchive: cleanUrl(nextArchive, 'paging.nextArchive') }),
      },
    }),
    ...(doc.checkpoint !== undefined && { checkpoint: cleanUrl(doc.checkpoint, 'checkpoint') }),
  };
  return cleaned as CleanDocument;
}

function cleanEntries(
  given: FeedDocument['entries'],
  deleted: ReadonlyMap<string, number>,
  author: string,
): readonly FeedEntry[] {
  const entries = new Map<string, FeedEntry>();
  for (const each of given) {
    const entry = cleanedOnce(each, author);
    if (!entries.has(entry.id) && !deleted.has(entry.id)) entries.set(entry.id, entry);
  }
  return [...entries.values()];
}

/** An entry stands in several feeds, and in each in all formats: it is cleaned once, and what writers keep of it is kept by the cleaned one. */
const CLEANED = new WeakMap<FeedEntry, { readonly author: string; readonly entry: FeedEntry }>();

/** `author`: the feed's, for an entry without one. */
function cleanedOnce(given: FeedEntry, author: string): FeedEntry {
  const known = CLEANED.get(given);
  if (known !== undefined && (known.author === author || known.entry.author !== known.author)) return known.entry;
  const entry = cleanEntry(given, author);
  CLEANED.set(given, { author, entry });
  return entry;
}

/** One line without terminal codes: every run of white space is one space. */
export function cleanLine(text: string): string {
  return cleanXmlText(dropTerminalCodes(text)).replace(/\s+/gu, ' ').trim();
}

/** Absolute http or https address as browsers spell it. Throws FeedUrlError; `where` names the member. */
export function cleanUrl(url: string, where: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) throw new FeedUrlError(where, url);
  return parsed.href;
}

function cleanEntry(entry: FeedEntry, author: string): FeedEntry {
  const published = cleanTime(entry.published, 0);
  const summary = cleanLine(entry.summary);
  const content = cleanContent(entry.content);
  return {
    id: cleanId(entry.id),
    title: cleanLine(entry.title) || summary.slice(0, 80).toWellFormed() || 'Untitled',
    url: cleanUrl(entry.url, 'url'),
    published,
    updated: Math.max(published, cleanTime(entry.updated, published)),
    author: cleanLine(entry.author) || author,
    content: content === '' ? escapeHtml(summary) : content,
    summary,
    categories: [...new Set(entry.categories.map(cleanLine))].filter((category) => category !== ''),
    ...(entry.turn !== undefined && {
      turn: {
        hash: cleanLine(entry.turn.hash),
        conversation: cleanLine(entry.turn.conversation),
        branch: cleanLine(entry.turn.branch),
      },
    }),
  };
}

/** Dropping characters that no text may hold, and spelling `]]>` otherwise, leaves sanitised HTML safe. */
function cleanContent(content: SafeHtml): SafeHtml {
  return trustHtml(cleanXmlText(content).replaceAll(']]>', ']]&gt;'));
}

/** An id has no white space and nothing that an IRI must not hold; it is compared character by character. */
function cleanId(id: string): string {
  return id.toWellFormed().replace(/[^\u0021-\u007e]|[<>"{}|\\^`]/gu, encodeURIComponent);
}

function cleanTime(ms: number, otherwise: number): number {
  return Number.isNaN(ms) ? otherwise : Math.trunc(Math.min(Math.max(ms, 0), LATEST));
}

const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
/** What stands in a document for a language that is none (RFC 5646). */
export const NO_LANGUAGE = 'und';
const LANGUAGE = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/;

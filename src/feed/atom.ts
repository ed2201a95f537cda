/** Atom 1.0 (RFC 4287) with archives (RFC 5005) and deleted entries (RFC 6721). */
/** Written by ourselves: no library knows archive documents, deleted entries, or links of other relations. */

import { isoTime } from '../base/time.ts';
import type { FeedEntry } from '../model/entry.ts';
import { CHECKPOINT_RELATION } from '../model/entry.ts';
import type { CleanDocument } from './clean.ts';
import { XML_DECLARATION, xmlCdata, xmlElement, xmlText } from './xml.ts';

/** Namespace of our elements, in Atom and RSS: `turn` with `hash`, `conversation` and `branch`. */
export const TURNPRESS_NAMESPACE = 'urn:turnpress:feed:1';

export function writeAtom(doc: CleanDocument): string {
  const { kind, current, prevArchive, nextArchive } = doc.paging ?? {};
  const attributes = {
    xmlns: 'http://www.w3.org/2005/Atom',
    'xmlns:fh': kind === undefined || kind === 'subscription' ? undefined : 'http://purl.org/syndication/history/1.0',
    'xmlns:at': doc.deleted.length === 0 ? undefined : 'http://purl.org/atompub/tombstones/1.0',
    'xmlns:turnpress': doc.entries.some((entry) => entry.turn !== undefined) ? TURNPRESS_NAMESPACE : undefined,
    'xml:lang': doc.language,
  };
  const feed = xmlElement('feed', attributes, [
    xmlText('id', doc.id),
    xmlText('title', doc.title),
    doc.description === '' ? '' : xmlText('subtitle', doc.description),
    xmlText('updated', isoTime(doc.updated)),
    xmlElement('author', {}, xmlText('name', doc.author)),
    link('self', doc.selfUrls.atom, ATOM_TYPE),
    link('alternate', doc.homeUrl, 'text/html'),
    link('current', kind === 'archive' ? current : undefined, ATOM_TYPE),
    link('prev-archive', kind === 'complete' ? undefined : prevArchive, ATOM_TYPE),
    link('next-archive', kind === 'archive' ? nextArchive : undefined, ATOM_TYPE),
    link(CHECKPOINT_RELATION, doc.checkpoint, 'text/plain'),
    xmlText('generator', 'turnpress'),
    kind === 'complete' ? xmlElement('fh:complete', {}) : '',
    kind === 'archive' ? xmlElement('fh:archive', {}) : '',
    // Before the entries: the grammar of RFC 4287 has foreign elements there.
    ...doc.deleted.map(({ id, when }) => xmlElement('at:deleted-entry', { ref: id, when: isoTime(when) })),
    ...doc.entries.map(entryText),
  ]);
  return `${XML_DECLARATION}${feed}\n`;
}

const ATOM_TYPE = 'application/atom+xml';

/** The same in every document. */
const TEXTS = new WeakMap<FeedEntry, string>();

function entryText(entry: FeedEntry): string {
  const text = TEXTS.get(entry) ?? writeEntry(entry);
  TEXTS.set(entry, text);
  return text;
}

function writeEntry(entry: FeedEntry): string {
  return xmlElement('entry', {}, [
    xmlText('id', entry.id),
    xmlText('title', entry.title),
    xmlText('updated', isoTime(entry.updated)),
    xmlText('published', isoTime(entry.published)),
    xmlElement('author', {}, xmlText('name', entry.author)),
    link('alternate', entry.url, 'text/html'),
    ...entry.categories.map((term) => xmlElement('category', { term })),
    entry.summary === '' ? '' : xmlText('summary', entry.summary),
    xmlElement('content', { type: 'html' }, xmlCdata(entry.content)),
    entry.turn === undefined
      ? ''
      : xmlElement('turnpress:turn', {}, [
          xmlText('turnpress:hash', entry.turn.hash),
          xmlText('turnpress:conversation', entry.turn.conversation),
          xmlText('turnpress:branch', entry.turn.branch),
        ]),
  ]);
}

function link(rel: string, href: string | undefined, type: string): string {
  return href === undefined ? '' : xmlElement('link', { rel, href, type });
}

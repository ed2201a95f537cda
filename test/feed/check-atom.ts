/** What an Atom document must hold: the grammar, and the rules that no grammar can say. */
/** Rules of RFC 4287, RFC 5005 and RFC 6721 as feed validators check them; each failure is a sentence. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateXML } from 'xmllint-wasm';
import { isAbsolute } from './check-urls.ts';
import { childrenOf, parseXml, textOf, type XmlNode } from './xml-tree.ts';

const ATOM = '{http://www.w3.org/2005/Atom}';
const HISTORY = '{http://purl.org/syndication/history/1.0}';
const TOMBSTONE = '{http://purl.org/atompub/tombstones/1.0}';
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const IRI = /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i;
const grammar = readFileSync(join(import.meta.dirname, '../fixtures/feed/atom.rng'), 'utf8');

/** Sentences of everything that is wrong; none: the document is valid. Throws when it is not well-formed. */
export async function checkAtom(xml: string): Promise<readonly string[]> {
  const [wrong = []] = await checkAtoms([xml]);
  return wrong;
}

/** The same for many, each in its place: the grammar is read once. */
export async function checkAtoms(documents: readonly string[]): Promise<readonly (readonly string[])[]> {
  const feeds = documents.map(parseXml);
  const { errors } = await validateXML({
    xml: documents.map((contents, i) => ({ fileName: `feed-${i}.xml`, contents })),
    schema: { fileName: 'atom.rng', contents: grammar },
    extension: 'relaxng',
    maxMemoryPages: 16_384,
  });
  return feeds.map((feed, i) => {
    const own = errors.filter(({ loc, message }) => {
      const said = loc?.fileName ?? /^feed-\d+\.xml/.exec(message)?.[0];
      return said === undefined || said === `feed-${i}.xml`;
    });
    return [...own.map(({ message }) => `grammar: ${message}`), ...checkRules(feed)];
  });
}

/** What the grammar does not say. */
function checkRules(feed: XmlNode): readonly string[] {
  const wrong: string[] = [];
  const say = (holds: boolean, sentence: string) => {
    if (!holds) wrong.push(sentence);
  };
  say(feed.name === `${ATOM}feed`, 'root is no atom:feed');
  const entries = childrenOf(feed, `${ATOM}entry`);
  checkCommon(feed, say);
  const relations = childrenOf(feed, `${ATOM}link`).map((link) => link.attributes.rel ?? 'alternate');
  say(relations.filter((rel) => rel === 'self').length === 1, 'feed has not exactly one self link');
  for (const rel of ['current', 'prev-archive', 'next-archive']) {
    say(relations.filter((each) => each === rel).length <= 1, `feed has several ${rel} links`);
  }
  say(hasAuthor(feed) || entries.every(hasAuthor), 'neither the feed nor every entry has an author');
  const archive = childrenOf(feed, `${HISTORY}archive`).length;
  const complete = childrenOf(feed, `${HISTORY}complete`).length;
  say(archive + complete <= 1, 'feed is both archive and complete');
  say(complete === 0 || !relations.some((rel) => rel.endsWith('-archive')), 'complete feed has archives');
  const seen = new Set<string>();
  for (const entry of entries) {
    checkCommon(entry, say);
    const id = textOf(entry, `${ATOM}id`) ?? '';
    say(!seen.has(id), `two entries have the id ${id}`);
    seen.add(id);
    const links = childrenOf(entry, `${ATOM}link`);
    const alternate = links.some((link) => (link.attributes.rel ?? 'alternate') === 'alternate');
    say(
      alternate || childrenOf(entry, `${ATOM}content`).length === 1,
      'entry has neither an alternate link nor content',
    );
    const published = textOf(entry, `${ATOM}published`);
    say(published === undefined || RFC3339.test(published), `published is no RFC 3339 time: ${published}`);
    say(
      published === undefined || published <= (textOf(entry, `${ATOM}updated`) ?? ''),
      'entry is updated before it is published',
    );
  }
  for (const deleted of childrenOf(feed, `${TOMBSTONE}deleted-entry`)) {
    say(IRI.test(deleted.attributes.ref ?? ''), 'deleted entry has no ref');
    say(RFC3339.test(deleted.attributes.when ?? ''), 'deleted entry has no time');
    say(!seen.has(deleted.attributes.ref ?? ''), 'deleted entry is there');
  }
  return wrong;
}

function checkCommon(node: XmlNode, say: (holds: boolean, sentence: string) => void): void {
  const id = textOf(node, `${ATOM}id`);
  say(id !== undefined && IRI.test(id), `id is no IRI: ${id}`);
  say((textOf(node, `${ATOM}title`) ?? '').trim() !== '', 'title is empty');
  const updated = textOf(node, `${ATOM}updated`);
  say(updated !== undefined && RFC3339.test(updated), `updated is no RFC 3339 time: ${updated}`);
  for (const link of childrenOf(node, `${ATOM}link`)) {
    say(isAbsolute(link.attributes.href), `link is not absolute: ${link.attributes.href}`);
  }
}

function hasAuthor(node: XmlNode): boolean {
  const authors = childrenOf(node, `${ATOM}author`);
  return authors.length > 0 && authors.every((author) => (textOf(author, `${ATOM}name`) ?? '').trim() !== '');
}

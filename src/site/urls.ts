/** Every URL and output path of the site. Nothing else builds one. */
/** Paths hold only hex digits, counters, fixed words and slugs, so no text from outside becomes a path. They begin at the site, not at its host: base-path.ts says when that matters. */

import { blake3Hex } from '../base/blake3.ts';
import { encodeUtf8 } from '../base/bytes.ts';
import { type FeedFormat, feedFile } from '../feed/formats.ts';
import { type ConversationId, shortId, type TurnHash } from '../model/ids.ts';
import type { ReadingList } from '../model/reading/entries.ts';
import { anchorOf, pages } from './fixed-urls.ts';
import { slug } from './slug.ts';

export { pages, resolverShardUrl } from './fixed-urls.ts';

/** `/c/<id>/`, `/c/<id>/p2/`; `page` counts from 1. */
export function conversationUrl(id: ConversationId, page = 1): string {
  return page === 1 ? `/c/${shortId(id)}/` : `/c/${shortId(id)}/p${page}/`;
}

/** Whether it is the first page of a conversation's main branch. */
export function isConversationUrl(url: string): boolean {
  return /^\/c\/[0-9a-f]{16}\/$/.test(url);
}

/** The picture beside a link to a page: its conversation's `/c/<id>/card.png`, else the site's. */
export function cardUrl(pageUrl: string): string {
  const conversation = /^\/c\/[0-9a-f]{16}\//.exec(pageUrl)?.[0];
  return conversation === undefined ? pages.card : `${conversation}card.png`;
}

/** `/c/<id>/b/<branch>/`, `/c/<id>/b/<branch>/p2/`. Branch names are `b-<8 digits>` or slugged when foreign. */
export function branchUrl(id: ConversationId, branch: string, page = 1): string {
  const base = `/c/${shortId(id)}/b/${slug(branch)}/`;
  return page === 1 ? base : `${base}p${page}/`;
}

/** `/c/<id>/branches/`, `/c/<id>/branches/p2/`: all branches, where they are too many for the conversation's own page. */
export function branchListUrl(id: ConversationId, page = 1): string {
  return `${conversationUrl(id)}branches/${page === 1 ? '' : `p${page}/`}`;
}

/** `/c/<id>/prompts/`: every prompt of a branch that has several pages. `url`: of its first page. */
export function promptsUrl(url: string): string {
  return `${url}prompts/`;
}

/** `/c/<id>/conversation.md`: all of it as Markdown. */
export function markdownUrl(id: ConversationId): string {
  return `${conversationUrl(id)}conversation.md`;
}

/** `t-<16 digits>`: the id of a turn's element. */
export function turnAnchor(turn: TurnHash): string {
  return anchorOf(shortId(turn));
}

/** `/t/#<hash>`: finds a turn wherever it stands now. */
export function turnUrl(turn: TurnHash): string {
  return `/t/#${turn}`;
}

export function projectUrl(project: string): string {
  return `/projects/${slug(project)}/`;
}

export function agentUrl(agent: string): string {
  return `/agents/${slug(agent)}/`;
}

export function tagUrl(tag: string): string {
  return `/tags/${slug(tag)}/`;
}

export function modelUrl(model: string): string {
  return `/models/${slug(model)}/`;
}

/** `/files/<project>/`: the files that conversations of a project changed. */
export function filesUrl(project: string, page = 1): string {
  return `${pages.files}${slug(project)}/${page === 1 ? '' : `p${page}/`}`;
}

/** `/files/<project>/<8 digits>/`: those of one folder. */
export function folderUrl(project: string, folder: string, page = 1): string {
  return `${filesUrl(project)}${digitsOf(folder)}/${page === 1 ? '' : `p${page}/`}`;
}

/** A file on the page of its folder that holds it. */
export function fileUrl(project: string, folder: string, file: string, page: number): string {
  return `${folderUrl(project, folder, page)}#${fileAnchor(file)}`;
}

/** `f-<8 digits>`: the id of a file's element on its folder's page. */
export function fileAnchor(file: string): string {
  return `f-${digitsOf(file)}`;
}

/** All that was done to one file, where its folder's page has no room for it. */
export function fileHistoryUrl(project: string, folder: string, file: string, page = 1): string {
  return `${folderUrl(project, folder)}${digitsOf(file)}/${page === 1 ? '' : `p${page}/`}`;
}

/** `/notes/<name>/`: an entry of the link blog. */
export function noteUrl(name: string): string {
  return `${pages.notes}${slug(name)}/`;
}

/** `/notes/`, `/notes/page/2/`: newest first. */
export function noteListUrl(page = 1): string {
  return page === 1 ? pages.notes : `${pages.notes}page/${page}/`;
}

/** `/stats/<project>/` */
export function projectStatsUrl(project: string): string {
  return `${pages.stats}${slug(project)}/`;
}

/** `/page/2/`: the second page counted from the oldest entries, so that a full page never moves. The newest stand at `base`. */
export function listPageUrl(base: string, page: number): string {
  return `${base}page/${page}/`;
}

/** `/docs/archive-format/` */
export function docUrl(name: string): string {
  return `/docs/${slug(name)}/`;
}

/** `/about/<name>/`: a page that somebody wrote for this site. */
export function authoredUrl(name: string): string {
  return `${pages.about}${slug(name)}/`;
}

/** `/from/<name>/`: the site of a copy that was pulled, below the private site. The name is one that a copy may have. */
export function copySiteUrl(name: string): string {
  return `/from/${name}/`;
}

/** An address of the site around it, on a page of such a copy's site. */
export function outOfCopy(url: string): string {
  return `/../..${url}`;
}

/** What is left of a path when it leads into the site of a copy: from that site's root. */
export function insideCopy(url: string): string {
  return url.replace(/^\/from\/[a-z0-9][a-z0-9.-]*(?=\/)/, '');
}

/** `/reader/`, `/reader/starred/`, `/reader/feed/<16 digits>/p2/`: a list of entries. */
export function readingUrl(list: ReadingList, page = 1): string {
  const part = page === 1 ? '' : `p${page}/`;
  switch (list.kind) {
    case 'unread':
      return `${pages.reader}${part}`;
    case 'feed':
      return `${pages.reader}feed/${list.key}/${part}`;
    case 'folder':
      return `${pages.reader}folder/${slug(list.name)}/${part}`;
    case 'search':
      return `${pages.reader}search/${part}${list.words === '' ? '' : `?q=${encodeURIComponent(list.words)}`}`;
    default:
      return `${pages.reader}${list.kind}/${part}`;
  }
}

/** `/reader/entry/<16 digits>/` */
export function readingEntryUrl(key: string): string {
  return `${pages.reader}entry/${key}/`;
}

/** What an address of the reader asks for: a folder by its slug, of which the reader's own list knows the name. */
export type ReadingAddress =
  | { readonly list: ReadingList; readonly page: number }
  | { readonly entry: string }
  | { readonly feeds: true };

/** `path` with its query, from the site's root. Undefined: it is none of the reader's pages. */
export function parseReadingUrl(path: string): ReadingAddress | undefined {
  if (!path.startsWith(pages.reader)) return undefined;
  const { pathname, searchParams } = new URL(path, 'http://localhost');
  if (pathname === pages.readerFeeds) return { feeds: true };
  const match =
    /^\/reader\/(?:(all|starred|search)\/|(feed|entry)\/([0-9a-f]{16})\/|folder\/([a-z0-9-]{1,200})\/)?(?:p([1-9]\d{0,5})\/)?$/.exec(
      pathname,
    );
  if (match === null) return undefined;
  const [, kind, keyed, key = '', folder, digits] = match;
  const page = Number(digits ?? 1);
  if (keyed === 'entry') return digits === undefined ? { entry: key } : undefined;
  if (keyed === 'feed') return { list: { kind: 'feed', key }, page };
  if (folder !== undefined) return { list: { kind: 'folder', name: folder }, page };
  if (kind === 'search') return { list: { kind, words: (searchParams.get('q') ?? '').slice(0, 300) }, page };
  return { list: { kind: kind === 'all' || kind === 'starred' ? kind : 'unread' }, page };
}

/** `/assets/site-<8 digits>.css`: changes with its content, so it may be cached for ever. */
export function assetUrl(name: string, hash: string): string {
  const dot = name.lastIndexOf('.');
  return `/assets/${name.slice(0, dot)}-${hash.slice(0, 8)}${name.slice(dot)}`;
}

/** `/c/<id>/i/<64 digits>.png`: an image of one conversation. The extension comes from a fixed table. */
export function imageUrl(id: ConversationId, hash: string, extension: string): string {
  return `${conversationUrl(id)}i/${hash}.${extension}`;
}

/** `/archive/<path>`: a file of the replica. The path is made of fixed words, hex digits and numbers. */
export function replicaUrl(path: string): string {
  return `${pages.replica}${path}`;
}

/** `/archive/conversations/<root>/checkpoint` */
export function checkpointUrl(id: ConversationId): string {
  return replicaUrl(`conversations/${id}/checkpoint`);
}

/** `/sitemap-2026-01.xml`, `/sitemap-2026-01-2.xml`: the pages of conversations that began in one month. */
export function sitemapPartUrl(name: string, part = 1): string {
  return part === 1 ? `/sitemap-${name}.xml` : `/sitemap-${name}-${part}.xml`;
}

/** `/search/words/3`: which part of the search index may have which word, one slice of it. */
export function searchSliceUrl(file: number): string {
  return `${pages.searchWords}${file}`;
}

/** `/pagefind/<name>/`: one part of the search index; `/pagefind/` itself holds the documentation. */
export function searchShardUrl(name: string): string {
  return `/pagefind/${name}/`;
}

/** `/c/<id>/feed/1/atom.xml`, `/feed/2026-01-05/atom.xml`: an archive document of a feed (RFC 5005). The name is made of digits. */
export function feedArchiveUrl(pageUrl: string, name: string, format: FeedFormat): string {
  return feedUrl(`${pageUrl}feed/${name}/`, format);
}

/** An address of the site with the place where it stands in front of it. `site` ends in `/`, and may have a path. */
export function absoluteUrl(site: string, url: string): string {
  return site.replace(/\/+$/, '') + url;
}

/** The feed of a page, by format. */
export function feedUrl(pageUrl: string, format: FeedFormat): string {
  return pageUrl + feedFile(format);
}

/** Whether a page belongs to a section of the site; conversations and the pages of the first list belong to the home page. */
export function isBelow(url: string, section: string): boolean {
  if (section === pages.home) return url === pages.home || url.startsWith('/page/') || url.startsWith('/c/');
  return url.startsWith(section);
}

/** `urn:turnpress:turn:<hash>` and the like: the same on every mirror. */
export function turnUrn(turn: TurnHash): string {
  return `urn:turnpress:turn:${turn}`;
}

/** `urn:turnpress:digest:<conversation>:<day>`: what was said in it on that day. */
export function digestUrn(id: ConversationId, day: string): string {
  return `urn:turnpress:digest:${id}:${day}`;
}

/** `urn:turnpress:moved:<conversation>`: the news that it goes on in another one. */
export function movedUrn(id: ConversationId): string {
  return `urn:turnpress:moved:${id}`;
}

/** `urn:turnpress:note:<site>:<name>` */
export function noteUrn(site: string, name: string): string {
  return `urn:turnpress:note:${slug(site)}:${slug(name)}`;
}

/** `urn:turnpress:site:<site>`: the feed of everything. `site` names the site, whatever mirror it is read from. */
export function siteUrn(site: string): string {
  return `urn:turnpress:site:${slug(site)}`;
}

/** `urn:turnpress:project:<site>:<name>` and the like: the feed of a list. */
export function listUrn(kind: string, site: string, name: string): string {
  return `urn:turnpress:${kind}:${slug(site)}:${slug(name)}`;
}

function digitsOf(name: string): string {
  return blake3Hex(encodeUtf8(name)).slice(0, 8);
}

/** `urn:turnpress:river:<hash>`: an entry of somebody else's feed, in the river of any site. */
export function riverUrn(key: string): string {
  return `urn:turnpress:river:${key}`;
}

/** Where a URL's document is written below the output folder. */
export function outputPath(url: string): string {
  const path = url.replace(/^\//, '');
  return path === '' || path.endsWith('/') ? `${path}index.html` : path;
}

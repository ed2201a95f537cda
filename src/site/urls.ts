/** Every URL and output path of the site. Nothing else builds one. */
/** Paths hold only hex digits, counters, fixed words and slugs, so no text from outside becomes a path. DESIGN: the URL table in docs/site.md */

import { type ConversationId, shortId, type TurnHash } from '../model/ids.ts';

/** `/c/<id>/`, `/c/<id>/p2/`; `page` counts from 1. */
export function conversationUrl(id: ConversationId, page = 1): string {
  return page === 1 ? `/c/${shortId(id)}/` : `/c/${shortId(id)}/p${page}/`;
}

/** `/c/<id>/b/<branch>/`, `/c/<id>/b/<branch>/p2/`. Branch names are `b-<8 digits>` or slugged when foreign. */
export function branchUrl(id: ConversationId, branch: string, page = 1): string {
  const base = `/c/${shortId(id)}/b/${slug(branch)}/`;
  return page === 1 ? base : `${base}p${page}/`;
}

/** `t-<16 digits>`: the id of a turn's element. */
export function turnAnchor(turn: TurnHash): string {
  return `t-${shortId(turn)}`;
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

/** `/page/2/`; 1 is the list's own URL. */
export function listPageUrl(base: string, page: number): string {
  return page === 1 ? base : `${base}page/${page}/`;
}

/** The feed of a page, by format. */
export function feedUrl(pageUrl: string, format: 'rss' | 'atom' | 'json'): string {
  return pageUrl + { rss: 'rss.xml', atom: 'atom.xml', json: 'feed.json' }[format];
}

/** `urn:turnpress:turn:<hash>` and the like: the same on every mirror. */
export function turnUrn(turn: TurnHash): string {
  return `urn:turnpress:turn:${turn}`;
}

/** Where a URL's document is written below the output folder. */
export function outputPath(url: string): string {
  const path = url.replace(/^\//, '');
  return path === '' || path.endsWith('/') ? `${path}index.html` : path;
}

/**
 * Lowercase letters, digits and single hyphens, at most 60 characters; a short checksum is added when letters were
 * lost, so that two names never share a path.
 */
export function slug(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return plain === name ? plain : `${plain === '' ? 'x' : plain}-${checksum(name)}`;
}

/** FNV-1a, 32 bits, as eight digits: tells names apart, protects nothing. */
function checksum(name: string): string {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) h = Math.imul(h ^ byte, 0x01000193) >>> 0;
  return h.toString(16).padStart(8, '0');
}

/** Addresses that do not depend on any name: pages that a site has once, and how a turn's element is called. */
/** Apart from urls.ts, because the pages' scripts know them too; this file imports nothing. */

/** The lists of all projects, agents and tags, and the other pages that a site has once. */
export const pages = {
  home: '/',
  projects: '/projects/',
  agents: '/agents/',
  tags: '/tags/',
  models: '/models/',
  files: '/files/',
  stats: '/stats/',
  notes: '/notes/',
  search: '/search/',
  docs: '/docs/',
  about: '/about/',
  resolver: '/t/',
  reader: '/reader/',
  readerFeeds: '/reader/feeds/',
  readerState: '/reader/state',
  readerExport: '/reader/state.json',
  notFound: '/404.html',
  card: '/card.png',
  digest: '/digest/',
  river: '/river/',
  neighbours: '/neighbours/',
  wander: '/wander/',
  blogroll: '/blogroll.opml',
  opml: '/feeds.opml',
  sitemap: '/sitemap.xml',
  robots: '/robots.txt',
  serviceWorker: '/sw.js',
  webManifest: '/manifest.webmanifest',
  headers: '/_headers',
  redirects: '/_redirects',
  searchShards: '/search/shards.json',
  searchWords: '/search/words/',
  pagefind: '/pagefind/',
  replica: '/archive/',
  replicaInfo: '/archive/archive.json',
  replicaCheckpoint: '/archive/log/checkpoint',
} as const;

/** `t-<16 digits>`: the id of a turn's element, from the first digits of its hash. */
export function anchorOf(digits: string): string {
  return `t-${digits}`;
}

/** The digits in `t-<16 digits>` or `#t-<16 digits>`; undefined for anything else. */
export function parseAnchor(text: string): string | undefined {
  return /^#?t-([0-9a-f]{16})$/.exec(text)?.[1];
}

/** `/t/3f.json`: where the turns stand whose hash begins with these two digits. */
export function resolverShardUrl(digits: string): string {
  return `/t/${digits}.json`;
}

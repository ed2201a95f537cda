/** What all pages have in common: site title, navigation, feeds, and what their kind asks for. */
/** Pages are made by filling in what differs, so every member of the model is always there. */

import { FEED_FORMATS } from '../../feed/formats.ts';
import type { SiteConfig } from '../../model/site-config.ts';
import { basePathOf } from '../base-path.ts';
import { RENDERER_VERSION } from '../render/version.ts';
import { keyOf } from '../state/keys.ts';
import { absoluteUrl, feedUrl, isBelow, outOfCopy, pages } from '../urls.ts';
import { cardsOf, structuredOf } from './cards.ts';
import { NO_ROBOTS } from './headers.ts';
import type { SiteInputs } from './inputs.ts';
import { isConversationName } from './notes.ts';
import {
  CHECKER,
  COMMON_SCRIPTS,
  COMMON_STYLES,
  kindOfTemplate,
  OWNER_STYLES,
  PAGE_KINDS,
  type PageKindName,
  scriptName,
} from './page-kinds.ts';
import type { FeedLinkModel, LinkModel, PageModel } from './page-model.ts';

export interface Frame {
  /** A whole model from the parts that are the page's own. Styles, scripts and policy are those of its kind. */
  page(own: OwnPage): PageModel;
  /** The three feeds beside a page. */
  feedsOf(pageUrl: string, title: string): readonly FeedLinkModel[];
  asset(name: string): string;
  /** Part of every page's key: templates, assets and what the frame shows of the configuration. */
  readonly key: string;
}

export type OwnPage = Partial<Omit<PageModel, 'kind' | 'styles' | 'scripts' | 'modules' | 'checker'>> &
  Pick<PageModel, 'url' | 'template' | 'title'> & {
    /** Where it is not the template's. */
    readonly kind?: 'turns' | 'wander';
  };

/** Hidden by the style sheet, so that only who opened the page from disk, where no style sheet is found, reads it. */
const FROM_DISK =
  'This page was opened from disk, where its links lead nowhere: run “turnpress serve” in the folder of the archive, and it looks and works as it should.';

/** Characters. A first prompt that serves as the title is longer than titles are. */
const LONG_HEADING = 60;

/** What stands around a site: nothing around a public one. */
export interface Around {
  readonly hasReader: boolean;
  /** Sites of copies below it. */
  readonly copies: readonly LinkModel[];
  /** It is the site of a copy, and this is said of it; empty: it is not. */
  readonly copyOf: string;
  /** Where the replica of that archive stands; empty: nobody knows. */
  readonly pulledFrom: string;
}

const ALONE: Around = { hasReader: false, copies: [], copyOf: '', pulledFrom: '' };

/** In the header of every page. */
const navigation = (hasDocs: boolean, { hasReader, copyOf }: Around): readonly LinkModel[] => [
  { label: 'Conversations', url: pages.home },
  { label: 'Projects', url: pages.projects },
  { label: 'Files', url: pages.files },
  { label: 'Stats', url: pages.stats },
  { label: 'Search', url: pages.search },
  ...(hasReader ? [{ label: 'Reader', url: copyOf === '' ? pages.reader : outOfCopy(pages.reader) }] : []),
  ...(hasDocs ? [{ label: 'Docs', url: pages.docs }] : []),
];

/** At the end of every page. */
const furtherPages = (hasNotes: boolean): readonly LinkModel[] => [
  { label: 'Agents', url: pages.agents },
  { label: 'Models', url: pages.models },
  { label: 'Tags', url: pages.tags },
  ...(hasNotes ? [{ label: 'Notes', url: pages.notes }] : []),
  { label: 'All feeds (OPML)', url: pages.opml },
  { label: 'About', url: pages.about },
];

/** In the footer of every page: what its owner shows of what he follows. */
const shownOf = ({ following }: SiteConfig): readonly LinkModel[] => [
  ...(following.river ? [{ label: 'River', url: pages.river }] : []),
  ...(following.neighbours ? [{ label: 'Neighbours', url: pages.neighbours }] : []),
  ...(following.wander ? [{ label: 'Wander', url: pages.wander }] : []),
];

export function createFrame(
  config: SiteConfig,
  inputs: SiteInputs,
  mode: 'local' | 'public',
  hasReplica: boolean,
  around: Around = ALONE,
): Frame {
  const asset = (name: string): string => inputs.assets.get(name)?.url ?? '';
  const assets = (names: readonly string[]): readonly string[] => names.map(asset).filter((url) => url !== '');
  const scriptsOf = (kind: PageKindName): readonly string[] => {
    const names = [...COMMON_SCRIPTS, ...PAGE_KINDS[kind].scripts].map(scriptName);
    const isJoined = (name: string): boolean =>
      names.some((other) => other !== name && inputs.assets.get(other)?.joined?.includes(name));
    return names.filter((name) => !isJoined(name));
  };
  const modulesOf = (names: readonly string[]): readonly string[] =>
    [...new Set(names.flatMap((name) => inputs.assets.get(name)?.modules ?? []))].sort();
  const kindOf = ({ kind, template }: OwnPage): PageKindName =>
    kind === 'turns' && hasReplica ? 'checked' : (kind ?? kindOfTemplate(template));
  const whatItNeeds = (kind: PageKindName) => ({
    kind,
    styles: assets([...COMMON_STYLES, ...PAGE_KINDS[kind].styles, ...OWNER_STYLES]),
    scripts: assets(scriptsOf(kind)),
    fonts: PAGE_KINDS[kind].scripted ? [] : assets(['newsreader.woff2']),
    modules: PAGE_KINDS[kind].scripted ? modulesOf(scriptsOf(kind)) : [],
    checker: kind === 'checked' ? asset(scriptName(CHECKER)) : '',
  });
  const nav = navigation(inputs.docs.size > 0, around);
  const hasNotes = [...inputs.notes.keys()].some((name) => !isConversationName(name));
  const further = furtherPages(hasNotes);
  const basePath = basePathOf(config.url);
  return {
    key: keyOf(
      inputs.shellKey,
      inputs.docs.size > 0,
      hasNotes,
      config.title,
      config.description,
      config.url,
      config.author,
      config.language,
      mode,
      hasReplica,
      around,
      config.following,
    ),
    asset,
    page: (own) => ({
      basePath,
      copyOf: around.copyOf,
      copies: around.copies,
      lang: config.language,
      heading: own.title,
      documentTitle: own.url === pages.home ? own.title : `${own.title} · ${config.title}`,
      headingClass: (own.heading ?? own.title).length > LONG_HEADING ? 'long' : '',
      description: config.description,
      canonical: absoluteUrl(config.url, own.url),
      refresh: '',
      policy: PAGE_KINDS[kindOf(own)].policy,
      fromDisk: mode === 'local' ? FROM_DISK : '',
      robots: mode === 'local' ? NO_ROBOTS : '',
      replica: hasReplica ? pages.replicaInfo : around.pulledFrom,
      blogroll: config.following.blogroll ? pages.blogroll : '',
      generator: `turnpress, renderer ${RENDERER_VERSION}`,
      icon: asset('icon.svg'),
      width: 'column',
      cards: mode === 'local' ? [] : cardsOf(config, own),
      structured: mode === 'local' ? '' : structuredOf(config, own),
      siteTitle: config.title,
      more: [...shownOf(config), ...further],
      nav: nav.map((item) => ({ ...item, current: isBelow(own.url, item.url) })),
      crumbs: [],
      feeds: [],
      badges: [],
      tags: [],
      facts: [],
      links: [],
      search: '',
      // beside a field of the page's own it would be a second one
      headerSearch: own.template === 'search.njk' || (own.search ?? '') !== '' ? '' : pages.search,
      tiles: [],
      lists: [],
      position: '',
      pager: { newer: null, older: null, pages: [] },
      empty: '',
      ...own,
      ...whatItNeeds(kindOf(own)),
    }),
    feedsOf: (pageUrl, title) =>
      FEED_FORMATS.map(({ format, label, mediaType }) => {
        return { label, url: feedUrl(pageUrl, format), type: mediaType, title: `${title} (${label})` };
      }),
  };
}

/** Kinds of pages, and which styles, scripts and policy each has beside what all have. */
/** The one list: frames take it, and a module in src/browser that no kind asks for is served to nobody. */

import { CHECKED_POLICY, PAGE_POLICY } from './headers.ts';

export interface PageKind {
  /** Style sheets, by file name. */
  readonly styles: readonly string[];
  /** Modules of src/browser, without ending. */
  readonly scripts: readonly string[];
  readonly policy: string;
  /** What it shows comes from its scripts: they are one file, what is left of modules is asked for with the page, and the face of its headings after them. */
  readonly scripted: boolean;
}

const plain: PageKind = { styles: [], scripts: [], policy: PAGE_POLICY, scripted: false };
const conversation: PageKind = { ...plain, styles: ['conversation.css'] };
const turns: PageKind = { ...conversation, scripts: ['talk/talk', 'jump'] };

/** By the name of their template; the last three share one with others. */
export const PAGE_KINDS = {
  home: plain,
  list: plain,
  prose: plain,
  following: plain,
  resolve: { ...plain, scripts: ['resolve'] },
  search: { ...plain, scripts: ['search/search'], scripted: true },
  reader: { ...plain, styles: ['reader.css'], scripts: ['reader'] },
  /** Of a conversation, without turns. */
  conversation,
  turns,
  /** With turns, where the site has a replica that they can be checked against. */
  checked: { ...turns, scripts: [...turns.scripts, 'check-button'], policy: CHECKED_POLICY },
  wander: { ...plain, scripts: ['wander'] },
} as const satisfies Readonly<Record<string, PageKind>>;

export type PageKindName = keyof typeof PAGE_KINDS;

/** On every page, before its own. */
export const COMMON_SCRIPTS: readonly string[] = ['page'];
export const COMMON_STYLES: readonly string[] = ['site.css'];
/** After its own: the owner's colour, and his sheet, which has the last word. */
export const OWNER_STYLES: readonly string[] = ['theme.css', 'style.css'];
/** What a page checks itself with: loaded when somebody presses the button. */
export const CHECKER = 'checker/check-this-page';

/** Kind of the pages of a template, where nobody says otherwise. */
export function kindOfTemplate(template: string): PageKindName {
  const name = template.replace(/\.njk$/, '');
  if (!isKind(name)) throw new TypeError(`no kind of page has the template ${template}`);
  return name;
}

function isKind(name: string): name is PageKindName {
  return Object.hasOwn(PAGE_KINDS, name);
}

/** What the pages of a site load, in modules of src/browser. `checks`: it has a replica. */
export function listScripts(checks: boolean): ReadonlySet<string> {
  const { checked, ...others } = PAGE_KINDS;
  const kinds: readonly PageKind[] = [...Object.values(others), ...(checks ? [checked] : [])];
  return new Set([...COMMON_SCRIPTS, ...kinds.flatMap(({ scripts }) => scripts), ...(checks ? [CHECKER] : [])]);
}

/** The modules of src/browser that one is served in one file with, itself the last, and with what they import; none: each module stays a file. */
export function listLinked(module: string): readonly string[] {
  if (COMMON_SCRIPTS.includes(module)) return [module];
  const kinds: readonly PageKind[] = Object.values(PAGE_KINDS);
  // what a page shows nothing without is waited for with what every page has
  return kinds.some(({ scripted, scripts }) => scripted && scripts.includes(module)) ? [...COMMON_SCRIPTS, module] : [];
}

/** The file that a module of src/browser is served as. */
export function scriptName(module: string): string {
  return `${module.replaceAll('/', '-')}.js`;
}

/** The turns that a page of somebody's site shows: their elements, as they stand in its source. */
/** The page may be anybody's: what is spelt otherwise than our renderer does is a finding, never a guess. */

export interface ShownTurn {
  /** First 16 of its hash. */
  readonly digits: string;
  /** The whole element, without the elements of other turns in it. */
  readonly html: string;
  /** The turn whose element it stands in, by its digits. */
  readonly inside?: string;
}

export interface ShownPage {
  /** In the order of the page. */
  readonly turns: readonly ShownTurn[];
  /** Digits of turns whose id another element has, or whose element does not count where it stands. */
  readonly odd: readonly string[];
}

const ARTICLE = /<article class="turn [^"<>]*" id="t-([0-9a-f]{16})">[\s\S]*?<\/article>\n/g;
/** A result inside the row of its call. */
const SECTION = /<section class="result [^"<>]*" id="t-([0-9a-f]{16})">[\s\S]*?<\/section>\n/g;
/** An id of a turn in any tag, however it is quoted. */
const ANY_ID = /<[a-z][^<>]*\sid\s*=\s*["']?\s*t-([0-9a-f]{16})(?![0-9a-z])/gi;
/** In these, elements are text, or nothing. */
const SWALLOWS = [
  'script',
  'style',
  'template',
  'textarea',
  'noscript',
  'title',
  'iframe',
  'xmp',
  'noembed',
  'noframes',
];

export function findShownTurns(html: string): ShownPage {
  const turns: ShownTurn[] = [];
  const odd: string[] = [];
  let around = '';
  let from = 0;
  for (const match of html.matchAll(ARTICLE)) {
    const [whole, digits = ''] = match;
    around += html.slice(from, match.index);
    from = match.index + whole.length;
    if (isSwallowed(around)) odd.push(digits);
    turns.push(...splitTurn(digits, whole));
  }
  around += html.slice(from);
  for (const [, digits = ''] of around.matchAll(ANY_ID)) odd.push(digits.toLowerCase());
  return { turns, odd };
}

/** The element of a turn, and those of the results in it. */
export function splitTurn(digits: string, html: string): readonly ShownTurn[] {
  const inner = [...html.matchAll(SECTION)].map(([whole, own = '']) => ({ digits: own, html: whole, inside: digits }));
  return [{ digits, html: html.replace(SECTION, '') }, ...inner];
}

/** The words of an element, its white space evened out. */
export function textOf(html: string): string {
  return html
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Whether what follows `before` is inside a comment, or inside an element whose content is not shown as elements. */
function isSwallowed(before: string): boolean {
  const low = before.toLowerCase();
  if (low.lastIndexOf('<!--') > low.lastIndexOf('-->')) return true;
  return SWALLOWS.some((name) => low.lastIndexOf(`<${name}`) > low.lastIndexOf(`</${name}`));
}

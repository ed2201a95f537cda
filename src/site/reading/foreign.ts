/** What somebody else's feed says, as HTML that is safe on a page of ours and asks nobody for anything. */
/** Words, lists, tables, links and code stay; pictures are named, and loaded only when the person asks; all else goes. */

import { html, joinHtml, type SafeHtml, text } from '../../base/html.ts';
import { cleanWith } from '../render/sanitise.ts';
import { FOREIGN_REL, findLinkTarget } from '../render/text/links.ts';

export interface ForeignView {
  readonly body: SafeHtml;
  /** Pictures that were named instead of shown. */
  readonly pictures: number;
}

export interface ForeignContent {
  /** As it came. */
  readonly html?: string;
  readonly text?: string;
  /** Where it stands: what its addresses are relative to. */
  readonly base?: string;
}

const MOST = 1_000_000;
const TAGS =
  'p br hr ul ol li h2 h3 h4 h5 h6 blockquote table thead tbody tfoot tr th td caption strong b em i s del ins sub sup small mark code pre kbd samp var q cite abbr dl dt dd figure figcaption details summary a img div span';
/** What plays or embeds something is a link to it. */
const PLAYERS = ['iframe', 'video', 'audio', 'source', 'embed'];
/** Parameters that only tell who clicked where. */
const TRACKING = /^(?:utm_.*|fbclid|gclid|dclid|msclkid|igshid|mc_[ce]id|_hs(?:enc|mi))$/i;
/** Pixels: what is this small only counts who reads. */
const TINY = 2;

/** No tag of the list, so it goes. */
const DROPPED = 'dropped';

type Attributes = Readonly<Record<string, string>>;
interface Transformed {
  readonly tagName: string;
  readonly attribs: Record<string, string>;
  readonly text?: string;
}

/** `pictures`: they are shown. */
export function renderForeign(content: ForeignContent, pictures: boolean): ForeignView {
  if (content.html === undefined) return { body: renderText(content.text ?? ''), pictures: 0 };
  let named = 0;
  const linkTo = (address: string | undefined, words: string): Transformed => {
    const href = targetOf(address, content.base);
    const attribs = href === undefined ? {} : { href, rel: FOREIGN_REL, class: 'elsewhere' };
    return { tagName: href === undefined ? 'span' : 'a', attribs, text: words };
  };
  const picture = (_: string, { src, alt = '', width, height }: Attributes): Transformed => {
    const target = targetOf(src, content.base);
    if (target === undefined || isTiny(width) || isTiny(height)) return { tagName: DROPPED, attribs: {} };
    if (pictures)
      return {
        tagName: 'img',
        attribs: { src: target, alt, loading: 'lazy', decoding: 'async', referrerpolicy: 'no-referrer' },
      };
    named++;
    return linkTo(target, `Picture${alt.trim() === '' ? '' : `: ${alt.trim().slice(0, 300)}`}`);
  };
  const body = cleanWith(content.html.slice(0, MOST), {
    allowedTags: TAGS.split(' '),
    allowedAttributes: {
      a: ['href', 'rel', 'class'],
      img: ['src', 'alt', 'loading', 'decoding', 'referrerpolicy'],
      table: ['tabindex'],
      ...{ ol: ['start'], td: ['colspan', 'rowspan'], th: ['colspan', 'rowspan'], details: ['open'] },
    },
    allowedSchemes: ['http', 'https', 'mailto'],
    allowProtocolRelative: false,
    nestingLimit: 100,
    nonTextTags: [
      'script',
      'style',
      'textarea',
      'option',
      'noscript',
      'template',
      'svg',
      'math',
      'object',
      'head',
      'title',
    ],
    transformTags: {
      ...headingsOf(content.html),
      // it scrolls by itself where it is too wide
      table: () => ({ tagName: 'table', attribs: { tabindex: '0' } }),
      ...{ center: 'div', section: 'div', article: 'div', tt: 'code' },
      a: (_, { href }) => {
        const { tagName, attribs } = linkTo(href, '');
        return { tagName, attribs: attribs.href === undefined ? {} : { href: attribs.href, rel: FOREIGN_REL } };
      },
      img: picture,
      ...Object.fromEntries(
        PLAYERS.map((tag) => [
          tag,
          (_: string, { src }: Attributes) =>
            linkTo(src, src === undefined ? '' : `Embedded: ${hostOf(src, content.base)}`),
        ]),
      ),
    },
  });
  return { body, pictures: named };
}

/** Headings of any depth follow the entry's own, none left out between. */
function headingsOf(markup: string): Readonly<Record<string, string>> {
  const used = new Set([...markup.matchAll(/<(h[1-6])\b/gi)].map(([, tag = '']) => tag.toLowerCase()));
  return Object.fromEntries([...used].sort().map((tag, i) => [tag, `h${Math.min(6, i + 2)}`]));
}

function renderText(said: string): SafeHtml {
  const paragraphs = said
    .slice(0, MOST)
    .split(/\n\s*\n/)
    .map((each) => each.trim());
  return joinHtml(paragraphs.filter((each) => each !== '').map((each) => html`<p>${text(each)}</p>\n`));
}

/** Absolute, without what only counts clicks. Undefined: no click may lead there. */
export function targetOf(address: string | undefined, base: string | undefined): string | undefined {
  const url = address === undefined ? null : URL.parse(address.trim(), base);
  if (url === null) return undefined;
  for (const name of [...url.searchParams.keys()]) if (TRACKING.test(name)) url.searchParams.delete(name);
  return findLinkTarget(url.href);
}

function hostOf(address: string, base: string | undefined): string {
  return URL.parse(address, base)?.host ?? 'something';
}

function isTiny(size: string | undefined): boolean {
  return size !== undefined && /^\d+(?:px)?$/.test(size.trim()) && Number.parseInt(size, 10) <= TINY;
}

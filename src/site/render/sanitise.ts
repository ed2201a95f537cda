/** The last gate for a turn's HTML: only tags, attributes, classes and addresses of the list below pass. */
/** What our own rules made always passes a linear scan; anything else goes through sanitize-html with the same list. */

import { createRequire } from 'node:module';
import type { IOptions } from 'sanitize-html';
import { type SafeHtml, trustHtml } from '../../base/html.ts';
import { FOREIGN_REL, findLinkTarget } from './text/links.ts';

/** The HTML itself when every tag is on the list, else what sanitize-html leaves of it. */
export function sanitise(html: string): SafeHtml {
  return trustHtml(isAllowed(html) ? html : clean(html));
}

/** Whether every `<` opens a tag of the list with attributes of the list. */
export function isAllowed(html: string): boolean {
  for (let at = html.indexOf('<'); at !== -1; at = html.indexOf('<', at)) {
    PLAIN_TAG.lastIndex = at;
    if (PLAIN_TAG.test(html)) {
      at = PLAIN_TAG.lastIndex;
      continue;
    }
    const end = html.indexOf('>', at);
    if (end === -1 || !isAllowedTag(html.slice(at, end + 1))) return false;
    at = end + 1;
  }
  return true;
}

const TAG = /^<(\/?)([a-z][a-z0-9]*)((?: [a-z-]+(?:="[^"<>]*")?)*)>$/;
const ATTRIBUTE = / ([a-z-]+)(?:="([^"]*)")?/g;

/** The rules themselves, for one whole tag. */
export function isAllowedTag(tag: string): boolean {
  const match = TAG.exec(tag);
  const name = match?.[2] ?? '';
  const attributes = ALLOWED.get(name);
  if (match === null || attributes === undefined) return false;
  for (const [, key = '', value = ''] of (match[3] ?? '').matchAll(ATTRIBUTE)) {
    if (!attributes.has(key) || match[1] === '/') return false;
    const check = CHECKS[key];
    if (check !== undefined && !check(value, name)) return false;
  }
  return true;
}

const TEXT_TAGS =
  'p ul li h3 h4 h5 h6 blockquote table thead tbody tr strong em s dl dt dd summary figure figcaption header';

const ALLOWED: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    ...Object.fromEntries(TEXT_TAGS.split(' ').map((tag) => [tag, 'class'])),
    br: '',
    hr: 'class',
    ol: 'start',
    th: 'class',
    td: 'class',
    code: 'class',
    span: 'class title role aria-label',
    div: 'class dir role aria-label tabindex',
    pre: 'class role aria-label tabindex',
    details: 'class open',
    article: 'class id',
    section: 'class id',
    a: 'class href rel title',
    img: 'src alt width height loading decoding',
    time: 'class datetime title',
  }).map(([tag, names]) => [tag, new Set(names.split(' '))]),
);

/**
 * Nearly every tag of a page, found where it stands: tags that close, tags with classes alone, and what stands around each turn.
 * It lets nothing pass that `isAllowedTag` would not (a test holds one against the other); it is only sooner done.
 */
const PLAIN_TAG = plainTag();

function plainTag(): RegExp {
  const names = [...ALLOWED.keys()].join('|');
  const classed = [...ALLOWED].flatMap(([name, attributes]) => (attributes.has('class') ? [name] : [])).join('|');
  const classes = ' class="[a-z][a-z0-9-]*(?: [a-z][a-z0-9-]*)*"';
  const anchor = 't-[0-9a-f]{16}';
  const tags = [
    `/(?:${names})`,
    `(?:${classed})(?:${classes})?`,
    `br|div${classes} dir="auto"|details${classes} open`,
    `(?:article|section)${classes} id="${anchor}"|a${classes} href="#${anchor}" title="[\\w ]*"|time datetime="[0-9TZ:.-]+"`,
  ];
  return new RegExp(`<(?:${tags.join('|')})>`, 'y');
}

const WORD = /^[a-z][a-z0-9-]*$/;

/** Attributes without a row here (alt, title, aria-label) hold any text. */
const CHECKS: Readonly<Record<string, (value: string, tag: string) => boolean>> = {
  class: (value) => value.split(' ').every((name) => WORD.test(name)),
  id: (value) => /^t-[0-9a-f]{16}$/.test(value),
  href: (value) =>
    isOwnAddress(value) || findLinkTarget(value.replaceAll('&amp;', '&').replaceAll('&#39;', "'")) !== undefined,
  src: (value) => isOwnAddress(value) && !value.startsWith('#'),
  rel: (value) => value === FOREIGN_REL,
  role: (value) => value === 'group' || value === 'img',
  tabindex: (value) => value === '0',
  dir: (value) => value === 'auto' || value === 'ltr',
  start: (value) => /^\d+$/.test(value),
  width: (value) => /^\d+$/.test(value),
  height: (value) => /^\d+$/.test(value),
  loading: (value) => value === 'lazy',
  decoding: (value) => value === 'async',
  datetime: (value) => /^[0-9TZ:.-]+$/.test(value),
  open: (value) => value === '',
};

/** Addresses of the site itself: from its root or on the page. Not `//host`, no colon before a slash. */
function isOwnAddress(value: string): boolean {
  return /^(?:\/(?![/\\])|#)[\w#./%?=&;-]*$/.test(value);
}

const require = createRequire(import.meta.url);
let sanitizeHtml: ((dirty: string, options: IOptions) => string) | undefined;

/** What the library leaves of it. Loaded only when it is needed: it costs 50 ms, and a turn hardly ever needs it. */
export function cleanWith(html: string, options: IOptions): SafeHtml {
  sanitizeHtml ??= require('sanitize-html') as (dirty: string, options: IOptions) => string;
  return trustHtml(sanitizeHtml(html, options));
}

function clean(html: string): string {
  const cleaned = cleanWith(html, OPTIONS);
  // sanitize-html writes void tags as `<br />`; what still does not fit the list has no place on a page.
  const ours = cleaned.replaceAll(' />', '>');
  return isAllowed(ours) ? ours : cleanWith(html, { allowedTags: [], allowedAttributes: {} });
}

const OPTIONS: IOptions = {
  allowedTags: [...ALLOWED.keys()],
  allowedAttributes: Object.fromEntries([...ALLOWED].map(([tag, names]) => [tag, [...names]])),
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'escape',
};

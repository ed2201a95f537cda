/** Secrets that are known by what stands around them: headers, cookies, URLs, JSON Web Tokens. */
/** Each pattern starts at fixed text and is bounded, so a hostile line costs linear time. */

import { type Report, reportMatches } from '../finding.ts';
import { isPlaceholder, looksRandom } from '../judging/placeholders.ts';

/** A text without any of these holds nothing for the rules below. */
export const CONTEXT_HINT =
  /\.eyJ|bearer[ \t]|authorization|x-api-key|x-auth-token|private-token|x-goog-api-key|cookie\\{0,3}["']?[ \t]{0,2}[:=,]|:\/\/[^\s/@"'<>]{1,380}@|_authToken|_password[ \t]{0,2}=|@(?:tcp|unix)\(/i;

export function findInContext(text: string, report: Report): void {
  findWebTokens(text, report);
  reportMatches(text, BEARER, 'authorization', report, (v) => !isPlaceholder(v) && (looksRandom(v) || isLongMixed(v)));
  reportMatches(text, HEADER, 'authorization', report, acceptsHeader);
  reportMatches(text, COOKIE, 'cookie', report, acceptsCookie);
  reportMatches(text, URL_PASSWORD, 'url', report, (v, m) => acceptsUrl(m.groups?.u ?? '', v, m.groups?.h ?? ''));
  reportMatches(text, DSN, 'url', report, (v, m) => acceptsUrl(m.groups?.u ?? '', v, m.groups?.h ?? ''));
  reportMatches(text, URL_TOKEN, 'url', report, (v, m) => {
    return !isPlaceholder(v) && (looksRandom(v) || (m[0].includes(':x-', 3) && /^[0-9a-f]{32,64}$/.test(v)));
  });
  reportMatches(
    text,
    NPMRC,
    'npm',
    report,
    (v) => !isPlaceholder(v) && v.length >= 8 && !/^[a-z_]+(?:\.[a-z_]+)+$/i.test(v),
  );
}

/** Whether user and password of a URL are secret: neither a template nor the usual login of a local database. */
export function acceptsUrl(user: string, password: string, host: string): boolean {
  if (isPlaceholder(password) || /^\d{1,5}$/.test(password) || NOBODY.test(password)) return false;
  // an address of version 6 in brackets
  if (user.includes('[')) return false;
  // `user:password`, `proxyuser:proxypass`
  const stem = stemOf(user, /user(?:name)?$/i);
  if (stem !== undefined && stem === stemOf(password, /(?:pass(?:word|wd)?|pw)\d{0,3}$/i)) return false;
  // `cvs://:pserver:anoncvs@…`, and what has no digit in links of manuals.
  if (/^(?:pserver:)?anon/i.test(password) || (!/\d/.test(password) && SAMPLE_HOST.test(host))) return false;
  const local =
    /^(?:localhost|127\.\d|\[?::1|0\.0\.0\.0|db|database|postgres|mysql|redis|mongo|rabbitmq|host|hostname|host\.docker)\b/i;
  const usual = /^(?:postgres|root|admin|mysql|redis|mongo|guest|dev|app|user|ci|sa)$/i;
  return !(local.test(host) && (user === password || usual.test(password)));
}

/** What stands for the other half of a login, where a token is one of them. */
const NOBODY = /^(?:x-oauth-basic|x-oauth-token|x-access-token|x-token-auth|oauth2(?:accesstoken)?|x|unused|blank)$/i;

/** What stands before the word that a text ends in. */
function stemOf(text: string, word: RegExp): string | undefined {
  return word.test(text) ? text.replace(word, '') : undefined;
}

const SAMPLE_HOST = /^(?:[a-z0-9-]+\.)*(?:example\.(?:com|org|net)|example|test|invalid)\b/i;

/** The credentials in a URL, if our own pattern sees any. */
export function findUrlLogin(text: string): { user: string; password: string; host: string } | undefined {
  URL_PASSWORD.lastIndex = 0;
  const groups = URL_PASSWORD.exec(text)?.groups;
  return groups && { user: groups.u ?? '', password: groups.v ?? '', host: groups.h ?? '' };
}

const BEARER = /\bbearer[ \t]{1,3}(?<v>[A-Za-z0-9._~+/=-]{12,4096})/dgi;
const HEADER =
  /\b(?:(?:proxy-)?authorization|x-api-key|x-auth-token|private-token|x-goog-api-key)\\{0,3}["'`]?[ \t]{0,3}(?:[:=,][ \t]{0,3}|[ \t]{1,3}(?=["']))(?:[bfruBFRU]{1,2}(?=["']))?\\{0,3}["'`]?[ \t]{0,2}(?<scheme>(?:bearer|basic|token|apikey|negotiate|bot)[ \t]{1,3})?(?<v>[A-Za-z0-9._~+/=:-]{6,4096})/dgi;
const COOKIE =
  /\b(?:set-)?cookie\\{0,3}["'`]?[ \t]{0,2}[:=,][ \t]{0,2}\\{0,3}["'`]?(?<v>[!#$%&*+.^_|~0-9A-Za-z-]{1,64}=[^\r\n"'`\\<>]{1,8192})/dgi;
const URL_PASSWORD =
  /:\/\/(?<u>[^\s/:@"'`<>\\]{0,128}):(?<v>[^\s/"'`<>\\]{1,256})@(?<h>[A-Za-z0-9_[$%{][\w.:\]-]{0,128})/dg;
/** `app:…@tcp(db:3306)/shop`, as Go writes it. */
const DSN = /(?<![\w:/.-])(?<u>[\w.-]{1,64}):(?<v>[^\s:@/"'`<>\\]{3,128})@(?:tcp|unix)\((?<h>[\w.:/-]{0,128})/dg;
const URL_TOKEN =
  /:\/\/(?<v>[A-Za-z0-9_-]{20,255})(?::(?:x-oauth-basic|x-oauth-token|x-access-token|x-token-auth|x)?)?@/dg;
const NPMRC = /(?<![\w.])(?:_authToken|_password)[ \t]{0,2}=[ \t]{0,2}["']?(?<v>[A-Za-z0-9+/=_.-]{8,512})/dg;

/** `header.payload.signature`, found from the second part on, because both are JSON and begin with `{"`. */
function findWebTokens(text: string, report: Report): void {
  for (let dot = text.indexOf('.eyJ'); dot !== -1; dot = text.indexOf('.eyJ', dot + 4)) {
    let start = dot;
    while (start > 0 && isTokenCode(text.charCodeAt(start - 1))) start--;
    const head = text.slice(start, dot).indexOf('eyJ');
    if (head === -1) continue;
    start += head;
    let end = dot + 4;
    while (isTokenCode(text.charCodeAt(end))) end++;
    if (text[end] === '.' && isTokenCode(text.charCodeAt(end + 1))) {
      end++;
      while (isTokenCode(text.charCodeAt(end))) end++;
    }
    const value = text.slice(start, end);
    if (value.length < 40 || isPlaceholder(value)) continue;
    report({ rule: 'jwt', start, end, value });
    dot = end - 4;
  }
}

function isTokenCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x2d
  );
}

function isLongMixed(value: string): boolean {
  return value.length >= 20 && /\d/.test(value) && /[A-Za-z]/.test(value);
}

/** Whether the value of a header (its scheme apart) is a key. */
export function acceptsHeader(value: string, match: RegExpExecArray): boolean {
  const scheme = match.groups?.scheme?.trim().toLowerCase();
  if (isPlaceholder(value) || /^(?:bearer|basic|token)$|:\/\//i.test(value)) return false;
  if (scheme === 'basic') return Buffer.from(value, 'base64').includes(0x3a);
  if (scheme !== undefined) return /\d/.test(value) || (value.length >= 16 && !/^[a-z_-]+$|^[A-Z_-]+$/.test(value));
  return looksRandom(value) || (isLongMixed(value) && !/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/.test(value));
}

const SECRET_COOKIE = /sess|sid$|auth|token|jwt|csrf|xsrf|login|secret|remember|identity|credential/i;

/** Whether one of the pairs of a cookie lets somebody in. */
export function acceptsCookie(value: string): boolean {
  return value.split(/;\s?/).some((pair) => {
    const at = pair.indexOf('=');
    const [name, content] = [pair.slice(0, at), pair.slice(at + 1)];
    if (at === -1 || isPlaceholder(content)) return false;
    return looksRandom(content) || (SECRET_COOKIE.test(name) && content.length >= 8 && /\d/.test(content));
  });
}

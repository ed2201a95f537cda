/** Personal data, where the configuration asks for it: e-mail addresses, public IP addresses, phone, card, account and social security numbers. */
/** Each finder starts at a rare character and looks around it, so clean text costs one search. */

import type { Finding, Report } from '../finding.ts';
import { findLabelled, judgeLabelled } from '../places/personal-labels.ts';

/** Whether a text is worth looking for any of it. */
export function mayHavePersonal(text: string): boolean {
  return (
    (text.includes('@') && /[A-Za-z0-9]@[A-Za-z0-9]/.test(text)) ||
    (text.includes('+') && /\+\d{1,3}(?:[ .(-]|\d{6})/.test(text)) ||
    NUMBERS.test(text)
  );
}

/** What addresses, cards and accounts have in them. */
const NUMBERS = /\d(?:\.\d{1,3}\.\d{1,3}\.\d|\d{3}[ -]\d{4}[ -]?\d{2}|\d{14}|\d\d-\d\d-\d{4}|[A-Z]{4}\d{10})/;

export function findPersonal(text: string, report: Report): void {
  findFormed(text, report);
  findLabelled(text, report);
}

/** What tells by its form. */
function findFormed(text: string, report: Report): void {
  findEmails(text, report);
  findEach(text, IPV4, 'ip', report, (v, at) => isPublicAddress(v) && !isVersion(text, at));
  findEach(text, PHONE, 'phone', report, isPhone);
  findEach(text, ACCOUNT, 'iban', report, isAccount);
  findEach(text, SOCIAL, 'ssn', report, (v) => !SAMPLE_SOCIAL.test(v));
  findEach(text, CARD, 'card', report, (v, at) => isCard(v) && !isInTable(text, at, at + v.length));
}

/** Whether `findPersonal` would report anything. `labels`: it may have such as only a label tells. */
export function hasPersonal(text: string, labels: boolean): boolean {
  let any = false;
  const report = () => {
    any = true;
  };
  if (labels) findLabelled(text, report);
  findFormed(text, report);
  return any;
}

/** The number under such a member of decoded JSON. */
export function judgePersonalMember(name: string, value: string): Finding | undefined {
  if (value.length < 6 || value.length > 24 || name.length > 80 || !/\d/.test(value)) return undefined;
  const labelled = judgeLabelled(name, value);
  if (labelled !== undefined || value.length !== 11) return labelled;
  const label = `${name}: `;
  if (label.concat(value).search(SOCIAL) !== label.length) return undefined;
  return SAMPLE_SOCIAL.test(value) ? undefined : { rule: 'ssn', start: 0, end: value.length, value };
}

/** Starts at each `@`, walks back over the local part, and tries the pattern there and nowhere else. */
function findEmails(text: string, report: Report): void {
  let done = 0;
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const start = startOfLocalPart(text, at);
    if (start === at || start < done) continue;
    EMAIL.lastIndex = start;
    const value = EMAIL.exec(text)?.[0];
    if (value === undefined) continue;
    done = start + value.length;
    if (isPerson(value) && !LOGIN.test(text.slice(Math.max(0, start - 100), start)))
      report({ rule: 'email', start, end: done, value });
  }
}

/** At most a character more than a local part can have: the pattern then refuses it. */
function startOfLocalPart(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start <= LOCAL_PART) {
    const code = text.charCodeAt(start - 1);
    const width = code >= 0xdc00 && code <= 0xdfff ? 2 : 1;
    const before = text.slice(Math.max(0, start - width), start);
    if (!LOCAL_CHARACTER.test(before)) break;
    start -= before.length;
  }
  return start;
}

function findEach(
  text: string,
  pattern: RegExp,
  rule: string,
  report: Report,
  accepts: (value: string, start: number) => boolean,
): void {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const value = match[0];
    if (accepts(value, match.index)) report({ rule, start: match.index, end: match.index + value.length, value });
  }
}

const LOCAL_PART = 64;
const LOCAL_CHARACTER = /^[\p{L}\p{N}._%+-]$/u;
const EMAIL =
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}_%+-](?:[\p{L}\p{N}._%+-]{0,62}[\p{L}\p{N}_%+-])?@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}?(?:(?=E<[a-z])|(?![A-Za-z0-9]))/uy;
const IPV4 = /(?<![\d.A-Za-z_-])(?:\d{1,3}\.){3}\d{1,3}(?![\d.A-Za-z_-])/g;
/** In groups of digits; of two long ones not at the beginning of a line, where a plus is one of a diff; in one only behind a word for it. */
const PHONE =
  /(?<=[^\s\w+-][ \t]?|\w[ \t])\+\d{1,3}[ .-]?(?:\(\d{1,4}\)|\d{2,5})[ .-]\d{6,8}(?![\w.])|(?<=\b(?:tel|phone|mobile|cell|handy|sms|whatsapp|fax|call|to|from)(?:[ _-]?(?:number|no|nr))?\\{0,2}["']?\.?[:= ]{1,3}\\{0,2}["']?)\+[1-9]\d{8,14}(?!\w)|(?<![\w+])\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,5}(?:[ .-]\d{2,5}){1,4}(?![\w.])/gi;
const CARD =
  /(?<![\w.$#/=%-])(?:\d{4}(?<s>[ -])\d{4}\k<s>\d{4}\k<s>\d{4}|3[47]\d\d(?<a>[ -])\d{6}\k<a>\d{5}|[3-6]\d{14,15})(?![\w%-]|\.\d)/g;
/** A bank account (IBAN), in one piece or in groups of four. */
const ACCOUNT =
  /(?<![A-Za-z0-9+/=_-])[A-Z]{2}\d{2}(?:(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?|[A-Z0-9]{11,30})(?![A-Za-z0-9+/=_-])/g;
/** How long the accounts of a country are. */
const ACCOUNTS: Readonly<Record<string, number>> = Object.fromEntries(
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IS26 IT27 JO30 KW30 KZ20 LB28 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29 VG24 XK20'
    .split(' ')
    .map((row) => [row.slice(0, 2), Number(row.slice(2))]),
);
/** Accounts that manuals of banks and of the standard print. */
const SAMPLE_ACCOUNT =
  /^(?:DE89370400440532013000|DE02120300000000202051|GB82WEST12345698765432|GB29NWBK60161331926819|GB33BUKB20201555555555|FR1420041010050500013M02606|FR7630006000011234567890189|NL91ABNA0417164300|CH9300762011623852957|ES9121000418450200051332|AT611904300234573201|BE68539007547034|IT60X0542811101000000123456)$/;
/** A number of social security of the United States, behind a word for it: its form alone is one of dates and phones. */
const SOCIAL =
  /(?<=\b(?:ssn|social[_ -]?security(?:[_ -]?(?:number|no|nr|num|#))?)\\{0,3}["']?\.?[:=# \t]{1,4}(?:is )?\\{0,3}["']?)(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/gi;
const SAMPLE_SOCIAL = /^(?:078-05-1120|219-09-9999|123-45-6789)$|^(\d)\1\1-(\d)\2-(\d)\3{3}$/;
/** First digits that issuers of cards have. */
const ISSUER = /^(?:4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|6(?:011|4[4-9]|5))/;

/** What stands before the password of a link: `https://oauth2:$TOKEN@gitlab.com` holds no address. */
const LOGIN = /:\/\/[^\s/@"'<>]{0,80}[:$]$/;
/** Nobody, a program, a list of many, an algorithm of SSH (`chacha20-poly1305@openssh.com`), or no address at all. */
const NOT_A_PERSON =
  /^(?:git|x-(?:oauth-basic|oauth-token|access-token|token-auth)|pass(?:word|wd)?|contact|unknown|noreply|no-reply|donotreply|hello|info|support|security|admin|postmaster|actions?|bot|user|username|you|your|me|name|email|someone|test|foo|bar)@|@(?:[a-z0-9-]+\.)*(?:gserviceaccount\.com|buildd\.debian\.org)$|-(?:request|dev|devel|users|list|lists|announce|discuss|bugs|maintainers)@|@(?:openssh\.com?|libssh\.org)$|@(?:[a-z0-9-]+\.)*(?:example\.(?:com|org|net)|test|invalid|example|localhost|localdomain|local)$|\[bot\]|\.(?:png|jpe?g|gif|svg|webp|js|ts|tsx|css|md|json|ya?ml|lock|service|socket|timer|target)$/i;

/** `20220210133844.46581-1-name@host`, `59E56E30.9060503@host`, `87y3gtcwa2.fsf@host`: names of messages. */
const MESSAGE_ID =
  /^(?:\d{8,14}[.-]\d|\d{4,6}(?:\.\d{3,6}){2,3}|[0-9A-F]{8}\.\d{5,}|[\w.-]{6,40}\.fsf|[A-Za-z0-9_=+-]*\d{6,}[.-][\w.-]*\d{3,}[\w.-]*)@/;

function isPerson(address: string): boolean {
  if (NOT_A_PERSON.test(address) || MESSAGE_ID.test(address)) return false;
  const domain = address.slice(address.lastIndexOf('@') + 1);
  // A package at a version: `toolchain@v0.0.1-go1.26`, `left-pad@1.x`, `image@sha256.abc`.
  return !/^v?\d+\.(?:\d|x\b)/i.test(domain);
}

function isPublicAddress(address: string): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  if ([a, b, c, d].some((n) => n > 255) || a === 0 || a === 10 || a === 127 || a >= 224) return false;
  if ((a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254)) return false;
  if ((a === 100 && b >= 64 && b < 128) || (a === 198 && (b === 18 || b === 19))) return false;
  // Addresses set aside for documentation, and the resolvers that everybody writes.
  if (/^(?:192\.0\.[02]|198\.51\.100|203\.0\.113)\./.test(address)) return false;
  return (
    !/^(?:8\.8\.(?:8\.8|4\.4)|123\.45\.67\.89|123\.123\.123\.123|1\.(?:1\.1\.1|0\.0\.1)|9\.9\.9\.9)$/.test(address) &&
    a >= 13
  );
}

function digits(value: string): string {
  return value.replace(/\D/g, '');
}

function passesLuhn(number: string): boolean {
  let sum = 0;
  for (let i = 0; i < number.length; i++) {
    const n = Number(number[number.length - 1 - i]) * (i % 2 === 0 ? 1 : 2);
    sum += n > 9 ? n - 9 : n;
  }
  return sum % 10 === 0;
}

/** As long as its country's are, and with a remainder of 1 by 97, its first four characters moved to the end and letters counted from 10. */
function isAccount(value: string): boolean {
  const account = value.replaceAll(' ', '');
  if (account.length !== ACCOUNTS[account.slice(0, 2)] || SAMPLE_ACCOUNT.test(account)) return false;
  let rest = 0;
  for (const c of account.slice(4) + account.slice(0, 4)) {
    const number = Number.parseInt(c, 36);
    rest = (rest * (number > 9 ? 100 : 10) + number) % 97;
  }
  return rest === 1;
}

function isCard(value: string): boolean {
  const number = digits(value);
  const american = /^3[47]/.test(number);
  return (
    number.length === (american ? 15 : 16) && ISSUER.test(number) && passesLuhn(number) && !SAMPLE_CARD.test(number)
  );
}

/** Numbers of four digits among others of their kind: characters of a font, addresses of memory. */
function isInTable(text: string, start: number, end: number): boolean {
  return (
    /[0-9A-Fa-f]{4}[\s,]{1,2}$/.test(text.slice(Math.max(0, start - 8), start)) ||
    /^[\s,]{1,2}[0-9A-Fa-f]{4}(?![\w/])/.test(text.slice(end, end + 8))
  );
}

/** Numbers that payment services print in their manuals, and digits that repeat. */
const SAMPLE_CARD =
  /^(?:4242|4111111|4000000|4012888888881881|5555555555554444|5105105105105100|2223003122003222|378282246310005|371449635398431|6011111|6011000990139424)|(\d)\1{7}|^(\d{2})\2{4}/;

function isPhone(value: string): boolean {
  const { length } = digits(value);
  // 555 in North America belongs to films.
  if (/^\+\d+\.\d+$/.test(value)) return false;
  return length >= 9 && length <= 15 && !/^\+1[ .-]?\(?(?:555|\d{3}\)?[ .-]555)/.test(value);
}

/** `Version="28.0.0.0"`, `v1.2.3.4`, `AssemblyVersion("4.0.0.0")`: four numbers that count releases. */
function isVersion(text: string, start: number): boolean {
  const end = start + (/^[\d.]+/.exec(text.slice(start, start + 16))?.[0].length ?? 0);
  // Sections of standards: `[23.2.4.1]`, `§13.2.5.73`.
  if (
    text
      .slice(start, end)
      .split('.')
      .slice(0, 3)
      .every((number) => Number(number) < 32)
  )
    return text[end] !== ':';
  if (/[§]\s?$|\bper $|\bsection $/i.test(text.slice(Math.max(0, start - 8), start))) return true;
  // A line of a drawing: `m46 191.66.73.35 72.18`.
  if (/[A-Za-z,]-?\d{1,4}(?:\.\d{1,4})? $/.test(text.slice(Math.max(0, start - 12), start))) return true;
  // …, and of one without blanks: `1.72-1.2,43.8.63.64,0`
  if (/[-,]\d{0,4}\.\d{1,4},$/.test(text.slice(Math.max(0, start - 12), start))) return true;
  if (/\.0\.0$/.test(text.slice(start, end)) || /^[-+][\w.]/.test(text.slice(end, end + 2))) return true;
  return /(?:version|release|build|\bver|revision|publickeytoken|culture|assembly|package|nuget|chrom(?:e|ium)|edg|safari|firefox|opr|\bv|@|\^|~|>=|<=|==)["'\]]?[\s:=/("'>]{0,4}$/i.test(
    text.slice(Math.max(0, start - 24), start),
  );
}

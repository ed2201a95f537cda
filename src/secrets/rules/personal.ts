/** Personal data, where the configuration asks for it: e-mail addresses, public IP addresses, phone and card numbers. */
/** Each finder starts at a rare character and looks around it, so clean text costs one search. */

import type { Report } from '../finding.ts';

export const PERSONAL_HINT = /[A-Za-z0-9]@[A-Za-z0-9]|\d\.\d{1,3}\.\d{1,3}\.\d|\+\d{1,3}[ .(-]|\d{4}[ -]\d{4}[ -]\d{4}/;

export function findPersonal(text: string, report: Report): void {
  findEmails(text, report);
  findEach(text, IPV4, 'ip', report, isPublicAddress);
  findEach(text, PHONE, 'phone', report, (v) => digits(v).length >= 9 && digits(v).length <= 15);
  findEach(text, CARD, 'card', report, (v) => passesLuhn(digits(v)));
}

/** Whether `findPersonal` would report anything. */
export function hasPersonal(text: string): boolean {
  let any = false;
  findPersonal(text, () => {
    any = true;
  });
  return any;
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
    if (isPerson(value)) report({ rule: 'email', start, end: done, value });
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

function findEach(text: string, pattern: RegExp, rule: string, report: Report, accepts: (v: string) => boolean): void {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const value = match[0];
    if (accepts(value)) report({ rule, start: match.index, end: match.index + value.length, value });
  }
}

const LOCAL_PART = 64;
const LOCAL_CHARACTER = /^[\p{L}\p{N}._%+-]$/u;
const EMAIL =
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}_%+-](?:[\p{L}\p{N}._%+-]{0,62}[\p{L}\p{N}_%+-])?@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])/uy;
const IPV4 = /(?<![\d.A-Za-z_-])(?:\d{1,3}\.){3}\d{1,3}(?![\d.A-Za-z_-])/g;
const PHONE = /(?<![\w+])\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,5}(?:[ .-]\d{2,5}){1,4}(?![\w.])/g;
const CARD = /(?<![\d-])\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?![\d-])/g;

const NOT_A_PERSON =
  /^(?:git|noreply|no-reply|donotreply|hello|info|support|security|admin|postmaster|actions?|bot|user|username|you|your|me|name|email|someone|test|foo|bar)@|@(?:[a-z0-9-]+\.)*(?:example\.(?:com|org|net)|test|invalid|example|localhost|local)$|\[bot\]|\.(?:png|jpe?g|gif|svg|webp|js|ts|tsx|css|md|json|ya?ml|lock|service|socket|timer|target)$/i;

function isPerson(address: string): boolean {
  return !NOT_A_PERSON.test(address);
}

function isPublicAddress(address: string): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  if ([a, b, c, d].some((n) => n > 255) || a === 0 || a === 10 || a === 127 || a >= 224) return false;
  if ((a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254)) return false;
  if ((a === 100 && b >= 64 && b < 128) || (a === 198 && (b === 18 || b === 19))) return false;
  // Addresses set aside for documentation, and the resolvers that everybody writes.
  if (/^(?:192\.0\.[02]|198\.51\.100|203\.0\.113)\./.test(address)) return false;
  return !/^(?:8\.8\.(?:8\.8|4\.4)|1\.(?:1\.1\.1|0\.0\.1)|9\.9\.9\.9)$/.test(address) && a >= 13;
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
  return sum % 10 === 0 && !/^(?:4242|4111|5555|0000)/.test(number);
}

/** Single values out of a foreign feed: text in one line, addresses, counts. */
/** Each is what it should be or is left out; a bad value never costs more than itself. */

import { decodeHTML } from 'entities';
import { cleanLine } from '../clean.ts';

/** Whatever a parser gives: looked into by name, never believed. */
export type Loose = Readonly<Record<string, unknown>>;

const LINE_LIMIT = 1000;
const MARKUP_LIMIT = 20_000;

/** An empty object for what is none. */
export function looseOf(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {};
}

/** A single thing is a list of one, as parsers of XML have it. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/** Markup out, references read, one line. Undefined: nothing is left. */
export function lineOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  const plain = decodeHTML(text.slice(0, MARKUP_LIMIT).replace(/<[a-z/!?][^<>]*>/gi, ' '));
  const line = cleanLine(plain.slice(0, LINE_LIMIT));
  return line === '' ? undefined : line;
}

/** An attribute's value as it was meant. */
export function referencesOf(value: string): string {
  return decodeHTML(value);
}

/** As it is. Undefined for no text, and for nothing but white space. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** Absolute, http or https, without a name and password. A relative one is of `base`. */
export function urlOf(value: unknown, base: string | undefined): string | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const url = URL.parse(value.trim(), base);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  return url.href;
}

/** A count of bytes or minutes. */
export function countOf(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\s*\d{1,15}\s*$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

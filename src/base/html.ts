/** The one place where text from outside becomes HTML. */
/** A template can only be filled with SafeHtml or with text that is escaped here. */

import { encodeUtf8 } from './bytes.ts';

declare const safe: unique symbol;

/** HTML that is safe to place in a page. Only this file and the sanitiser of `site/` make it. */
export type SafeHtml = string & { readonly [safe]: 'SafeHtml' };

/** SafeHtml in UTF-8, for what goes from thread to thread and into files. */
export type EncodedHtml = Uint8Array & { readonly [safe]: 'EncodedHtml' };

type Fill = SafeHtml | HtmlText | readonly SafeHtml[];
/** Text to be escaped, marked so that a plain string is never mistaken for HTML. */
export interface HtmlText {
  readonly text: string | number;
}

/** Marks a value as text, to be escaped where it is placed. */
export function text(value: string | number): HtmlText {
  return { text: value };
}

/** HTML with values placed in it: `text(…)` is escaped, SafeHtml stands as it is, arrays are joined. */
export function html(parts: TemplateStringsArray, ...fills: readonly Fill[]): SafeHtml {
  let out = parts[0] ?? '';
  for (let i = 0; i < fills.length; i++) out += fillIn(fills[i] as Fill) + (parts[i + 1] ?? '');
  return out as SafeHtml;
}

/** Escaped for element content and for double-quoted attributes. C0 controls but tab and newline are dropped. */
export function escapeHtml(value: string): SafeHtml {
  return (
    /[&<>"'\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(value) ? value.replace(ESCAPED, escapeOne) : value
  ) as SafeHtml;
}

export function encodeHtml(html: SafeHtml): EncodedHtml {
  return encodeUtf8(html) as Uint8Array as EncodedHtml;
}

export function joinHtml(pieces: readonly SafeHtml[], separator = ''): SafeHtml {
  return pieces.join(separator) as SafeHtml;
}

/** For output of a sanitiser that is trusted to yield safe HTML. Each caller says why. */
export function trustHtml(sanitised: string): SafeHtml {
  return sanitised as SafeHtml;
}

/** A value as JSON inside `<script type="application/ld+json">`, where nothing is an entity and `</script` would end it. */
export function renderJson(value: unknown): SafeHtml {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ) as SafeHtml;
}

const ESCAPED = /[&<>"'\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeOne(c: string): string {
  return ENTITIES[c] ?? '';
}

function fillIn(fill: Fill): string {
  if (typeof fill === 'string') return fill;
  if ('text' in fill) return escapeHtml(String(fill.text));
  return fill.join('');
}

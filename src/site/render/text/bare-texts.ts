/** Texts as feeds show them, kept from the rendering of their pages until the feed of the same conversation is made. */
/** Parsing is most of what a text costs, and page and feed show the same texts, mostly on the same thread, one soon after the other. */

import type { SafeHtml } from '../../../base/html.ts';

/** Characters, of texts and of their HTML. */
const MOST_HELD = 3_000_000;

/** The oldest first. What is not here is rendered again, to the same HTML. */
const kept = new Map<string, { readonly breaks: boolean; readonly html: SafeHtml }>();
let held = 0;

export function keepBare(source: string, breaks: boolean, html: SafeHtml): void {
  forget(source);
  kept.set(source, { breaks, html });
  held += source.length + html.length;
  for (const oldest of kept.keys()) {
    if (held <= MOST_HELD) break;
    forget(oldest);
  }
}

/** Undefined when it is not known. Known once: an entry is made once and remembered. */
export function takeBare(source: string, breaks: boolean): SafeHtml | undefined {
  const found = kept.get(source);
  if (found === undefined || found.breaks !== breaks) return undefined;
  forget(source);
  return found.html;
}

function forget(source: string): void {
  const found = kept.get(source);
  if (found === undefined) return;
  kept.delete(source);
  held -= source.length + found.html.length;
}

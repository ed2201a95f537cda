/** How much of one turn its page shows, and what a reader is told where the rest is. */
/** Counts of characters, never time: every machine renders the same turn to the same bytes. */

import { type SafeHtml, trustHtml } from '../../base/html.ts';

/** What one part may use. */
export interface Allowance {
  /** What follows "… characters are left out here; ": where the whole is. Plain text. */
  readonly whole: string;
  /** Characters that one text may show. */
  readonly longest: number;
  /** What colours may still cost (highlight.ts); every block that gets them takes its own off. */
  colour: number;
}

/** One text of a turn shows at most this many characters, whatever room there is. */
export const LONGEST_TEXT = 256 * 1024;

/** For texts of our own, which are as long as they are. */
export function fullAllowance(): Allowance {
  return { whole: '', longest: Number.POSITIVE_INFINITY, colour: Number.POSITIVE_INFINITY };
}

/**
 * Renders one after the other into `room` characters of HTML. What does not fit is tried without colours, then with its
 * texts cut ever shorter; when even that is too long, it and all behind it are left out. Costs a fixed number of times the
 * length of `all`.
 */
export function renderFitting<T>(
  all: readonly T[],
  room: number,
  given: Allowance,
  render: (one: T, allowance: Allowance) => string,
): { readonly html: SafeHtml; readonly leftOut: number } {
  let html = '';
  let left = room;
  let colour = given.colour;
  for (const [i, one] of all.entries()) {
    const fitting = left < LEAST ? undefined : findFitting(one, left, { ...given, colour }, render);
    if (fitting === undefined) return { html: trustHtml(html), leftOut: all.length - i };
    html += fitting.html;
    left -= fitting.html.length;
    colour = fitting.colour;
  }
  // Each piece is safe as it was rendered.
  return { html: trustHtml(html), leftOut: 0 };
}

/** A notice takes less; nothing is begun in a smaller rest. */
const LEAST = 400;
/** What a text may show, from one attempt to the next. */
const STEPS: readonly number[] = [LONGEST_TEXT, 64 * 1024, 16 * 1024, 4 * 1024, 1024, 256];

function findFitting<T>(
  one: T,
  room: number,
  given: Allowance,
  render: (one: T, allowance: Allowance) => string,
): { readonly html: string; readonly colour: number } | undefined {
  const used = { ...given };
  const html = render(one, used);
  if (html.length <= room) return { html, colour: used.colour };
  const steps = STEPS.filter((longest) => longest < given.longest);
  for (const longest of used.colour === given.colour ? steps : [given.longest, ...steps]) {
    const plain = render(one, { ...given, longest, colour: 0 });
    if (plain.length <= room) return { html: plain, colour: given.colour };
  }
  return undefined;
}

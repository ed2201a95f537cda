/** What stands around a turn's parts on its page, and what stands in the place of one that cannot be shown. */
/** Apart from the parts, which bring the whole renderer with them: pages are put together without it. */

import { type SafeHtml, trustHtml } from '../../base/html.ts';
import { isoTime, readableTime } from '../../base/time.ts';
import type { TurnHash } from '../../model/ids.ts';
import type { Item } from '../../model/item.ts';
import { turnAnchor } from '../urls.ts';
import { sanitise } from './sanitise.ts';
import { cutEnd } from './text/long-text.ts';
import { visibleText } from './text/visible-text.ts';

export interface RenderedTurn {
  readonly hash: TurnHash;
  readonly timeMs: number;
  readonly typeId: string;
  /** Bytes of the raw payload: they decide how long its HTML may be. */
  readonly rawLength: number;
}

/** In the place of a turn that was taken back. */
export function renderWithheldTurn(turn: RenderedTurn, reason: string): SafeHtml {
  const why = reason === '' ? '' : ` Reason: ${word(reason)}.`;
  const body = `<p class="notice">What stood here was taken back. The turn keeps its place and its name.${why}</p>`;
  return article(turn, 'turn-system turn-withheld', heading('Withheld', turn), body);
}

/** In the place of a turn whose payload is missing or broken. */
export function renderDamagedTurn(turn: RenderedTurn, problem: string): SafeHtml {
  const body = `<p class="notice">The archive cannot read this turn: ${word(problem)}. Its place and its name are known.</p>`;
  return article(turn, 'turn-system turn-damaged', heading('Damaged', turn), body);
}

/** The whole, through the last gate. */
export function article(turn: RenderedTurn, classes: string, header: string, body: string): SafeHtml {
  return sanitise(
    `<article class="turn ${classes}" id="${turnAnchor(turn.hash)}">\n${header}\n<div class="turn-body">\n${body}</div>\n</article>\n`,
  );
}

/** A result inside the row of its call. Not yet through the last gate: the article around it goes through. */
export function resultFrame(turn: RenderedTurn, classes: string, body: string): SafeHtml {
  return trustHtml(
    `<section class="result ${classes}" id="${turnAnchor(turn.hash)}">\n${permalink(turn, '')}\n${body}</section>\n`,
  );
}

export function heading(label: string, turn: RenderedTurn, item?: Item): string {
  const model = item?.model === undefined ? '' : ` <span class="model">${word(item.model)}</span>`;
  const cut = typeof item?.finish_reason === 'string' && CUT_OFF.test(item.finish_reason);
  const badge = cut ? ` <span class="badge bad">${word(item?.finish_reason)}</span>` : '';
  const link = permalink(turn, '', item?.role === 'user');
  return `<header class="turn-head"><span class="role">${label}</span>${model}${badge} ${link}</header>`;
}

/** The head of a turn that is nothing but work: when, and its address. */
export function quietHeading(turn: RenderedTurn, sameMinute: boolean): string {
  return `<header class="turn-head">${permalink(turn, sameMinute ? ' same' : '')}</header>`;
}

/** `same`: the row above has the same time already. `whole`: with the day. */
function permalink(turn: RenderedTurn, same: '' | ' same', whole = false): string {
  const iso = isoTime(turn.timeMs);
  const time = `<time datetime="${iso}">${whole ? readableTime(turn.timeMs) : iso.slice(11, 16)}</time>`;
  return `<a class="permalink${same}" href="#${turnAnchor(turn.hash)}" title="Link to this turn">${time}</a>`;
}

/** Reasons to stop that a reader should see. */
const CUT_OFF = /length|max_tokens|refusal|filter|error/;

/** At most this many characters of names, types and reasons, which are single words in all that is well made. */
export const LONGEST_WORD = 200;

export function word(text: unknown): SafeHtml {
  return visibleText(cutEnd(text, LONGEST_WORD));
}

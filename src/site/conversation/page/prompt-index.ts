/** The index of prompts beside a conversation: each with when, how long, what was done, and what came of it. */
/** A page between the first and the last holds its own part, so that it need not be made again when the conversation grows. */

import { html, joinHtml, type SafeHtml, text } from '../../../base/html.ts';
import { isoTime, readableDate } from '../../../base/time.ts';
import { formatCount, plural } from '../../render/names.ts';
import { spanOf } from '../../render/text/spans.ts';
import { callWords } from '../../render/tools/call-words.ts';
import type { ToldExchange } from '../../state/pages/told.ts';
import { turnAnchor } from '../../urls.ts';
import { resultWords } from './work-words.ts';

export interface PromptIndex {
  /** Oldest first. */
  readonly rows: readonly ToldExchange[];
  /** How many prompts the branch has; undefined where that may grow without this page. */
  readonly total: number | undefined;
  /** The page that it stands on: prompts of others are linked there. Undefined: it stands on a page of its own. */
  readonly page: string | undefined;
  /** Where all prompts are; undefined: these are all. */
  readonly more: string | undefined;
}

const NOTHING = joinHtml([]);

/** Folded where there is little room, beside the turns where there is much. */
export function renderIndex(index: PromptIndex): SafeHtml {
  if (index.rows.length < 2 && index.more === undefined) return NOTHING;
  const { total, more } = index;
  const name = total === undefined ? 'Prompts of this page' : plural(total, 'prompt');
  const rest = more === undefined ? NOTHING : html`<p class="index-more"><a href="${text(more)}">All prompts</a></p>\n`;
  return html`<nav class="index" aria-label="Prompts">\n<details>\n<summary>${text(name)}</summary>\n${rest}${renderRows(index)}</details>\n</nav>\n`;
}

export function renderRows({ rows, page }: Pick<PromptIndex, 'rows' | 'page'>): SafeHtml {
  let day = '';
  const items = rows.map((told) => {
    const date = readableDate(told.startMs);
    const newDay = date === day ? '' : date.replace(/ \d{4}$/, '');
    day = date;
    return renderRow(told, page, newDay);
  });
  return html`<ol class="prompts">\n${items}</ol>\n`;
}

function renderRow(told: ToldExchange, page: string | undefined, day: string): SafeHtml {
  const { number, line, startMs, endMs, work } = told;
  const target = `${told.page === page ? '' : told.page}#${turnAnchor(told.first)}`;
  const clock = isoTime(startMs).slice(11, 16);
  const facts = [
    day === '' ? clock : `${day}, ${clock}`,
    spanOf(endMs - startMs),
    ...callWords(work).slice(0, 3),
    ...resultWords(work),
  ].filter((fact) => fact !== '');
  const failed = work.failed === 0 ? NOTHING : html` <b class="failed">${text(formatCount(work.failed))} failed</b>`;
  const value = number === 0 ? NOTHING : html` value="${text(number)}"`;
  return html`<li${value}><a href="${text(target)}"><span>${text(line)}</span> <small>${text(facts.join(' · '))}${failed}</small></a></li>\n`;
}

/** How each kind of system item is shown: one row a kind. */
/** They tell why a session went on as it did, and must not drown what was said. */

import { type SafeHtml, trustHtml } from '../../base/html.ts';
import { findRow } from '../../base/rows.ts';
import type { Item, NoteKind } from '../../model/item.ts';
import type { Allowance } from './allowance.ts';
import { renderMarkdown } from './markdown.ts';
import { countOf, cutMiddle } from './text/long-text.ts';
import { renderTerminal, stripTerminal } from './text/terminal.ts';
import { visibleText } from './text/visible-text.ts';

interface NoteRow {
  readonly label: string;
  /** Folded whatever its length. */
  readonly folded: boolean;
  /** A model wrote it. */
  readonly prose: boolean;
}

const NOTES: Readonly<Record<NoteKind, NoteRow>> = {
  compaction: { label: 'Context compacted', folded: true, prose: true },
  command: { label: 'Command', folded: false, prose: false },
  hook: { label: 'Hook', folded: true, prose: false },
  notice: { label: 'Notice', folded: false, prose: false },
  interrupt: { label: 'Interrupted', folded: false, prose: false },
  error: { label: 'Error', folded: false, prose: false },
  context: { label: 'Context', folded: true, prose: false },
  rewind: { label: 'Went back', folded: false, prose: false },
};

/** The word for a system item; one of a later version is a notice. */
export function noteLabel(item: Item): string {
  return noteOf(item).label;
}

/** `turn-note-<kind>` for the look of it. */
export function noteClass(item: Item): string {
  return `turn-note-${findRow(NOTES, item.note) === undefined ? 'notice' : item.note}`;
}

/** The text of a system item: a line, a block, or folded. */
export function renderNote(content: string, item: Item, allowance: Allowance): SafeHtml {
  const row = noteOf(item);
  const plain = content.trim();
  if (plain === '') return trustHtml('');
  const body = row.prose
    ? `<div class="prose" dir="auto">${renderMarkdown(plain, { breaks: true, bare: false }, allowance)}</div>`
    : `<div class="plain" dir="auto">${cutMiddle(plain, renderTerminal, allowance)}</div>`;
  if (plain.length <= SHORT && !plain.includes('\n') && !row.folded) return trustHtml(body);
  const first = stripTerminal(plain.slice(0, 400)).trim().split('\n', 1)[0] ?? '';
  const size = ` <span class="more">${countOf(plain.length, 'character')}</span>`;
  const line = `<span class="first">${visibleText(first.slice(0, SHORT))}</span>${size}`;
  return trustHtml(
    `<details class="note"${!row.folded && plain.length < OPEN ? ' open' : ''}><summary>${line}</summary>\n${body}</details>\n`,
  );
}

/** In characters. */
const SHORT = 160;
const OPEN = 800;

function noteOf(item: Item): NoteRow {
  return findRow(NOTES, item.note) ?? NOTES.notice;
}

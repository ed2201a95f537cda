/** Changes to files as coloured lines: from two texts, or from a unified diff that an agent gave. */
/** The signs + and - stay in the text, so that colour is never the only difference. */

import { structuredPatch } from 'diff';
import { type SafeHtml, trustHtml } from '../../../base/html.ts';
import { scrollBlock } from '../code.ts';
import { visibleText } from '../text/visible-text.ts';

export interface DiffView {
  readonly body: SafeHtml;
  readonly lines: number;
  readonly added: number;
  readonly removed: number;
}

/** Lines that changed between two texts, with three lines around them. Too different: all of the old, all of the new. */
export function diffTexts(before: string, after: string): DiffView {
  const lines = before.length + after.length > LONGEST_DIFF ? undefined : changedLines(before, after);
  return viewOf(lines ?? [...signed('-', before), ...signed('+', after)]);
}

/** A unified diff as it stands. Works on any text: a line is coloured by its first character. */
export function readDiff(diff: string): DiffView {
  return viewOf(diff.replace(/\n$/, '').split('\n'));
}

/** The block for a page. */
export function renderDiff(view: DiffView): SafeHtml {
  return scrollBlock('diff', 'Changes', view.body);
}

/** `+3 −1`, for a summary line. */
export function renderDiffCount(view: DiffView): SafeHtml {
  const plus = view.added > 0 ? ` <span class="plus">+${view.added}</span>` : '';
  const minus = view.removed > 0 ? ` <span class="minus">\u2212${view.removed}</span>` : '';
  return trustHtml(plus + minus === '' ? '' : ` <span class="count">${(plus + minus).trim()}</span>`);
}

/** In characters, both texts together. */
const LONGEST_DIFF = 400_000;
/** A count of edits and not a time, so that every machine gives up at the same place. */
const MOST_EDITS = 1_000;

function changedLines(before: string, after: string): string[] | undefined {
  const patch = structuredPatch('', '', before, after, '', '', { context: 3, maxEditLength: MOST_EDITS });
  if (patch === undefined) return undefined;
  const several = patch.hunks.length > 1;
  return patch.hunks.flatMap((hunk) => [
    ...(several ? [`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`] : []),
    ...hunk.lines.filter((line) => !line.startsWith('\\')),
  ]);
}

function signed(sign: string, text: string): string[] {
  return text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => sign + line);
}

/** Neighbouring lines of one kind share a span. */
function viewOf(lines: readonly string[]): DiffView {
  let out = '';
  let added = 0;
  let removed = 0;
  for (let i = 0; i < lines.length; ) {
    const kind = kindOf(lines[i] ?? '');
    let end = i + 1;
    while (end < lines.length && kindOf(lines[end] ?? '') === kind) end++;
    if (kind === 'add') added += end - i;
    if (kind === 'del') removed += end - i;
    // The break stands inside the span: spans are blocks, and one between two blocks would be an empty line.
    const text = visibleText(`${lines.slice(i, end).join('\n')}\n`);
    out += kind === '' ? text : `<span class="${kind}">${text}</span>`;
    i = end;
  }
  // Class names are the four words of kindOf.
  return { body: trustHtml(out), lines: lines.length, added, removed };
}

function kindOf(line: string): string {
  if (line.startsWith('@@')) return 'hunk';
  if (FILE_LINE.test(line)) return 'file';
  if (line.startsWith('+')) return 'add';
  return line.startsWith('-') ? 'del' : '';
}

/** Heads of files in unified, git and Codex patches. */
const FILE_LINE = /^(?:--- |\+\+\+ |diff --git |index [0-9a-f]|\*\*\* )/;

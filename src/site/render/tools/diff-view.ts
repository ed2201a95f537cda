/** Changes to files as coloured lines: from two texts, or from a unified diff that an agent gave. */
/** The signs + and - stay in the text, so that colour is never the only difference. */

import { structuredPatch } from 'diff';
import { joinHtml, type SafeHtml, trustHtml } from '../../../base/html.ts';
import { scrollBlock } from '../code.ts';
import { type Cut, cutMiddle } from '../text/long-text.ts';
import { visibleText } from '../text/visible-text.ts';

/** Lines that changed between two texts, with three lines around them. Too different: all of the old, all of the new. */
export function diffTexts(before: string, after: string, cut: Cut): SafeHtml {
  const lines = before.length + after.length > LONGEST_DIFF ? undefined : changedLines(before, after);
  return viewOf(lines ?? [...signed('-', before), ...signed('+', after)], cut);
}

/** A unified diff as it stands. Works on any text: a line is coloured by its first character. */
export function readDiff(diff: string, cut: Cut): SafeHtml {
  return viewOf(diff.replace(/\n$/, '').split('\n'), cut);
}

/** Several changes to one file, one below the other. */
export function joinDiffs(diffs: readonly SafeHtml[]): SafeHtml {
  return joinHtml(diffs, '<span class="hunk">@@\n</span>');
}

/** The block for a page. */
export function renderDiff(diff: SafeHtml): SafeHtml {
  return scrollBlock('diff', 'Changes', diff);
}

/** In characters, both texts together. */
const LONGEST_DIFF = 400_000;
/**
 * A count of edits and not a time, so that every machine gives up at the same place. Looking for them costs their square,
 * hence the second bound: no text costs more than some steps for each of its characters.
 */
const MOST_EDITS = 1_000;
const STEPS_A_CHARACTER = 40;

function changedLines(before: string, after: string): string[] | undefined {
  const affordable = Math.ceil(Math.sqrt(STEPS_A_CHARACTER * (before.length + after.length)));
  const maxEditLength = Math.min(MOST_EDITS, affordable);
  if (leastEdits(before, after) > maxEditLength) return undefined;
  const patch = structuredPatch('', '', before, after, '', '', { context: 3, maxEditLength });
  if (patch === undefined) return undefined;
  const several = patch.hunks.length > 1;
  return patch.hunks.flatMap((hunk) => [
    ...(several ? [`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`] : []),
    ...hunk.lines.filter((line) => !line.startsWith('\\')),
  ]);
}

/** Lines of one text that the other does not have: no way between the two takes fewer edits. */
function leastEdits(before: string, after: string): number {
  const counts = new Map<string, number>();
  for (const line of before.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of after.split('\n')) counts.set(line, (counts.get(line) ?? 0) - 1);
  let edits = 0;
  for (const count of counts.values()) edits += Math.abs(count);
  return edits;
}

function signed(sign: string, text: string): string[] {
  return text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => sign + line);
}

function viewOf(lines: readonly string[], cut: Cut): SafeHtml {
  return cutMiddle(lines.join('\n'), colourLines, cut);
}

/** Neighbouring lines of one kind share a span. */
function colourLines(diff: string): SafeHtml {
  const lines = diff === '' ? [] : diff.split('\n');
  let out = '';
  for (let i = 0; i < lines.length; ) {
    const kind = kindOf(lines[i] ?? '');
    let end = i + 1;
    while (end < lines.length && kindOf(lines[end] ?? '') === kind) end++;
    // The break stands inside the span: spans are blocks, and one between two blocks would be an empty line.
    const text = visibleText(`${lines.slice(i, end).join('\n')}\n`);
    out += kind === '' ? text : `<span class="${kind}">${text}</span>`;
    i = end;
  }
  // Class names are the four words of kindOf.
  return trustHtml(out);
}

function kindOf(line: string): string {
  if (line.startsWith('@@')) return 'hunk';
  if (FILE_LINE.test(line)) return 'file';
  if (line.startsWith('+')) return 'add';
  return line.startsWith('-') ? 'del' : '';
}

/** Heads of files in unified, git and Codex patches. */
const FILE_LINE = /^(?:--- |\+\+\+ |diff --git |index [0-9a-f]|\*\*\* )/;

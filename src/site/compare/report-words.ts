/** What a comparison shows and what it does not, in words: a terminal and a page say the same. */
/** Plain text. */

import { plural } from '../../model/counts.ts';
import type { PageReport } from './compare-page.ts';

export const NOT_PROVEN =
  'that an agent wrote these words, that the times are true, whose the key is, and that nothing was left out before or after this page';

/** What was compared beside the turns; empty: nothing was there. */
export function comparedWords({ beside, pictures, takenBack }: PageReport): readonly string[] {
  const files = new Set(pictures.map(({ url }) => url)).size;
  return [
    ...(takenBack === 0 ? [] : [`${plural(takenBack, 'turn')} taken back by the owner`]),
    ...(files === 0 ? [] : [`${plural(files, 'picture')} fetched and compared`]),
    ...(beside.same === 0
      ? []
      : [`${plural(beside.same, 'heading, count or summary', 'headings, counts, boxes and summaries')} told again`]),
    ...(beside.title === 'same' ? ['the title'] : []),
  ];
}

/** Words of the owner's that are told apart from turns; empty: none. */
export function ownersWords({ beside }: PageReport): string {
  const all = [
    ...(beside.notes === 0 ? [] : [plural(beside.notes, 'note')]),
    ...(beside.title === 'other' ? ['the title'] : []),
  ];
  return all.length === 0 ? '' : `${all.join(' and ')}: the owner’s words, not proven`;
}

export function notComparedWords({ beside }: PageReport): string {
  return [
    ...(beside.title === 'unknown' ? ['the title'] : []),
    ...(beside.elsewhere === 0
      ? []
      : [`${plural(beside.elsewhere, 'line')} about turns of other pages, branches and prices`]),
    ...(beside.boxes === 0
      ? []
      : [`${plural(beside.boxes, 'box', 'boxes')} about sub-agents and where a branch comes from`]),
    ...(beside.others === 0 ? [] : [`${plural(beside.others, 'other line')} beside the turns`]),
    'tags, links between pages, commands to take it along, and what the site says around its pages, in previews, feeds, search and Markdown',
    'styles and scripts, which can hide or change what is seen',
  ].join('; ');
}

/** What stands between the turns of a page where it is Markdown: headings of the prompts, and what stands in the place of a turn. */
/** Headings of the first two levels are ours alone: no text of a turn has them. */

import { readableTime } from '../../../base/time.ts';
import { shortId } from '../../../model/ids.ts';
import { reasonWords } from '../../../model/withdrawal.ts';
import { formatCount } from '../../render/names.ts';
import { portableWords } from '../../render/portable/portable-words.ts';
import type { TurnView } from '../../view/turn-view.ts';
import type { Headed } from './conversation-body.ts';
import type { PlacedRow } from './page-rows.ts';

/** Before each row that has an item to show, and behind the last of them. */
export function markdownAround(rows: readonly PlacedRow[], { headings }: Pick<Headed, 'headings'>): readonly string[] {
  const around: string[] = [];
  let blocks: string[] = [];
  for (const { placed, row, inside } of rows) {
    const { view, exchange } = placed;
    if (view.prompt) blocks.push(headingOf(view, exchange, headings.get(exchange) ?? ''));
    if (row !== undefined) {
      around.push(blocks.join('\n\n'));
      blocks = [];
    } else if (!inside) blocks.push(gapOf(view));
    if (placed.forks.length > 0) blocks.push('*Here the conversation went several ways; the others stand below.*');
  }
  return [...around, blocks.join('\n\n')];
}

function headingOf({ turn }: TurnView, exchange: number, line: string): string {
  const when = `${readableTime(turn.timeMs)} · \`${shortId(turn.hash)}\``;
  return `## ${formatCount(exchange)}. ${portableWords(line)}\n\n${when}`;
}

function gapOf({ withheld, damage }: TurnView): string {
  if (withheld === undefined) return `*This turn cannot be read: ${portableWords(damage ?? '')}*`;
  const why = reasonWords(withheld);
  return `*What stood here was taken back${why === '' ? '' : `: ${portableWords(why)}`}.*`;
}

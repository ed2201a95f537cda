/** The rows of one page in their order: turns with the results inside them, what cannot be shown, and where runs of small work fold. */
/** Decided from plain data, before anything is rendered. */

import type { SafeHtml } from '../../../base/html.ts';
import type { ToolCallPart, ToolCallResponsePart } from '../../../model/item.ts';
import type { AnsweringTurn } from '../../render/turn.ts';
import type { LinkModel } from '../../shell/page-model.ts';
import { onlyResponse, pairRows, type Row } from '../../view/rows.ts';
import type { TurnView } from '../../view/turn-view.ts';
import type { ForkLink } from '../fork-ways.ts';

/** A turn on its page, with what stands around it. */
export interface PlacedTurn {
  readonly view: TurnView;
  /** Number of its exchange on the way from the root, from 1; 0 before the first prompt. */
  readonly exchange: number;
  /** Branches that go another way after it. */
  readonly forks: readonly ForkLink[];
  /** Conversations of sub-agents that it started. */
  readonly children: readonly LinkModel[];
  /** What the owner wrote beside it; empty: nothing. */
  readonly note: SafeHtml;
}

/** What stands at one place of a page. */
export interface PlacedRow {
  readonly placed: PlacedTurn;
  /** Undefined: it cannot be shown, or stands inside the row of its call; what belongs to its place stands here all the same. */
  readonly row?: Row<AnsweringTurn>;
  /** It stands inside another row. */
  readonly inside: boolean;
}

export function listRows(turns: readonly PlacedTurn[]): readonly PlacedRow[] {
  const shown = turns.flatMap(({ view: { turn, item } }): readonly AnsweringTurn[] =>
    item === undefined
      ? []
      : [{ hash: turn.hash, timeMs: turn.timeMs, typeId: turn.typeId, rawLength: turn.rawLength, item }],
  );
  const rows = new Map(pairRows(shown).map((row) => [row.turn.hash, row]));
  return turns.map((placed) => {
    const row = rows.get(placed.view.turn.hash);
    if (row !== undefined) return { placed, row, inside: false };
    return { placed, inside: placed.view.item !== undefined };
  });
}

/** Rows that fold together, by the place of the first: to which place they go, and what they do. */
export interface Run {
  readonly to: number;
  readonly reads: number;
  readonly searches: number;
}

/** So many calls are worth a fold. */
const LEAST_CALLS = 3;

/** Runs of rows that do nothing but look: every call reads or searches, and none failed. Nothing else stands between them. */
export function findRuns(rows: readonly PlacedRow[]): ReadonlyMap<number, Run> {
  const runs = new Map<number, Run>();
  let from: number | undefined;
  let [to, reads, searches] = [0, 0, 0];
  const close = (): void => {
    if (from !== undefined && reads + searches >= LEAST_CALLS) runs.set(from, { to, reads, searches });
    from = undefined;
    reads = searches = 0;
  };
  for (const [i, { placed, row, inside }] of rows.entries()) {
    const opens = i > 0 && rows[i - 1]?.placed.exchange !== placed.exchange;
    const calls = row === undefined ? undefined : lookingCalls(row);
    if (opens || (calls === undefined && !inside)) close();
    if (calls !== undefined) {
      from ??= i;
      to = i;
      reads += calls.filter(({ tool }) => tool === 'read').length;
      searches += calls.filter(({ tool }) => tool === 'search').length;
    }
    if (placed.forks.length + placed.children.length > 0) close();
  }
  close();
  return runs;
}

/** The calls of a row that only looks; undefined for any other. Only such rows fold. */
export function lookingCalls({ turn, answers }: Row<AnsweringTurn>): readonly ToolCallPart[] | undefined {
  if (turn.item.role !== 'assistant') return undefined;
  const calls: ToolCallPart[] = [];
  for (const part of turn.item.parts) {
    if (part.type === 'reasoning') continue;
    if (part.type === 'text' && typeof part.content === 'string' && part.content.trim() === '') continue;
    if (part.type !== 'tool_call' || (part.tool !== 'read' && part.tool !== 'search')) return undefined;
    if (answerOf(answers, part)?.status !== 'ok') return undefined;
    calls.push(part);
  }
  return calls.length === 0 ? undefined : calls;
}

function answerOf(answers: Row<AnsweringTurn>['answers'], { id }: ToolCallPart): ToolCallResponsePart | undefined {
  const turn = answers.get(id);
  return turn === undefined ? undefined : onlyResponse(turn.item);
}

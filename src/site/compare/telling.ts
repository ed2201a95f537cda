/** What a page tells of its turns a second time: headings, counts of work, rows of the index of prompts. */
/** Collected while the turns go by, as a build does (conversation/work/exchange-work.ts), so that no page is held twice. */

import type { TurnHash } from '../../model/ids.ts';
import { promptLine } from '../conversation/page/prompt-line.ts';
import { createWorkCollector } from '../conversation/work/exchange-work.ts';
import type { ToldExchange } from '../state/pages/told.ts';
import type { TurnView } from '../view/turn-view.ts';

export interface Told {
  /** By the first 16 digits of the turn that opens it, in their order: exchanges that begin on the page, as far as it goes. Number 0 opens with no prompt. */
  readonly exchanges: ReadonlyMap<string, ToldExchange>;
  /** First 16 digits of turns that were taken back. */
  readonly takenBack: ReadonlySet<string>;
  /** What the first prompt that was read says, and the first one on the page; empty: nothing. */
  readonly firstWords: string;
  readonly ownWords: string;
}

export interface Telling {
  /** The same views; those from the first of `shown` on are told of. */
  watch(views: Iterable<TurnView>): Iterable<TurnView>;
  finish(): Told;
}

export function createTelling(shown: ReadonlySet<TurnHash>, folders: readonly string[]): Telling {
  const collector = createWorkCollector(folders);
  const exchanges = new Map<string, ToldExchange>();
  const takenBack = new Set<string>();
  let [begun, number, firstWords, ownWords] = [false, 0, '', ''];
  const keep = (told: ToldExchange | undefined): void => {
    if (told !== undefined) exchanges.set(told.first.slice(0, 16), told);
  };
  return {
    *watch(views) {
      for (const view of views) {
        const { turn, item, withheld, prompt } = view;
        if (withheld !== undefined) takenBack.add(turn.hash.slice(0, 16));
        if (prompt && firstWords === '') firstWords = wordsOf(item);
        begun ||= shown.has(turn.hash);
        if (begun && prompt && ownWords === '') ownWords = wordsOf(item);
        if (begun) {
          if (prompt) number++;
          keep(collector.add(view, { number, line: prompt ? promptLine(view) : '', page: '' }));
        }
        yield view;
      }
    },
    finish() {
      keep(collector.finish());
      return { exchanges, takenBack, firstWords, ownWords };
    },
  };
}

function wordsOf(item: TurnView['item']): string {
  return (item?.parts ?? []).flatMap((part) => (part.type === 'text' ? [part.content] : [])).join(' ');
}

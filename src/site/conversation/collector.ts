/** What a collector is: it takes something from the walk over a conversation and keeps it for files that are made elsewhere. */
/** Types only, so that the rows of collectors.ts need not import each other. */

import type { PageRecord } from '../state/places.ts';
import type { Exchange } from '../view/exchange.ts';
import type { BranchOutline } from '../view/outline.ts';
import type { TurnView } from '../view/turn-view.ts';
import type { ConversationWork, FilledPage } from './conversation-work.ts';

/** Called in the order of the walk: branches, main first; of each its turns, oldest first. What is absent is not called. */
export interface Collecting {
  openBranch?(branch: BranchOutline): void;
  /** After the turn was placed on the page with this address. */
  turn?(view: TurnView, page: string): void;
  /** A prompt and everything until the next one, when it is complete. */
  exchange?(exchange: Exchange): Promise<void>;
  /** All turns of the page are placed. */
  page?(page: FilledPage): void;
  /** A page that stands as it is: its turns are not walked, its exchanges are told. */
  settledPage?(page: PageRecord): void;
  closeBranch?(): Promise<void>;
  /** Everything was walked. Not called when the walk failed. */
  finish?(): void;
}

export interface Collector {
  readonly name: string;
  readonly open: (work: ConversationWork) => Collecting;
}

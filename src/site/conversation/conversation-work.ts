/** What the parts of one conversation's build share, and what they leave for later builds. */
/** Made by conversation.ts for each conversation that changed; gone when it is done. */

import type { DeletedEntry } from '../../model/entry.ts';
import type { TurnHash } from '../../model/ids.ts';
import type { ToolCallPart } from '../../model/item.ts';
import type { LazyEntry } from '../feeds/feeds.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import type { SearchDay } from '../search/search-text.ts';
import type { BranchOutline } from '../view/outline.ts';
import { walkViews } from '../view/turn-view.ts';
import type { BuildContext, VisibleConversation } from './context.ts';
import type { BlobUrl, PlacedTurn } from './conversation-body.ts';

/** What a later build needs to know of a page without making it. */
export interface PageRecord {
  readonly url: string;
  /** Time of its newest turn. */
  readonly lastMs: number;
}

/** Name under which the files of a conversation are kept. */
export function ownerOf(conversation: VisibleConversation): string {
  return `c:${conversation.summary.id}`;
}

export interface ConversationWork {
  readonly context: BuildContext;
  readonly conversation: VisibleConversation;
  readonly owner: string;
  readonly branches: readonly BranchOutline[];
  /** Branch name → how links call it. */
  readonly labels: ReadonlyMap<string, string>;
  /** Every turn that was placed: its page and its exchange's number. */
  readonly places: Map<TurnHash, { page: string; exchange: number }>;
  /** Tool calls so far, by id. */
  readonly calls: Map<string, ToolCallPart>;
  readonly blobUrl: BlobUrl;
  readonly renderKey: string;
  readonly frameKey: string;
  readonly reachable: ReadonlySet<TurnHash>;
  readonly deleted: readonly DeletedEntry[];
  /** Newest entries of all branches, for the feeds of lists. */
  readonly entries: Map<string, { timeMs: number; entry: LazyEntry }>;
  readonly records: PageRecord[];
}

/** A page that is full, or the branch's last. */
export interface FilledPage {
  readonly number: number;
  readonly url: string;
  readonly continued: boolean;
  readonly turns: PlacedTurn[];
  readonly search: readonly SearchDay[];
}

/** How links call a branch: by its own first prompt. */
export function labelOf(context: BuildContext, branch: BranchOutline): string {
  if (branch.main) return branch.head.name;
  for (const view of walkViews(context.archive, branch.turns.slice(0, 3))) {
    if (!view.prompt || view.item === undefined) continue;
    const said = view.item.parts.flatMap((part) => (part.type === 'text' ? [part.content] : [])).join(' ');
    const title = plainTitle(said, 80);
    if (title !== '') return `${plainTitle(branch.head.name, 60)}: ${title}`;
  }
  return plainTitle(branch.head.name, 60) || 'branch';
}

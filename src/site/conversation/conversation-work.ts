/** What the parts of one conversation's build share. */
/** Made by conversation.ts for each conversation that changed; gone when it was walked. */

import type { DeletedEntry } from '../../model/entry.ts';
import type { TurnHash } from '../../model/ids.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { RENDERER_VERSION } from '../render/version.ts';
import { keyOf } from '../state/keys.ts';
import type { ToldExchange } from '../state/pages/told.ts';
import { turnUrn } from '../urls.ts';
import { foldersOf } from '../view/folders.ts';
import { type BranchOutline, outlineBranches } from '../view/outline.ts';
import { type TurnView, walkViews } from '../view/turn-view.ts';
import { createBlobPlaces, type PlaceBlob } from './blob-urls.ts';
import { type BranchNames, createBranchNames } from './branch-names.ts';
import type { BuildContext, VisibleConversation } from './context.ts';
import { createKin, type Kin } from './kin.ts';
import type { PlacedTurn } from './page/page-rows.ts';
import { noteOf, type Written } from './work/written.ts';

/** Tombstones that a feed tells of. */
const MOST_DELETED = 50;

/** Name under which the files of a conversation are kept. */
export function ownerOf(id: string): string {
  return `c:${id}`;
}

export interface ConversationWork {
  readonly context: BuildContext;
  readonly conversation: VisibleConversation;
  readonly owner: string;
  readonly branches: readonly BranchOutline[];
  readonly names: BranchNames;
  readonly kin: Kin;
  /** Every turn that was placed: its page and its exchange's number. */
  readonly places: Map<TurnHash, { readonly page: string; readonly exchange: number }>;
  /** What is told of the exchanges of each branch, by its name; oldest first. */
  readonly told: Map<string, ToldExchange[]>;
  /** Tool calls so far: by id, the turn that made it. */
  readonly calls: Map<string, LoggedTurn>;
  readonly placeBlob: PlaceBlob;
  /** Folders that the session was held in. */
  readonly folders: readonly string[];
  /** What the owner wrote about it. */
  readonly written: Written;
  readonly renderKey: string;
  readonly frameKey: string;
  /** Turns that were taken back, and when. */
  readonly withheld: ReadonlyMap<TurnHash, number>;
  /** The newest of them, newest first. */
  readonly deleted: readonly DeletedEntry[];
  /** Pages and feeds that are being rendered and written. */
  readonly tasks: Promise<void>[];
}

/** A page that is full, or the branch's last. */
export interface FilledPage {
  readonly number: number;
  readonly url: string;
  readonly continued: boolean;
  readonly turns: PlacedTurn[];
  /** What stands above its exchanges, by number: prompts in one line. */
  readonly headings: Map<number, string>;
  /** The exchanges on it, as far as they had gone where it ends. */
  readonly told: readonly ToldExchange[];
}

export function createWork(
  context: BuildContext,
  conversation: VisibleConversation,
  written: Written,
): ConversationWork {
  const { archive, frame, options } = context;
  const { summary } = conversation;
  const branches = outlineBranches(archive.listTurns(summary.id), summary.heads);
  const tombstones = archive.listTombstones(summary.id);
  const withheld = new Map(tombstones.map((tombstone) => [tombstone.turn, tombstone.timeMs]));
  const images = options.mode === 'local' || options.config.images.publish;
  const { id } = summary;
  const names = createBranchNames((turns) => walkViews(archive, turns), { id, title: conversation.title }, branches);
  const folders = foldersOf(summary.meta);
  return {
    context,
    conversation,
    owner: ownerOf(summary.id),
    branches,
    names,
    kin: createKin(context, summary.id, branches, names),
    places: new Map(),
    told: new Map(),
    calls: new Map(),
    placeBlob: createBlobPlaces(context, summary.id, ownerOf(summary.id)),
    folders,
    written,
    renderKey: keyOf(RENDERER_VERSION, images, folders, [...withheld.keys()]),
    frameKey: keyOf(
      frame.key,
      RENDERER_VERSION,
      options.config.search,
      options.config.prices,
      options.config.currency,
      images,
      written.cover,
      [...written.turns],
    ),
    withheld,
    deleted: [...withheld]
      .map(([turn, when]) => ({ id: turnUrn(turn), when }))
      .sort((a, b) => b.when - a.when || (a.id < b.id ? -1 : 1))
      .slice(0, MOST_DELETED),
    tasks: [],
  };
}

/** Something that goes on while the conversation is walked. */
export function addTask({ tasks }: ConversationWork, task: Promise<void>): void {
  tasks.push(task);
  // Whoever waits for the conversation's tasks hears of it; until then it must not count as unheard.
  task.catch(() => undefined);
}

/** A turn on its page, with what stands around it. */
export function placeTurn(work: ConversationWork, view: TurnView, page: string, exchange: number): PlacedTurn {
  work.places.set(view.turn.hash, { page, exchange });
  for (const part of view.item?.parts ?? []) if (part.type === 'tool_call') work.calls.set(part.id, view.turn);
  return {
    view,
    exchange,
    forks: work.kin.forksAfter(view.turn.hash),
    children: work.kin.childrenOf(view),
    note: noteOf(work.written, view.turn.hash),
  };
}

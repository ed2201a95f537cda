/** The fork ladder over what the archive holds: where a turn goes whose source does not know what stands under its parent. */
/** Asked for slices and for parents far back only; what is found is kept in step while the conversation grows. */

import type { ConversationId, TurnHash } from '../../../model/ids.ts';
import type { Item } from '../../../model/item.ts';
import { findItem, ITEM_PAYLOAD } from '../../../model/payload.ts';
import type { LoggedTurn } from '../../../model/turn.ts';
import type { Placed } from '../commit.ts';

/** What is asked of the archive, and of what was taken and is not in it yet. */
export interface BelowView {
  listTurns(conversation: ConversationId): readonly Pick<LoggedTurn, 'hash' | 'parent' | 'timeMs' | 'depth'>[];
  readPayload(turn: TurnHash): Uint8Array | undefined;
}

export interface Below {
  /** The newest turn at or below `target`, or `target` itself for a prompt beside a prompt or a finished answer. */
  find(target: Placed, prompt: boolean): Placed;
  /** A turn was added. */
  add(turn: Placed, parent: TurnHash | null): void;
}

/** One conversation is known at a time: a source speaks of one after the other. */
export function createBelow(view: BelowView): Below {
  let known: Known | undefined;
  const knownOf = (conversation: ConversationId): Known => {
    if (known?.conversation !== conversation) known = readKnown(view, conversation);
    return known;
  };
  return {
    find(target, prompt) {
      const tree = knownOf(target.conversation);
      if ((tree.children.get(target.hash) ?? []).length === 0) return target;
      if (prompt && wentOn(tree, target, view)) return target;
      return tipOf(tree, target);
    },
    add(turn, parent) {
      if (known === undefined || known.conversation !== turn.conversation || parent === null) return;
      addChild(known, turn, parent);
    },
  };
}

interface Known {
  readonly conversation: ConversationId;
  readonly children: Map<TurnHash, Placed[]>;
  /** Newest turn below one that was asked for, and the other way round. */
  readonly tips: Map<TurnHash, Placed>;
  readonly askedFrom: Map<TurnHash, TurnHash[]>;
  readonly wentOn: Set<TurnHash>;
}

function readKnown(view: BelowView, conversation: ConversationId): Known {
  const children = new Map<TurnHash, Placed[]>();
  const known = { conversation, children, tips: new Map(), askedFrom: new Map(), wentOn: new Set<TurnHash>() };
  for (const { hash, parent, timeMs, depth } of view.listTurns(conversation)) {
    if (parent !== null) addChild(known, { hash, timeMs, depth, conversation }, parent);
  }
  return known;
}

function addChild(known: Known, turn: Placed, parent: TurnHash): void {
  const siblings = known.children.get(parent);
  if (siblings === undefined) known.children.set(parent, [turn]);
  else if (siblings.some((each) => each.hash === turn.hash)) return;
  else {
    siblings.push(turn);
    // another way: whose newest turn this is, has to be found out again
    known.tips.clear();
    known.askedFrom.clear();
    return;
  }
  const asked = known.askedFrom.get(parent);
  if (asked === undefined) return;
  known.askedFrom.delete(parent);
  known.askedFrom.set(turn.hash, asked);
  for (const each of asked) known.tips.set(each, turn);
}

/** The newest leaf: later time, then greater hash. */
function tipOf(known: Known, target: Placed): Placed {
  const before = known.tips.get(target.hash);
  if (before !== undefined) return before;
  let best: Placed | undefined;
  for (const turn of walkBelow(known, target)) {
    if ((known.children.get(turn.hash) ?? []).length > 0) continue;
    if (best === undefined || turn.timeMs > best.timeMs || (turn.timeMs === best.timeMs && turn.hash > best.hash))
      best = turn;
  }
  const tip = best ?? target;
  known.tips.set(target.hash, tip);
  known.askedFrom.set(tip.hash, [...(known.askedFrom.get(tip.hash) ?? []), target.hash]);
  return tip;
}

/** Whether a prompt or a finished answer stands below: then a prompt beside it goes another way. */
function wentOn(known: Known, target: Placed, view: BelowView): boolean {
  if (known.wentOn.has(target.hash)) return true;
  for (const turn of walkBelow(known, target)) {
    const payload = view.readPayload(turn.hash);
    const item = payload === undefined ? undefined : findItem(ITEM_PAYLOAD, payload);
    if (item === undefined || !goesOn(item)) continue;
    known.wentOn.add(target.hash);
    return true;
  }
  return false;
}

function goesOn(item: Item): boolean {
  if (item.role === 'user') return true;
  return item.role === 'assistant' && !item.parts.some((part) => part.type === 'tool_call');
}

/** Nearest first. */
function* walkBelow(known: Known, target: Placed): Generator<Placed> {
  let level: readonly Placed[] = known.children.get(target.hash) ?? [];
  while (level.length > 0) {
    yield* level;
    level = level.flatMap((turn) => known.children.get(turn.hash) ?? []);
  }
}

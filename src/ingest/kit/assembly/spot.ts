/** Where a turn goes. The fork ladder lives here. */
/** A branch needs proof: a typed prompt beside work that went on. Everything else goes behind what stands. */

import { hasText } from '../items/parts.ts';
import { type AgentRecord, type Draft, MAIN } from '../record.ts';
import { BEFORE, branchOf, findKeyOf, findTurnOf, lookBelow, newestBranch, openBranch } from '../tree/tree.ts';
import { takeRewound } from '../words/rewind.ts';
import { type Building, keyOf, type OutTurn } from './building.ts';
import { sessionOf, startConversation } from './conversations.ts';

/** How a draft comes into the tree. */
export interface Placing {
  readonly record: AgentRecord;
  readonly draft: Draft;
  readonly key: string;
  /** Goes directly behind this turn, whatever the record's links say. */
  readonly after?: number;
}

/** Where a turn goes. */
export interface Spot {
  readonly branch: number;
  readonly parent: string | null;
  readonly conversation: number;
  readonly anchor?: number;
  readonly place?: OutTurn['place'];
  readonly otherwise?: string;
}

/** Where a record's links say, as far as there is proof. */
export function findSpot(building: Building, placing: Placing): Spot {
  const { record } = placing;
  const current = building.chains.get(record.chain);
  if (record.beside !== undefined) return besideSpot(building, placing, record.beside, current);
  if (record.parent === undefined && current !== undefined) {
    const to = record.chain === MAIN ? takeRewound(building) : undefined;
    if (to === undefined) return atTip(building, current);
    return givenSpot(building, placing, to, to === null ? BEFORE : findTurnOf(building.tree, to), current);
  }
  const native = record.parent ?? record.joins ?? null;
  const { tree } = building;
  const target = native === null ? BEFORE : (tree.anchors.get(native) ?? findTurnOf(tree, native));
  if (current === undefined) {
    const outside = outsideSpot(building, native, target);
    return startConversation(building, placing, outside.parent === null ? outside : { ...outside, ...restOf(placing) });
  }
  return building.rules.tree === 'given'
    ? givenSpot(building, placing, native, target, current)
    : ladderSpot(building, placing, native, target, current);
}

/** Every child is where its agent says: a second one is a branch. */
function givenSpot(
  building: Building,
  placing: Placing,
  native: string | null,
  target: number | undefined,
  current: number,
): Spot {
  const { tree } = building;
  if (target === undefined && native !== null) {
    return { branch: openBranch(tree, -1, BEFORE, current), parent: keyOf(building, native), conversation: current };
  }
  if (target === undefined || target === BEFORE) {
    const from = building.conversations.get(current)?.session;
    return startConversation(building, placing, outsideSpot(building, native, target), from);
  }
  return forkAt(building, target, native);
}

function ladderSpot(
  building: Building,
  placing: Placing,
  native: string | null,
  target: number | undefined,
  current: number,
): Spot {
  const { tree } = building;
  const { record, draft } = placing;
  const conversation = building.conversations.get(current);
  const isPrompt = draft.kind === 'prompt' && record.kind === 'prompt';
  if (target === undefined) {
    const { session } = record.facts ?? {};
    const stranger = session !== undefined && conversation?.session !== undefined && session !== conversation.session;
    // A compaction may name a past that this file does not hold; it still follows what stands before it.
    if (stranger && record.parent !== null) {
      return startConversation(building, placing, outsideSpot(building, native, target));
    }
    const tip = atTip(building, current);
    if (record.parent === null || native === null || tip.parent === null) return tip;
    reportMissingParent(building, record.line);
    return { ...tip, parent: keyOf(building, native), place: 'below', otherwise: tip.parent };
  }
  if (target === BEFORE) {
    if (isPrompt && tree.forks.hasPrompt(current)) {
      const same = record.facts?.session === conversation?.session ? record.facts?.session : undefined;
      return startConversation(building, placing, outsideSpot(building, native, target), same);
    }
    return atTip(building, current);
  }
  const home = tree.branches.get(branchOf(tree, target))?.conversation ?? current;
  if (building.conversations.get(home)?.chain !== record.chain) return atTip(building, current);
  const below = lookBelow(tree, target);
  if (below.tip === target) return behind(building, target, native);
  if (isPrompt && (below.prompt || below.answer)) return forkAt(building, target, native);
  const spot = behind(building, below.tip);
  return record.anchors === true && below.prompt ? { ...spot, anchor: target } : spot;
}

/** Directly behind a turn, on a branch of its own when something stands there. */
function forkAt(building: Building, target: number, native: string | null): Spot {
  if (lookBelow(building.tree, target).tip === target) return behind(building, target, native);
  return { ...branchAt(building, target), parent: findKeyOf(building.tree, target) ?? keyOf(building, native ?? '') };
}

/** A new branch from a turn on. */
function branchAt({ tree }: Building, turn: number): Pick<Spot, 'branch' | 'conversation'> {
  const from = branchOf(tree, turn);
  const conversation = tree.branches.get(from)?.conversation ?? 0;
  return { branch: openBranch(tree, from, turn, conversation), conversation };
}

/** Another way from where a record stood: the archive is asked what it stands behind. */
function besideSpot(building: Building, placing: Placing, beside: string, current: number | undefined): Spot {
  const { tree } = building;
  const target = findTurnOf(tree, beside);
  const parent = keyOf(building, beside);
  if (target === undefined || target === BEFORE || current === undefined) {
    return startConversation(building, placing, { parent, place: 'beside' });
  }
  const branch = branchOf(tree, target);
  const own = tree.branches.get(branch);
  const first = target === 0 || branchOf(tree, target - 1) !== branch;
  const above = first ? (own?.at ?? BEFORE) : target - 1;
  if (above === BEFORE) return startConversation(building, placing, { parent: null }, sessionOf(building, current));
  const key = findKeyOf(tree, above);
  const spot = branchAt(building, above);
  return key === undefined ? { ...spot, parent, place: 'beside' } : { ...spot, parent: key };
}

type Outside = Pick<Spot, 'parent' | 'place'>;

/** A parent outside this source; null for a true beginning. */
function outsideSpot(building: Building, native: string | null, target: number | undefined): Outside {
  const place = building.rules.tree === 'ladder' ? { place: 'below' as const } : {};
  if (native !== null && target === undefined) return { parent: keyOf(building, native), ...place };
  if (target === BEFORE && building.missing !== undefined) {
    return { parent: keyOf(building, building.missing), ...place };
  }
  return { parent: null };
}

/** A source that begins with what completes a record: the record stands in another one. */
function restOf({ record: { completes }, draft }: Placing): Pick<Spot, 'place'> {
  if (completes === undefined) return {};
  return { place: completes.instead && hasText(draft.item.parts) ? 'instead' : 'rest' };
}

/** Directly behind a turn, at the end of its branch. */
export function behind(building: Building, turn: number, native?: string | null): Spot {
  const { tree } = building;
  const branch = branchOf(tree, turn);
  const own = tree.branches.get(branch);
  const named = native === undefined || native === null ? (own?.tipKey ?? null) : keyOf(building, native);
  return { branch, parent: findKeyOf(tree, turn) ?? named, conversation: own?.conversation ?? 0 };
}

function atTip(building: Building, conversation: number): Spot {
  const branch = newestBranch(building.tree, conversation) ?? 0;
  return { branch, parent: building.tree.branches.get(branch)?.tipKey ?? null, conversation };
}

function reportMissingParent(building: Building, line: number): void {
  const known = building.missingParent === undefined ? undefined : building.problems[building.missingParent];
  const problem = {
    code: 'MISSING_PARENT',
    file: building.path,
    line: known?.line ?? line,
    message: 'the record before this one is not in the file; it was put behind what stands above it',
    count: (known?.count ?? 0) + 1,
  };
  building.missingParent ??= building.problems.length;
  building.problems[building.missingParent] = problem;
}

/** Gives each turn its parent. The fork ladder lives here. */
/** A branch needs proof: a typed prompt beside work that went on. Everything else goes behind what stands. */

import type { Item } from '../../model/item.ts';
import { type Building, type Conversation, keyOf, type OutTurn } from './building.ts';
import { addName, newNames } from './history.ts';
import { hasText } from './parts.ts';
import type { AgentRecord, Draft, Facts } from './record.ts';
import { MAIN } from './record.ts';
import {
  appendTurn,
  BEFORE,
  branchOf,
  findKeyOf,
  findTurnOf,
  hash48,
  lookBelow,
  nameTurn,
  newestBranch,
  openBranch,
} from './tree.ts';
import { wellFormedItem } from './well-formed.ts';
import { rememberPrompt, takeRewound } from './words/rewind.ts';

/** How a draft comes into the tree. */
export interface Placing {
  readonly record: AgentRecord;
  readonly draft: Draft;
  readonly key: string;
  /** Goes directly behind this turn, whatever the record's links say. */
  readonly after?: number;
}

/** Places one turn and returns its number. */
export function placeTurn(building: Building, placed: Placing): number {
  const placing = timed(building, placed);
  const spot = placing.after === undefined ? findSpot(building, placing) : behind(building, placing.after);
  const { draft, key, record } = placing;
  const turn = appendTurn(building.tree, spot.branch, key, draft.kind);
  if (record.scope !== undefined) nameTurn(building.tree, key.slice(building.rules.agent.length + 1), turn);
  if (building.rules.named === 'by words') rememberPrompt(building, record, draft, spot.parent);
  const out: OutTurn = {
    key,
    parent: spot.parent,
    timeMs: record.timeMs,
    item: wellFormedItem(draft.item),
    aliases: [],
    kind: draft.kind,
    ...(spot.place === undefined ? {} : { place: spot.place }),
    ...(spot.otherwise === undefined ? {} : { otherwise: spot.otherwise }),
    ...(building.provisional ? { provisional: true } : {}),
    ...(draft.rewritten === true ? { rewritten: true } : {}),
  };
  building.turns.push(out);
  if (spot.anchor !== undefined) building.tree.anchors.set(record.id, spot.anchor);
  learn(building, spot.conversation, placing);
  return turn;
}

/** The first turn of a source has the session's time when it has none of its own. */
function timed(building: Building, placing: Placing): Placing {
  const { record } = placing;
  const sinceMs = record.facts?.sinceMs;
  if (record.timeMs !== null || sinceMs === undefined || building.tree.turns > 0) return placing;
  return { ...placing, record: { ...record, timeMs: sinceMs } };
}

/** Makes a native id mean a turn, for this source and for the ledger. */
export function addAlias(building: Building, id: string, turn: number): void {
  nameTurn(building.tree, id, turn);
  aliasKey(building, keyOf(building, id), turn);
}

/** Makes a key mean a turn for the ledger alone. */
export function aliasKey(building: Building, alias: string, turn: number): void {
  if (turn === BEFORE) return;
  const out = building.turns[turn - building.firstTurn];
  if (out !== undefined) {
    if (out.key !== alias) out.aliases.push(alias);
    return;
  }
  const key = findKeyOf(building.tree, turn);
  if (key !== undefined && key !== alias) building.aliases.push([alias, key]);
}

/** A bookkeeping record means the nearest turn at or above it. */
export function collapseRecord(building: Building, record: AgentRecord): void {
  const { tree } = building;
  if (record.scope !== undefined) return;
  const parent = record.parent ?? null;
  const target = parent === null ? undefined : findTurnOf(tree, parent);
  const anchor = parent === null ? undefined : tree.anchors.get(parent);
  if (anchor !== undefined) tree.anchors.set(record.id, anchor);
  if (target !== undefined) {
    addAlias(building, record.id, target);
    return;
  }
  const tip = findTip(building, record.chain);
  if (tip === undefined && parent !== null) building.missing ??= parent;
  addAlias(building, record.id, tip ?? BEFORE);
}

/** Number of the last turn of a chain; undefined for a chain without turns. */
export function findTip(building: Building, chain: string): number | undefined {
  const conversation = building.chains.get(chain);
  const branch = conversation === undefined ? undefined : newestBranch(building.tree, conversation);
  return branch === undefined ? undefined : building.tree.branches.get(branch)?.tip;
}

interface Spot {
  readonly branch: number;
  readonly parent: string | null;
  readonly conversation: number;
  readonly anchor?: number;
  readonly place?: OutTurn['place'];
  readonly otherwise?: string;
}

function findSpot(building: Building, placing: Placing): Spot {
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
  const { tree } = building;
  if (lookBelow(tree, target).tip === target) return behind(building, target, native);
  const from = branchOf(tree, target);
  const conversation = tree.branches.get(from)?.conversation ?? 0;
  const parent = findKeyOf(tree, target) ?? keyOf(building, native ?? '');
  return { branch: openBranch(tree, from, target, conversation), parent, conversation };
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
  const conversation = own?.conversation ?? 0;
  const spot = { branch: openBranch(tree, first ? (own?.from ?? branch) : branch, above, conversation), conversation };
  return key === undefined ? { ...spot, parent, place: 'beside' } : { ...spot, parent: key };
}

function sessionOf(building: Building, conversation: number): string | undefined {
  return building.conversations.get(conversation)?.session;
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

function behind(building: Building, turn: number, native?: string | null): Spot {
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

function startConversation(building: Building, placing: Placing, outside: Outside, forkOf?: string): Spot {
  const { record, draft, key } = placing;
  const index = building.conversations.length;
  building.conversations.push({
    chain: record.chain,
    first: key,
    sessions: newNames(),
    models: newNames(),
    folders: newNames(),
    asked: record.chain === MAIN ? 0 : hashOfPrompt(draft.item),
    ...(forkOf === undefined ? {} : { forkOf }),
  });
  building.chains.set(record.chain, index);
  return { branch: openBranch(building.tree, -1, BEFORE, index), conversation: index, ...outside };
}

/** Hash of the first text of an item: what a sub-agent was asked. */
function hashOfPrompt(item: Item): number {
  const text = item.parts.find((part) => part.type === 'text')?.content ?? '';
  return hash48(text.trim());
}

/** What a placed record tells of its conversation. */
function learn(building: Building, index: number, { record, draft }: Placing): void {
  building.touched.add(index);
  const before = building.conversations.get(index);
  if (before === undefined) return;
  const { timeMs } = record;
  const { session, version, cwd, gitBranch }: Facts = record.facts ?? {};
  const next: { -readonly [K in keyof Conversation]: Conversation[K] } = { ...before };
  if (session !== undefined) {
    next.session = session;
    next.sessions = addName(before.sessions, session);
  }
  for (const model of [record.facts?.model, draft.item.model]) {
    if (model !== undefined) next.models = addName(next.models, model);
  }
  if (version !== undefined) next.version = version.slice(0, 64);
  if (cwd !== undefined && before.cwd === undefined) next.cwd = cwd;
  if (cwd !== undefined) next.folders = addName(before.folders, cwd.toWellFormed());
  if (gitBranch !== undefined && gitBranch !== '') next.gitBranch = gitBranch;
  building.conversations.set(index, timeMs === null ? next : { ...next, ...spanOf(before, timeMs) });
}

/** A further record of a turn is an event of its conversation as well. */
export function learnTime(building: Building, turn: number, timeMs: number | null): void {
  const index = building.tree.branches.get(branchOf(building.tree, turn))?.conversation;
  const before = index === undefined ? undefined : building.conversations.get(index);
  if (index !== undefined && before !== undefined && timeMs !== null)
    building.conversations.set(index, { ...before, ...spanOf(before, timeMs) });
}

function spanOf({ startedMs, updatedMs }: Conversation, timeMs: number) {
  return { startedMs: Math.min(startedMs ?? timeMs, timeMs), updatedMs: Math.max(updatedMs ?? timeMs, timeMs) };
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

/**
 * A source may name a parent that stands after its child, or two records each other. Such a turn starts a conversation,
 * so that what is put out is always a tree with parents first.
 */
export function breakCycles(building: Building): void {
  const { turns } = building;
  const firsts = new Set([...building.conversations].map((conversation) => conversation.first));
  const suspects = turns.flatMap((turn, i) =>
    turn.parent !== null && (firsts.has(turn.key) || turn.place !== undefined) ? [i] : [],
  );
  if (suspects.length === 0) return;
  const places = new Map<string, number>();
  for (const [i, turn] of turns.entries()) for (const id of [turn.key, ...turn.aliases]) places.set(id, i);
  for (const i of suspects) {
    const turn = turns[i];
    if (turn === undefined || turn.parent === null || (places.get(turn.parent) ?? -1) < i) continue;
    const { otherwise } = turn;
    turns[i] = withoutPlace(turn, otherwise ?? null);
    if (otherwise !== undefined) continue;
    building.problems.push({
      code: 'PARENT_AFTER_CHILD',
      file: building.path,
      message: `the record ${turn.key.toWellFormed()} names a parent that follows it; it starts a conversation instead`,
    });
  }
}

function withoutPlace(turn: OutTurn, parent: string | null): OutTurn {
  const { place: _place, otherwise: _otherwise, ...rest } = turn;
  return { ...rest, parent };
}

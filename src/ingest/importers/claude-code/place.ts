/** Gives each draft its parent and puts it out. The fork ladder lives here. */
/** A branch needs proof: a typed prompt beside work that went on. Everything else goes behind what stands. */

import type { JsonValue } from '../../../base/json.ts';
import type { Item } from '../../../model/item.ts';
import { addName, newNames } from '../../kit/history.ts';
import type { Draft } from './prompts.ts';
import { type ChainRecord, textOf } from './records.ts';
import { AGENT_ID, type Conversation, keyOf, type OutTurn, type Session } from './session.ts';
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

/** How a draft comes into the tree. */
export interface Placing {
  readonly chain: string;
  readonly record: ChainRecord;
  readonly draft: Draft;
  readonly key: string;
  readonly timeMs: number | null;
  /** Goes directly behind this turn, whatever the record's links say. */
  readonly after?: number;
  /** A prompt at an old place is a rewind. Never for prompts that came out of the queue. */
  readonly mayFork: boolean;
}

/** Places one turn and returns its number. */
export function placeTurn(session: Session, placing: Placing): number {
  const spot = placing.after === undefined ? findSpot(session, placing) : behind(session, placing.after);
  const { draft, key, record } = placing;
  const turn = appendTurn(session.tree, spot.branch, key, draft.kind);
  const out: OutTurn = {
    key,
    parent: spot.parent,
    timeMs: placing.timeMs,
    item: wellFormed(draft.item),
    aliases: [],
  };
  session.turns.push(out);
  if (spot.anchor !== undefined) {
    session.tree.anchors.set(record.uuid, spot.anchor);
  }
  learn(session, spot.conversation, record, draft.item, placing.timeMs);
  return turn;
}

/** Makes a native id mean a turn, for this source and for the ledger. */
export function addAlias(session: Session, id: string, turn: number): void {
  nameTurn(session.tree, id, turn);
  if (turn === BEFORE) return;
  const out = session.turns[turn - session.firstTurn];
  const alias = keyOf(id);
  if (out !== undefined) {
    if (out.key !== alias) out.aliases.push(alias);
    return;
  }
  const key = findKeyOf(session.tree, turn);
  if (key !== undefined && key !== alias) session.aliases.push([alias, key]);
}

/** A bookkeeping record means the nearest turn at or above it. */
export function collapseRecord(session: Session, chain: string, record: ChainRecord): void {
  const { tree } = session;
  const parent = record.parent;
  const target = parent === null ? undefined : findTurnOf(tree, parent);
  const anchor = parent === null ? undefined : tree.anchors.get(parent);
  if (anchor !== undefined) tree.anchors.set(record.uuid, anchor);
  if (target !== undefined) {
    addAlias(session, record.uuid, target);
    return;
  }
  const conversation = session.chains.get(chain);
  const branch = conversation === undefined ? undefined : newestBranch(tree, conversation);
  const tip = branch === undefined ? undefined : tree.branches.get(branch)?.tip;
  if (tip === undefined && parent !== null) session.missing ??= parent;
  addAlias(session, record.uuid, tip ?? BEFORE);
}

/** Number of the last turn of a chain; undefined for a chain without turns. */
export function findTip(session: Session, chain: string): number | undefined {
  const conversation = session.chains.get(chain);
  const branch = conversation === undefined ? undefined : newestBranch(session.tree, conversation);
  return branch === undefined ? undefined : session.tree.branches.get(branch)?.tip;
}

interface Spot {
  readonly branch: number;
  readonly parent: string | null;
  readonly conversation: number;
  readonly anchor?: number;
}

function findSpot(session: Session, placing: Placing): Spot {
  const { tree } = session;
  const { chain, record, draft } = placing;
  const native = record.parent ?? record.logicalParent ?? null;
  const target = native === null ? BEFORE : (tree.anchors.get(native) ?? findTurnOf(tree, native));
  const current = session.chains.get(chain);
  const conversation = current === undefined ? undefined : session.conversations.get(current);
  if (current === undefined || conversation === undefined) {
    return startConversation(session, placing, outsideParent(session, native, target));
  }
  const isPrompt = draft.kind === 'prompt' && placing.mayFork;
  if (target === undefined) {
    const stranger =
      record.session !== undefined && conversation.session !== undefined && record.session !== conversation.session;
    // A compaction may name a past that this file does not hold; it still follows what stands before it.
    if (stranger && record.parent !== null) {
      return startConversation(session, placing, native === null ? null : keyOf(native));
    }
    if (record.parent !== null) reportMissingParent(session, record.line);
    return atTip(session, current);
  }
  if (target === BEFORE) {
    if (isPrompt && tree.forks.hasPrompt(current)) {
      const sameSession = record.session === conversation.session ? record.session : undefined;
      return startConversation(session, placing, outsideParent(session, native, target), sameSession);
    }
    return atTip(session, current);
  }
  const home = tree.branches.get(branchOf(tree, target))?.conversation ?? current;
  if (session.conversations.get(home)?.chain !== chain) return atTip(session, current);
  const below = lookBelow(tree, target);
  if (below.tip === target) return behind(session, target, native);
  if (isPrompt && (below.prompt || below.answer)) {
    const branch = openBranch(tree, branchOf(tree, target), target, home);
    return { branch, parent: findKeyOf(tree, target) ?? keyOf(native ?? ''), conversation: home };
  }
  const spot = behind(session, below.tip);
  // @NOTE: a command before a rewound prompt stands at the old tip, but what hangs on it hangs where it hung.
  return draft.kind === 'note' && below.prompt && record.type !== 'attachment' && draft.item.note === 'command'
    ? { ...spot, anchor: target }
    : spot;
}

/** Key of a parent outside this source, null for a true beginning. */
function outsideParent(session: Session, native: string | null, target: number | undefined): string | null {
  if (native !== null && target === undefined) return keyOf(native);
  return target === BEFORE && session.missing !== undefined ? keyOf(session.missing) : null;
}

function behind(session: Session, turn: number, native?: string | null): Spot {
  const { tree } = session;
  const branch = branchOf(tree, turn);
  const own = tree.branches.get(branch);
  const parent =
    findKeyOf(tree, turn) ?? (native === undefined || native === null ? (own?.tipKey ?? null) : keyOf(native));
  return { branch, parent, conversation: own?.conversation ?? 0 };
}

function atTip(session: Session, conversation: number): Spot {
  const branch = newestBranch(session.tree, conversation) ?? 0;
  return { branch, parent: session.tree.branches.get(branch)?.tipKey ?? null, conversation };
}

function startConversation(session: Session, placing: Placing, parent: string | null, forkOf?: string): Spot {
  const index = session.conversations.length;
  session.conversations.push({
    chain: placing.chain,
    first: placing.key,
    sessions: newNames(),
    models: newNames(),
    ...(placing.chain === 'main' ? {} : { asked: hashOfPrompt(placing.draft.item) }),
    ...(forkOf === undefined ? {} : { forkOf }),
  });
  session.chains.set(placing.chain, index);
  return { branch: openBranch(session.tree, -1, BEFORE, index), parent, conversation: index };
}

/** Hash of the first text of an item, as `AgentCall.prompt` has it. */
function hashOfPrompt(item: Item): number {
  const text = item.parts.find((part) => part.type === 'text')?.content ?? '';
  return hash48(text.trim());
}

/** What a placed record tells of its conversation. */
function learn(session: Session, index: number, record: ChainRecord, item: Item, timeMs: number | null): void {
  session.touched.add(index);
  const before = session.conversations.get(index);
  if (before === undefined) return;
  const { raw } = record;
  const next: { -readonly [K in keyof Conversation]: Conversation[K] } = { ...before };
  if (record.session !== undefined) {
    next.session = record.session;
    next.sessions = addName(before.sessions, record.session);
  }
  if (item.model !== undefined) next.models = addName(before.models, item.model);
  const version = textOf(raw.version);
  if (version !== undefined) next.version = version.slice(0, 64);
  const cwd = textOf(raw.cwd);
  if (cwd !== undefined && before.cwd === undefined) next.cwd = cwd;
  const gitBranch = textOf(raw.gitBranch);
  if (gitBranch !== undefined && gitBranch !== '') next.gitBranch = gitBranch;
  if (timeMs !== null) {
    next.startedMs = Math.min(before.startedMs ?? timeMs, timeMs);
    next.updatedMs = Math.max(before.updatedMs ?? timeMs, timeMs);
  }
  session.conversations.set(index, next);
}

function reportMissingParent(session: Session, line: number): void {
  const known = session.missingParent === undefined ? undefined : session.problems[session.missingParent];
  const problem = {
    code: 'MISSING_PARENT',
    file: session.input.path,
    line: known?.line ?? line,
    message: 'the record before this one is not in the file; it was put behind what stands above it',
    count: (known?.count ?? 0) + 1,
  };
  session.missingParent ??= session.problems.length;
  session.problems[session.missingParent] = problem;
}

/** The item with lone surrogates replaced by U+FFFD; the same object when there are none. */
function wellFormed(item: Item): Item {
  const clean = cleanValue(item as unknown as JsonValue);
  return clean as unknown as Item;
}

function cleanValue(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const list = value as readonly JsonValue[];
    let copy: JsonValue[] | undefined;
    for (let i = 0; i < list.length; i++) {
      const before = list[i] ?? null;
      const after = cleanValue(before);
      if (after !== before) {
        copy ??= [...list];
        copy[i] = after;
      }
    }
    return copy ?? value;
  }
  let dirty = false;
  const entries: [string, JsonValue][] = [];
  for (const [name, before] of Object.entries(value)) {
    const after = cleanValue(before as JsonValue);
    const cleanName = name.isWellFormed() ? name : name.toWellFormed();
    dirty ||= after !== before || cleanName !== name;
    entries.push([cleanName, after]);
  }
  return dirty ? Object.fromEntries(entries) : value;
}

/** Alias under which the turn with a tool call is found by the call's id. */
export function toolAlias(toolCall: string): string {
  return `${AGENT_ID}:tool:${toolCall}`;
}

/** Alias under which the turn that started a sub-agent is found by the sub-agent's id. */
export function agentAlias(sessionId: string, agentId: string): string {
  return `${AGENT_ID}:agent:${sessionId}:${agentId}`;
}

/**
 * A source may name a parent that stands after its child, or two records each other. Such a turn starts a conversation,
 * so that what is put out is always a tree with parents first.
 */
export function breakCycles(session: Session): void {
  const { turns } = session;
  const firsts = new Set([...session.conversations].map((conversation) => conversation.first));
  const suspects = turns.flatMap((turn, i) => (turn.parent !== null && firsts.has(turn.key) ? [i] : []));
  if (suspects.length === 0) return;
  const places = new Map<string, number>();
  for (const [i, turn] of turns.entries()) for (const id of [turn.key, ...turn.aliases]) places.set(id, i);
  for (const i of suspects) {
    const turn = turns[i];
    if (turn === undefined || turn.parent === null || (places.get(turn.parent) ?? -1) < i) continue;
    turn.parent = null;
    session.problems.push({
      code: 'PARENT_AFTER_CHILD',
      file: session.input.path,
      message: `the record ${turn.key.toWellFormed()} names a parent that follows it; it starts a conversation instead`,
    });
  }
}

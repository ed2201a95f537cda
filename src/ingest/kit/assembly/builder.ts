/** Makes turns of an agent's records: whole messages, in order, each behind what it belongs to. */
/** A message stays open until something of another one begins; what comes in between waits behind it. What is put out never changes. */

import type { JsonValue } from '../../../base/json.ts';
import { type AgentRecord, MAIN } from '../record.ts';
import { inOrder } from '../tree/order.ts';
import { branchOf, findTurnOf } from '../tree/tree.ts';
import { hold, withCallEnd } from '../words/held.ts';
import { decodeSettled, emptySettled, forgetMarks, markSettled } from './builder-state.ts';
import { type Building, count, type Open, type Rules } from './building.ts';
import { addAlias } from './place.ts';
import { placeMessage, placePair, replaceRecord, settleRecord } from './settle.ts';
import { takeTeller, tellBy, wordsOf } from './told.ts';

/** What the builder has to know of a source beside its records. */
export interface BuilderInput {
  readonly path: string;
  readonly settle: boolean;
  readonly quietMs?: number;
  /** What an earlier run's builder made of the bytes before. */
  readonly state?: JsonValue;
}

/** Undefined: the state is of another version, and the source has to be read from its start. */
export function openBuilding(rules: Rules, { path, state }: BuilderInput): Building | undefined {
  const settled = state === undefined ? emptySettled() : decodeSettled(state, rules.agent);
  if (settled === undefined) return undefined;
  return {
    ...settled,
    rules,
    path,
    opens: new Map(),
    asked: new Map(),
    pending: new Map(),
    turns: [],
    replacements: [],
    firstTurn: settled.tree.turns,
    toldBy: new Map(),
    callKeys: new Map(),
    onSettled: undefined,
    provisional: false,
    touched: new Set(),
    blobs: new Map(),
    aliases: [],
    problems: [],
    missingParent: undefined,
    records: {},
  };
}

/** Whether all that was taken is settled; then a state can be made with `markSettled`. */
export function isSettled(building: Building): boolean {
  if (building.opens.size > 0) return false;
  building.pending.clear();
  forgetMarks(building);
  return true;
}

export { markSettled };

/** Whether this source named the id, in this run or in an earlier one. Very old ids are known to the ledger only. */
export function isKnown(building: Building, id: string): boolean {
  return findTurnOf(building.tree, id) !== undefined || building.pending.has(id);
}

/** The chain in which an id stands; undefined for one that is not known or stands above all turns. */
export function chainOf(building: Building, id: string): string | undefined {
  const near = building.pending.get(id);
  if (near !== undefined) return near;
  const { tree } = building;
  const turn = findTurnOf(tree, id);
  const branch = turn === undefined || turn < 0 ? undefined : tree.branches.get(branchOf(tree, turn));
  return branch === undefined ? undefined : building.conversations.get(branch.conversation)?.chain;
}

/** Takes the next record. */
export function takeRecord(building: Building, record: AgentRecord): void {
  if (record.timeMs !== null) building.newestMs = Math.max(building.newestMs, record.timeMs);
  if (record.scope === undefined && isKnown(building, record.id)) {
    if (record.replaces === true) replaceRecord(building, record);
    else count(building, 'repeated');
    return;
  }
  const replayed = record.mark === undefined ? undefined : findTurnOf(building.tree, record.mark);
  if (replayed !== undefined) {
    count(building, 'replayed');
    addAlias(building, record.id, replayed);
    return;
  }
  const open = building.opens.get(record.chain);
  if (open !== undefined) {
    if (continueOpen(building, record.chain, open, record)) return;
    closeChain(building, record.chain, record);
  }
  // @NOTE: marks are forgotten only where a new one is made: the one that stands must keep its meaning
  if (building.onSettled !== undefined && isSettled(building)) building.onSettled();
  if (!opensSomething(record)) {
    settleRecord(building, withCallEnd(building, record));
    if (record.drafts.length > 0 && endsMessage(record)) endOthers(building, record.chain);
    return;
  }
  building.pending.set(record.id, record.chain);
  const { message, tag } = { message: record.message?.group, tag: record.opens };
  const opened: Open = { message, tag, lines: [], buffer: [], calls: new Map(), answers: new Map() };
  hold(building, opened, message === undefined && tag === undefined ? opened.buffer : opened.lines, record);
  building.opens.set(record.chain, opened);
  if (tag !== undefined) endOthers(building, record.chain);
  noteAsked(building, record.chain);
}

/** Ends a chain: what is open in it is whole. `closer`: the record that shows it. */
export function closeChain(building: Building, chain: string, closer?: AgentRecord): void {
  const open = building.opens.get(chain);
  if (open === undefined) return;
  building.opens.delete(chain);
  building.asked.get(askedOf(building, chain) ?? 0)?.delete(chain);
  const lines = inOrder(open.lines, open.buffer);
  const rest = inOrder(open.buffer, open.lines);
  if (open.message !== undefined) placeMessage(building, open.message, lines);
  else if (open.tag !== undefined) placePair(building, lines);
  const told = [...open.buffer, ...(closer === undefined ? [] : [closer])].flatMap(wordsOf);
  for (const record of rest) if (record.unless === undefined) settleRecord(building, record);
  for (const record of rest) {
    if (record.unless === undefined) continue;
    const teller = takeTeller(building, record.unless, told);
    if (teller === undefined) settleRecord(building, record);
    else tellBy(building, record.id, teller);
  }
}

/** Ends the sub-agents that are known by nothing but what they were asked. */
export function closeAsked(building: Building, asked: number): void {
  for (const chain of building.asked.get(asked) ?? []) closeChain(building, chain);
}

function noteAsked(building: Building, chain: string): void {
  const asked = askedOf(building, chain);
  if (asked === undefined) return;
  const same = building.asked.get(asked) ?? new Set();
  building.asked.set(asked, same.add(chain));
}

function askedOf(building: Building, chain: string): number | undefined {
  const index = chain === MAIN ? undefined : building.chains.get(chain);
  return index === undefined ? undefined : building.conversations.get(index)?.asked;
}

/**
 * Ends the source for this run: what is whole is put out as it stands, the rest waits. Ask for the state before: what is put
 * out here is not settled, because the end of the source moves. Returns how many wait.
 */
export function endBuilding(building: Building, { settle, quietMs = 0 }: BuilderInput): number {
  let waiting = 0;
  const byWords = building.rules.named === 'by words';
  building.provisional = !byWords;
  for (const [chain, open] of [...building.opens]) {
    if (settle || quietMs >= (!byWords && isAnswered(open) ? QUIET_MS : GIVEN_UP_MS)) closeChain(building, chain);
    else waiting += 1;
  }
  building.provisional = false;
  return waiting;
}

/** A message whose calls are answered is whole when nobody wrote for so long. */
export const QUIET_MS = 10 * 60 * 1000;
/** A call that has no answer after this gets none: the agent was ended in the middle of its work. */
export const GIVEN_UP_MS = 24 * 60 * 60 * 1000;

/** Whether everything that the open message asked for has come. */
function isAnswered(open: Open): boolean {
  // the rest of a command or a compaction would say something else, not more
  if (open.message === undefined) return false;
  const asked = new Set<string>();
  for (const { message } of open.lines) {
    for (const part of message?.parts ?? []) if (part.type === 'tool_call') asked.add(part.id);
  }
  for (const { drafts } of open.buffer) {
    for (const { item } of drafts) {
      for (const part of item.parts) if (part.type === 'tool_call_response') asked.delete(part.id);
    }
  }
  return asked.size === 0;
}

/** Takes the record into what is open; false when it ends it. */
function continueOpen(building: Building, chain: string, open: Open, record: AgentRecord): boolean {
  if (open.message !== undefined && record.message?.group === open.message) {
    if (record.message.whole === true) open.lines.length = 0;
    hold(building, open, open.lines, record);
    building.pending.set(record.id, chain);
    return true;
  }
  if (open.tag !== undefined && record.completes?.tag === open.tag) {
    open.lines.push(record);
    closeChain(building, chain);
    return true;
  }
  if (open.tag === undefined ? endsMessage(record) : record.kind !== 'nothing') return false;
  hold(building, open, open.buffer, withCallEnd(building, record));
  building.pending.set(record.id, chain);
  return true;
}

function opensSomething(record: AgentRecord): boolean {
  return record.kind === 'message' || record.opens !== undefined || record.unless !== undefined;
}

function endsMessage(record: AgentRecord): boolean {
  return record.ends ?? (record.kind === 'prompt' || record.kind === 'message');
}

/** A new prompt of the session ends what its sub-agents were saying. */
function endOthers(building: Building, chain: string): void {
  if (chain !== MAIN) return;
  for (const other of [...building.opens.keys()]) if (other !== MAIN) closeChain(building, other);
}

/** Takes a session's values in file order and decides what each is and when its turn is whole. */
/** A message stays open until another one begins; what comes in between waits behind it, in file order. */

import { isJsonObject, type JsonObject } from '../../../base/json.ts';
import type { JsonLine } from '../../kit/json-lines.ts';
import { agentChain, findInlineRecord, noteSide } from './agents.ts';
import {
  endsMessage,
  isBookkeeping,
  isModelLine,
  messageIdOf,
  newOpen,
  outputOf,
  readEntry,
  replayMark,
  startsOpen,
} from './entries.ts';
import { joinLine, looksComplete } from './messages.ts';
import { onTitleOrLink } from './meta.ts';
import { addAlias } from './place.ts';
import { onQueueOperation } from './queue.ts';
import { type ChainRecord, findChainRecord, kindOf, messageOfRecord, objectOf } from './records.ts';
import { count, type Entry, type Open, type SafePoint, type Session } from './session.ts';
import { closeOpen, endAgents, settle } from './settle.ts';
import { forgetPast, takeSafePoint } from './state.ts';
import { branchOf, findTurnOf } from './tree.ts';

/** Where reading could start again: the newest point at which nothing was open. */
export interface Walk {
  readonly session: Session;
  safe: SafePoint | undefined;
  /** Safe point at the start of a line with several values. */
  lineSafe: SafePoint | undefined;
}

/** Takes the next value of the file. */
export function takeValue(walk: Walk, line: JsonLine): void {
  const { session } = walk;
  if (line.nth === 0) {
    walk.lineSafe = undefined;
    if (session.opens.size === 0) {
      session.pendingIds.clear();
      walk.safe = undefined;
      forgetPast(session);
      if (line.of > 1) walk.lineSafe = takeSafePoint(session, line.offset, line.line);
    }
  }
  if (!isJsonObject(line.value)) {
    count(session, 'not a record');
    return;
  }
  takeObject(walk, line.value, line);
}

/** Ends the file: open messages that look whole are put out, the others wait. Returns how many wait. */
export function endWalk(walk: Walk): number {
  const { session } = walk;
  const { settle } = session.input;
  let waiting = 0;
  for (const [chain, open] of [...session.opens]) {
    if (settle) closeOpen(session, chain);
    else if (open.what === 'message' && looksComplete(open.draft)) {
      // Prompts out of the queue may still come as records of their own.
      open.queued.length = 0;
      closeOpen(session, chain);
    } else waiting += 1;
  }
  return waiting;
}

function takeObject(walk: Walk, value: JsonObject, line: JsonLine): void {
  const { session } = walk;
  const kind = kindOf(value);
  count(session, kind);
  const record = findChainRecord(value, line.line);
  if (record === undefined) {
    if (value.type === 'queue-operation') {
      const queued = onQueueOperation(session, value);
      if (queued !== undefined) openAt(walk, 'main', line, () => newOpen('queue', undefined)).queued.push(queued);
    } else if (!onTitleOrLink(session, value) && !BOOKKEEPING.has(kind)) noteUnknown(session, kind, line.line);
    return;
  }
  if (!CHAIN_TYPES.has(record.type)) noteUnknown(session, kind, line.line);
  takeRecord(walk, record, line);
  if (record.type === 'progress' && objectOf(record.raw.data)?.type === 'agent_progress') {
    const inline = findInlineRecord(session, record);
    const inner = inline === undefined ? undefined : findChainRecord(inline, line.line);
    if (inner !== undefined) takeRecord(walk, inner, line);
  }
}

function takeRecord(walk: Walk, record: ChainRecord, line: JsonLine): void {
  const { session } = walk;
  if (record.timeMs !== null) session.newestMs = Math.max(session.newestMs, record.timeMs);
  if (findTurnOf(session.tree, record.uuid) !== undefined || session.pendingIds.has(record.uuid)) {
    count(session, 'repeated');
    return;
  }
  const mark = replayMark(record);
  const replayed = mark === undefined ? undefined : findTurnOf(session.tree, mark);
  if (replayed !== undefined) {
    count(session, 'replayed');
    addAlias(session, record.uuid, replayed);
    return;
  }
  const chain = chainOf(session, record);
  const entry = readEntry(record);
  const open = session.opens.get(chain);
  if (open !== undefined) {
    if (continueOpen(session, chain, open, entry)) {
      session.pendingIds.add(record.uuid);
      return;
    }
    closeOpen(session, chain, entry);
  }
  const starts = startsOpen(entry);
  if (starts === undefined) {
    settle(session, chain, entry);
    return;
  }
  openAt(walk, chain, line, () => starts);
  session.pendingIds.add(record.uuid);
  if (chain === 'main' && starts.what !== 'message') endAgents(session);
}

/** Takes the record into what is open; false when it ends it. */
function continueOpen(session: Session, chain: string, open: Open, entry: Entry): boolean {
  const { record, reading } = entry;
  if (open.what === 'message' && isModelLine(record) && messageIdOf(record) === open.messageId) {
    open.lines.push(record);
    open.draft = joinLine(open.draft, messageOfRecord(record));
    return true;
  }
  if (open.what === 'command' && outputOf(entry) !== undefined) {
    open.lines.push(record);
    open.buffer.push(entry);
    closeOpen(session, chain);
    return true;
  }
  if (open.what === 'boundary' && record.raw.isCompactSummary === true) {
    open.lines.push(record);
    closeOpen(session, chain);
    return true;
  }
  const ends = open.what === 'message' || open.what === 'queue' ? endsMessage(entry) : !isBookkeeping(entry);
  if (ends) return false;
  open.buffer.push(entry);
  if (reading?.what === 'command') count(session, 'command inside a message');
  return true;
}

/** The chain's open thing, made when there is none; notes the safe point before the first one. */
function openAt(walk: Walk, chain: string, line: JsonLine, make: () => Open): Open {
  const { session } = walk;
  const known = session.opens.get(chain);
  if (known !== undefined) return known;
  if (session.opens.size === 0) {
    if (line.nth === 0) walk.safe = takeSafePoint(session, line.offset, line.line);
    else walk.safe = walk.lineSafe ?? walk.safe;
  }
  const open = make();
  session.opens.set(chain, open);
  noteSide(session, chain);
  return open;
}

function chainOf(session: Session, record: ChainRecord): string {
  if (!record.sidechain) return 'main';
  const agentId = record.agentId ?? session.fileAgent;
  if (agentId !== undefined) return agentChain(agentId);
  const chain = record.parent === null ? `side:${record.uuid}` : sideChain(session, record.parent);
  session.sideOf.set(record.uuid, chain);
  return chain;
}

/** The chain of a sidechain record that names no agent: its parent's. */
function sideChain(session: Session, parent: string): string {
  const near = session.sideOf.get(parent);
  if (near !== undefined) return near;
  const turn = findTurnOf(session.tree, parent);
  const branch = turn === undefined || turn < 0 ? undefined : session.tree.branches.get(branchOf(session.tree, turn));
  const chain = branch === undefined ? undefined : session.conversations.get(branch.conversation)?.chain;
  const isCurrent = chain !== undefined && session.chains.get(chain) === branch?.conversation;
  return isCurrent && chain !== 'main' ? chain : `side:${parent}`;
}

function noteUnknown(session: Session, kind: string, line: number): void {
  const known = session.unknown.get(kind);
  if (known !== undefined) known.count += 1;
  else if (session.unknown.size < 100) session.unknown.set(kind, { line, count: 1 });
}

const CHAIN_TYPES = new Set(['user', 'assistant', 'system', 'progress', 'attachment']);

const BOOKKEEPING = new Set([
  'file-history-snapshot',
  'last-prompt',
  'mode',
  'permission-mode',
  'agent-name',
  'agent-color',
  'agent-setting',
  'continued-in',
  'tag',
  'task-summary',
  'bridge-session',
  'worktree-state',
  'attribution-snapshot',
  'content-replacement',
  'marble-origami-commit',
  'marble-origami-snapshot',
  'speculation-accept',
]);

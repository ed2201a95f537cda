/** Takes a session's values in file order and decides what each is and when its turn is whole. */
/** A message stays open until another one begins; what comes in between waits behind it, in file order. */

import { isJsonObject, type JsonObject } from '../../base/json.ts';
import type { Item } from '../../model/item.ts';
import type { ImportedBlob } from '../importer.ts';
import type { JsonLine } from '../json-lines.ts';
import {
  agentChain,
  chainsOfCall,
  describeAgent,
  findInlineRecord,
  linkAgent,
  noteCalls,
  toolId,
} from './claude-code-agents.ts';
import { assistantItem, emptyMessage, joinLine, looksComplete } from './claude-code-messages.ts';
import { onTitleOrLink } from './claude-code-meta.ts';
import { addAlias, collapseRecord, findTip, placeTurn } from './claude-code-place.ts';
import { commandDraft, type Draft, note, readQueuedPrompt, readUserBlocks } from './claude-code-prompts.ts';
import { onQueueOperation, queuedKey } from './claude-code-queue.ts';
import {
  blocksOf,
  type ChainRecord,
  contentOf,
  findChainRecord,
  kindOf,
  messageOfRecord,
  objectOf,
  textOf,
} from './claude-code-records.ts';
import { responseDraft, resultText } from './claude-code-results.ts';
import {
  count,
  type Entry,
  keyOf,
  type Open,
  type SafePoint,
  type Session,
  takeSafePoint,
} from './claude-code-session.ts';
import { noteDraftsOf, readAttachment } from './claude-code-system.ts';
import { findAgentId } from './claude-code-tools.ts';
import { findTurnOf, hash48 } from './claude-code-tree.ts';

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

function closeOpen(session: Session, chain: string, closer?: Entry): void {
  const open = session.opens.get(chain);
  if (open === undefined) return;
  session.opens.delete(chain);
  const buffer = open.buffer;
  if (open.what === 'message' && open.first !== undefined) placeMessage(session, chain, open, open.first);
  if (open.what === 'command' && open.first !== undefined) {
    const answer = open.lines[0];
    const at = buffer.findIndex((entry) => entry.record === answer);
    const output = at === -1 ? undefined : outputOf(buffer[at]);
    if (at !== -1) buffer.splice(at, 1);
    placeRecord(session, chain, open.first, [commandDraft(open.command, output)], [], open.lines);
  }
  if (open.what === 'boundary' && open.first !== undefined) {
    const summary = open.lines[0];
    const text =
      summary === undefined
        ? ''
        : contentOf(summary)
            .map((block) => textOf(block.text) ?? '')
            .join('\n\n');
    const fallback = textOf(open.first.raw.content) ?? 'Conversation compacted';
    placeRecord(session, chain, open.first, [note('compaction', text.trim() === '' ? fallback : text)], [], open.lines);
  }
  for (const entry of buffer) settle(session, chain, entry);
  if (open.queued.length > 0) placeQueued(session, chain, open, closer);
}

/** One finished model message: its turn, and the ids of all its lines. */
function placeMessage(session: Session, chain: string, open: Open, first: ChainRecord): void {
  const mark = open.messageId === undefined ? undefined : `message:${open.messageId}`;
  const item = assistantItem(open.draft, (what) => count(session, what));
  // A message that goes on after another one began is a turn of its own; its tokens were counted with the first part.
  const again = mark !== undefined && findTurnOf(session.tree, mark) !== undefined;
  const { usage: _counted, ...rest } = item;
  const turnItem: Item = again ? rest : item;
  if (item.parts.length === 0) {
    count(session, 'assistant:empty');
    for (const line of [first, ...open.lines]) collapseRecord(session, chain, line);
    return;
  }
  const calls = item.parts.some((part) => part.type === 'tool_call');
  const turn = placeRecord(
    session,
    chain,
    first,
    [{ kind: calls ? 'call' : 'answer', item: turnItem }],
    [],
    open.lines,
  );
  if (mark !== undefined && !again) nameMark(session, mark, turn);
  for (const id of noteCalls(session, item)) addAlias(session, toolId(id), turn);
}

/** Puts a record that is whole in its place, or collapses it. */
function settle(session: Session, chain: string, entry: Entry): void {
  const { record, reading, blobs } = entry;
  if (record.type === 'user') {
    settleUser(session, chain, entry);
    return;
  }
  const drafts =
    record.type === 'assistant'
      ? clientText(record)
      : record.type === 'system' || record.type === 'attachment'
        ? (readingDrafts(reading) ?? noteDraftsOf(record))
        : [];
  if (drafts.length === 0) collapseRecord(session, chain, record);
  else placeRecord(session, chain, record, drafts, blobs, []);
  if (record.type === 'attachment') rememberDelivered(session, drafts);
}

function settleUser(session: Session, chain: string, entry: Entry): void {
  const { record, reading } = entry;
  const results = contentOf(record).filter((block) => block.type === 'tool_result');
  const drafts: Draft[] = [];
  const blobs: ImportedBlob[] = [...entry.blobs];
  const facts = results.length === 1 ? record.raw.toolUseResult : undefined;
  for (const block of results) {
    drafts.push(responseDraft(block, facts, (name) => readOutput(session, record, name), blobs));
    const toolCall = textOf(block.tool_use_id);
    if (toolCall === undefined) continue;
    const agentId = findAgentId(resultText(block), facts);
    if (agentId !== undefined) linkAgent(session, agentId, toolCall, record.session);
    for (const agent of chainsOfCall(session, toolCall)) closeOpen(session, agent);
  }
  const said = readingDrafts(reading) ?? [];
  drafts.push(...said);
  if (reading?.what === 'collapsed' && results.length === 0) count(session, reading.as);
  if (drafts.length === 0) {
    collapseRecord(session, chain, record);
    return;
  }
  placeRecord(session, chain, record, drafts, blobs, []);
  if (results.length > 0) rememberDelivered(session, said);
  if (chain === 'main' && results.length === 0) endAgents(session);
}

/** Places the drafts of one record one behind the other; its children hang on the last. Returns the first turn. */
function placeRecord(
  session: Session,
  chain: string,
  record: ChainRecord,
  drafts: readonly Draft[],
  blobs: readonly ImportedBlob[],
  lines: readonly ChainRecord[],
): number {
  for (const blob of blobs) session.blobs.set(blob.hash, blob);
  const fresh = !session.chains.has(chain);
  let first = -1;
  let last = -1;
  for (const [i, draft] of drafts.entries()) {
    const key = i === 0 ? keyOf(record.uuid) : keyOf(`${record.uuid}#${i}`);
    const mayFork = record.type === 'user';
    const after = i === 0 ? {} : { after: last };
    last = placeTurn(session, { chain, record, draft, key, timeMs: record.timeMs, mayFork, ...after });
    if (i === 0) first = last;
    count(session, 'turns');
  }
  nameMark(session, record.uuid, last);
  for (const one of [record, ...lines]) {
    const mark = replayMark(one);
    if (mark !== undefined) nameMark(session, mark, last);
    if (one !== record) {
      const anchor = session.tree.anchors.get(record.uuid);
      if (anchor !== undefined) session.tree.anchors = new Map(session.tree.anchors).set(one.uuid, anchor);
      addAlias(session, one.uuid, last);
    }
  }
  const opening = drafts[0];
  if (fresh && chain !== 'main' && opening !== undefined) {
    const index = session.chains.get(chain) ?? 0;
    const conversation = session.conversations[index];
    if (conversation !== undefined) {
      session.conversations[index] = { ...conversation, ...describeAgent(session, chain, opening.item) };
    }
  }
  return first;
}

/** Prompts that left the queue and never became records: the model saw them before its next message. */
function placeQueued(session: Session, chain: string, open: Open, closer: Entry | undefined): void {
  const seen = new Set<string>();
  for (const draft of readingDrafts(closer?.reading) ?? []) seen.add(draftText(draft));
  for (const queued of open.queued) {
    const text = queued.text.trim();
    if (seen.has(text)) continue;
    if (session.delivered.includes(text)) {
      session.delivered = session.delivered.filter((other) => other !== text);
      continue;
    }
    const raw: JsonObject = { type: 'user', sessionId: queued.session, timestamp: queued.time };
    const record = findChainRecord({ ...raw, uuid: queuedKey(queued) }, 0);
    const after = findTip(session, chain);
    if (record === undefined) continue;
    const blobs: ImportedBlob[] = [];
    let behind = after;
    for (const [i, draft] of readQueuedPrompt(blocksOf(queued.text), blobs).entries()) {
      const key = keyOf(i === 0 ? record.uuid : `${record.uuid}#${i}`);
      const place = behind === undefined ? {} : { after: behind };
      behind = placeTurn(session, { chain, record, draft, key, timeMs: record.timeMs, mayFork: false, ...place });
      count(session, 'turns');
    }
  }
}

function readEntry(record: ChainRecord): Entry {
  const blobs: ImportedBlob[] = [];
  if (record.type === 'attachment') return { record, reading: readAttachment(record, blobs), blobs };
  if (record.type === 'system') {
    const content = record.raw.subtype === 'local_command' ? textOf(record.raw.content) : undefined;
    const flags = { meta: false, compactSummary: false };
    const reading = content === undefined ? undefined : readUserBlocks(blocksOf(content), flags, blobs);
    return { record, reading, blobs };
  }
  if (record.type !== 'user') return { record, reading: undefined, blobs };
  const content = contentOf(record);
  const said = content.filter((block) => block.type !== 'tool_result');
  if (said.length === 0 && content.length > 0) return { record, reading: undefined, blobs };
  const flags = { meta: record.raw.isMeta === true, compactSummary: record.raw.isCompactSummary === true };
  if (record.raw.isVisibleInTranscriptOnly === true && !flags.compactSummary) flags.meta = true;
  return { record, reading: readUserBlocks(said, flags, blobs), blobs };
}

function startsOpen(entry: Entry): Open | undefined {
  const { record, reading } = entry;
  if (isModelLine(record)) {
    const open = newOpen('message', record);
    open.draft = joinLine(emptyMessage, messageOfRecord(record));
    return open;
  }
  if (record.type === 'system' && record.raw.subtype === 'compact_boundary') return newOpen('boundary', record);
  if (reading?.what !== 'command') return undefined;
  const open = newOpen('command', record);
  open.command = reading.command;
  return open;
}

function newOpen(what: Open['what'], first: ChainRecord | undefined): Open {
  const messageId = what === 'message' && first !== undefined ? messageIdOf(first) : undefined;
  return { what, first, messageId, lines: [], draft: emptyMessage, command: undefined, buffer: [], queued: [] };
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
  return open;
}

function endAgents(session: Session): void {
  for (const chain of [...session.opens.keys()]) if (chain !== 'main') closeOpen(session, chain);
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
  for (const [chain, conversation] of session.chains) {
    if (turn === undefined || chain === 'main') continue;
    const branches = session.tree.branches;
    const run = session.tree.runs.findLast(([start]) => start <= turn);
    if (run !== undefined && branches[run[1]]?.conversation === conversation) return chain;
  }
  return `side:${parent}`;
}

/** A line of a model message; text that the client made up is none. */
function isModelLine(record: ChainRecord): boolean {
  return record.type === 'assistant' && messageOfRecord(record).model !== '<synthetic>';
}

function messageIdOf(record: ChainRecord): string {
  return textOf(messageOfRecord(record).id) ?? textOf(record.raw.requestId) ?? record.uuid;
}

/** Records that prove that the message before them has ended. */
function endsMessage(entry: Entry): boolean {
  const { record, reading } = entry;
  if (record.type === 'assistant') return true;
  if (record.type === 'system') return ENDING.has(textOf(record.raw.subtype) ?? '');
  if (record.type !== 'user' || record.raw.isMeta === true) return false;
  if (contentOf(record).some((block) => block.type === 'tool_result')) return false;
  return reading !== undefined && reading.what !== 'collapsed';
}

/** Records that never stand between a command and its output, or a boundary and its summary, as a turn. */
function isBookkeeping(entry: Entry): boolean {
  const { record, reading } = entry;
  if (record.type === 'user') return reading?.what === 'collapsed';
  if (record.type === 'assistant') return false;
  return reading === undefined && noteDraftsOf(record).length === 0 && record.raw.subtype !== 'compact_boundary';
}

function outputOf(entry: Entry | undefined): string | undefined {
  return entry?.reading?.what === 'output' ? entry.reading.output : undefined;
}

function readingDrafts(reading: Entry['reading']): readonly Draft[] | undefined {
  if (reading === undefined) return undefined;
  if (reading.what === 'drafts') return reading.drafts;
  if (reading.what === 'output') return [commandDraft(undefined, reading.output)];
  if (reading.what === 'command') return [commandDraft(reading.command, undefined)];
  return [];
}

/** Text that the client put where the model's would stand. */
function clientText(record: ChainRecord): readonly Draft[] {
  const text = contentOf(record)
    .map((block) => textOf(block.text) ?? '')
    .join('\n')
    .trim();
  if (text === '') return [];
  return [note(record.raw.isApiErrorMessage === true ? 'error' : 'notice', text)];
}

function rememberDelivered(session: Session, drafts: readonly Draft[]): void {
  const texts = drafts.filter((draft) => draft.kind === 'prompt').map(draftText);
  if (texts.length > 0) session.delivered = [...session.delivered, ...texts].slice(-8);
}

function draftText(draft: Draft): string {
  return draft.item.parts
    .map((part) => (part.type === 'text' ? part.content : ''))
    .join('\n')
    .trim();
}

/** Two records of one kind with the same parent, time and content are one: a compaction wrote it again. */
function replayMark(record: ChainRecord): string | undefined {
  if (record.timeMs === null || (record.type !== 'user' && record.type !== 'assistant')) return undefined;
  let content = '';
  for (const block of contentOf(record)) {
    const text = textOf(block.text) ?? textOf(block.thinking) ?? '';
    const id = textOf(block.id) ?? textOf(block.tool_use_id) ?? '';
    content += `${block.type} ${id} ${text.length} ${text.slice(0, 200)}\n`;
  }
  const message = textOf(messageOfRecord(record).id) ?? '';
  return `replay:${record.type} ${record.parent} ${record.timeMs} ${message} ${hash48(content)}`;
}

function nameMark(session: Session, mark: string, turn: number): void {
  const { tree } = session;
  const hash = hash48(mark);
  if (tree.known.has(hash)) return;
  tree.known.set(hash, turn);
  tree.log.push({ hash, turn });
}

function readOutput(session: Session, record: ChainRecord, name: string): Uint8Array | undefined {
  const { readBeside, path } = session.input;
  const own = /([^\\/]+)\.jsonl?$/.exec(path)?.[1];
  for (const folder of [own, record.session]) {
    const bytes = folder === undefined ? undefined : readBeside(`${folder}/tool-results/${name}`);
    if (bytes !== undefined) return bytes;
  }
  return session.fileAgent === undefined ? undefined : readBeside(`../tool-results/${name}`);
}

function noteUnknown(session: Session, kind: string, line: number): void {
  const known = session.unknown.get(kind);
  if (known !== undefined) known.count += 1;
  else if (session.unknown.size < 100) session.unknown.set(kind, { line, count: 1 });
}

const CHAIN_TYPES = new Set(['user', 'assistant', 'system', 'progress', 'attachment']);
const ENDING = new Set([
  'turn_duration',
  'stop_hook_summary',
  'compact_boundary',
  'api_error',
  'local_command',
  'away_summary',
]);
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

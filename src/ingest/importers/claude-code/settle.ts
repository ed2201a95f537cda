/** Turns what is whole into turns: messages, results, prompts, notes; or collapses it. */
/** Called when a record stands alone or when what was open has ended; order of calls is order of turns. */

import type { JsonObject } from '../../../base/json.ts';
import type { Item } from '../../../model/item.ts';
import type { ImportedBlob } from '../../kit/importer.ts';
import { chainsOfCall, forgetSide, linkAgent, noteCalls } from './agents.ts';
import { clientText, draftText, outputOf, readingDrafts, replayMark } from './entries.ts';
import { assistantItem } from './messages.ts';
import { addAlias, collapseRecord, findTip, placeTurn, toolAlias } from './place.ts';
import { commandDraft, type Draft, note, readQueuedPrompt } from './prompts.ts';
import { queuedKey } from './queue.ts';
import { blocksOf, type ChainRecord, contentOf, findChainRecord, textOf } from './records.ts';
import { responseDraft, resultText } from './results.ts';
import { count, type Entry, keyOf, type Open, type Session } from './session.ts';
import { noteDraftsOf } from './system.ts';
import { findAgentId } from './tools.ts';
import { findTurnOf, nameTurn } from './tree.ts';

export function closeOpen(session: Session, chain: string, closer?: Entry): void {
  const open = session.opens.get(chain);
  if (open === undefined) return;
  session.opens.delete(chain);
  forgetSide(session, chain);
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

export function endAgents(session: Session): void {
  for (const chain of [...session.opens.keys()]) if (chain !== 'main') closeOpen(session, chain);
}

/** Puts a record that is whole in its place, or collapses it. */
export function settle(session: Session, chain: string, entry: Entry): void {
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
  if (mark !== undefined && !again) nameTurn(session.tree, mark, turn);
  for (const id of noteCalls(session, item)) addAlias(session, toolAlias(id).slice(keyOf('').length), turn);
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
  nameTurn(session.tree, record.uuid, last);
  for (const one of [record, ...lines]) {
    const mark = replayMark(one);
    if (mark !== undefined) nameTurn(session.tree, mark, last);
    if (one !== record) {
      const anchor = session.tree.anchors.get(record.uuid);
      if (anchor !== undefined) session.tree.anchors.set(one.uuid, anchor);
      addAlias(session, one.uuid, last);
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

function rememberDelivered(session: Session, drafts: readonly Draft[]): void {
  const texts = drafts.filter((draft) => draft.kind === 'prompt').map(draftText);
  if (texts.length > 0) session.delivered = [...session.delivered, ...texts].slice(-8);
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

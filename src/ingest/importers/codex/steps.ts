/** What each record of a rollout means for the walk. */
/** Items say what was said; events only tell prompts from injected text, count tokens, and complete what an item leaves out. */

import type { JsonObject } from '../../../base/json.ts';
import { takeEvent } from './events.ts';
import { into, type MakeImage, takeAgentMessage, takeItem } from './item-steps.ts';
import { contentParts, contentText } from './items.ts';
import { type CodexRecord, findText } from './records.ts';
import { findSession, withFolder, withModel } from './session.ts';
import {
  addNote,
  addPending,
  COMPACTED,
  closeMessage,
  type Draft,
  enterTurn,
  releaseIfFree,
  type Walk,
} from './walk.ts';

/** Takes one record. False: its kind is unknown, and it was kept as a notice where it says something. */
export function takeRecord(walk: Walk, record: CodexRecord, makeImage: MakeImage): boolean {
  if (resolvePending(walk, record, makeImage)) return true;
  if (walk.settled.copying !== 'no' && record.type !== 'session_meta' && !endsCopy(walk, record)) return true;
  switch (record.type) {
    case 'session_meta':
      takeHeader(walk, record);
      return true;
    case 'turn_context':
      takeContext(walk, record.payload);
      return true;
    case 'response_item':
      return takeItem(walk, record, makeImage);
    case 'event_msg':
      if (record.payload.type !== 'user_message') return takeEvent(walk, record);
      takeUserEvent(walk, record);
      return true;
    case 'compacted':
      closeMessage(walk);
      addNote(walk, 'compaction', findText(record.payload.message) ?? COMPACTED, record.timeMs);
      walk.settled = { ...walk.settled, compacted: true };
      return true;
    case 'inter_agent_communication':
      takeAgentMessage(walk, record, makeImage);
      return true;
    default:
      // Headers of the first clients' state lines hold nothing that was said.
      return record.type.startsWith('record_type.');
  }
}

/** Takes what is held as it stands: nothing more will be written. */
export function settleWalk(walk: Walk): void {
  decidePending(walk);
  closeMessage(walk);
}

/** Texts that clients put into user messages. Anything else that a person may have typed stays a prompt. */
const INJECTED =
  /^\s*(?:# AGENTS\.md instructions|<(?:environment_context|user_instructions|permissions instructions|collaboration_mode|turn_aborted|subagent_notification|skill|skills_instructions|user_action|user_shell_command|INSTRUCTIONS)\b)/;

function takeHeader(walk: Walk, record: CodexRecord): void {
  const facts = findSession(record.payload, record.timeMs);
  if (facts === undefined) return;
  closeMessage(walk);
  const own = walk.settled.facts;
  if (own === null) {
    const session = facts.subagent ? facts.id : (facts.forkedFrom ?? facts.id);
    walk.settled = {
      ...walk.settled,
      facts,
      session,
      copying: facts.subagent && facts.forkedFrom !== undefined ? 'yes' : 'no',
    };
  } else if (own.id === facts.id) {
    walk.settled = { ...walk.settled, facts: { ...own, ...facts, models: own.models } };
  } else if (own.subagent) {
    if (walk.settled.first === null) walk.settled = { ...walk.settled, copying: 'yes' };
  } else {
    walk.settled = { ...walk.settled, session: facts.id };
  }
}

function takeContext(walk: Walk, payload: JsonObject): void {
  const turn = findText(payload.turn_id);
  if (turn !== undefined) enterTurn(walk, turn);
  const folder = findText(payload.cwd);
  if (folder !== undefined && walk.settled.facts !== null)
    walk.settled = { ...walk.settled, facts: withFolder(walk.settled.facts, folder) };
  const model = findText(payload.model);
  if (model === undefined) return;
  const facts = walk.settled.facts;
  walk.settled = { ...walk.settled, model, facts: facts === null ? null : withModel(facts, model) };
}

function takeUserEvent(walk: Walk, record: CodexRecord): void {
  if (walk.settled.twins > 0) {
    walk.settled = { ...walk.settled, twins: walk.settled.twins - 1 };
    return;
  }
  const text = findText(record.payload.message);
  if (text === undefined) return;
  const draft: Draft = {
    kind: 'prompt',
    timeMs: record.timeMs,
    parts: [{ type: 'text', content: text }],
    blobs: [],
    aliases: [],
  };
  addPending(walk, { draft, text, twin: true, flat: false });
}

/** Lets the record after a doubtful user text decide. True: the record belongs to that text and has been taken. */
function resolvePending(walk: Walk, record: CodexRecord, makeImage: MakeImage): boolean {
  const { pending } = walk;
  if (pending === null) return false;
  const { payload } = record;
  const isEvent = record.type === 'event_msg' && payload.type === 'user_message';
  if (!pending.twin && isEvent && pending.text.includes(findText(payload.message) ?? '')) {
    walk.pending = null;
    releaseIfFree(walk);
    return true;
  }
  const isItem = record.type === 'response_item' && payload.type === 'message' && payload.role === 'user';
  if (pending.twin && isItem && contentText(payload.content).includes(pending.text)) {
    pending.draft.parts = [...contentParts(payload.content, into(pending.draft, makeImage))];
    walk.pending = null;
    releaseIfFree(walk);
    return true;
  }
  decidePending(walk);
  return false;
}

function decidePending(walk: Walk): void {
  const { pending } = walk;
  if (pending === null) return;
  if (!pending.twin && (!pending.flat || INJECTED.test(pending.text))) pending.draft.kind = 'context';
  walk.pending = null;
  releaseIfFree(walk);
}

/**
 * A copied turn began before the session that copied it was made, the session's own turns after. Where clients do not write
 * when a turn began, the copy cannot be told apart and is kept from its first turn on.
 */
function endsCopy(walk: Walk, record: CodexRecord): boolean {
  const { payload } = record;
  const starts = payload.type === 'task_started' || payload.type === 'turn_started';
  if (!starts && (record.type !== 'turn_context' || walk.settled.copying === 'timed')) return false;
  const created = walk.settled.facts?.createdMs;
  const started = payload.started_at;
  const copied = starts && typeof started === 'number' && created !== undefined && started * 1000 + 999 < created;
  walk.settled = { ...walk.settled, copying: copied ? 'timed' : 'no' };
  return !copied;
}

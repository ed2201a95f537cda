/** What each record of a rollout means for the walk. */
/** Items say what was said; events only tell prompts from injected text, count tokens, and complete what an item leaves out. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import type { NoteKind, Part } from '../../model/item.ts';
import type { ImportedBlob } from '../importer.ts';
import { contentParts, contentText, findToolCall, findUsage, type ImagePart, reasoningParts } from './codex-items.ts';
import { type CodexRecord, findText } from './codex-records.ts';
import { findSession, withModel } from './codex-session.ts';
import { findDuration, findPatchDiff, readToolOutput } from './codex-tools.ts';
import {
  addDraft,
  addPending,
  type CallEnd,
  closeMessage,
  type Draft,
  enterTurn,
  openMessage,
  releaseIfFree,
  rollBack,
  type Walk,
} from './codex-walk.ts';

/** Makes the part of an image and adds its bytes to `blobs`; undefined: unusable, and reported. */
export type MakeImage = (url: string, blobs: ImportedBlob[]) => Part | undefined;

/** Takes one record. False: its kind is unknown, and it was kept as a notice where it says something. */
export function takeRecord(walk: Walk, record: CodexRecord, makeImage: MakeImage): boolean {
  if (resolvePending(walk, record, makeImage)) return true;
  if (walk.settled.copying && record.type !== 'session_meta' && !endsCopy(walk, record)) return true;
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
      return takeEvent(walk, record);
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

const COMPACTED = 'The conversation so far was compacted.';
/** Texts that clients put into user messages. Anything else that a person may have typed stays a prompt. */
const INJECTED =
  /^\s*(?:# AGENTS\.md instructions|<(?:environment_context|user_instructions|permissions instructions|collaboration_mode|turn_aborted|subagent_notification|skill|skills_instructions|user_action|user_shell_command|INSTRUCTIONS)\b)/;
const MAYBE_INJECTED = /^\s*(?:<[A-Za-z]|# AGENTS\.md)/;

function takeHeader(walk: Walk, record: CodexRecord): void {
  const facts = findSession(record.payload, record.timeMs);
  if (facts === undefined) return;
  closeMessage(walk);
  const own = walk.settled.facts;
  if (own === null) {
    const session = facts.subagent ? facts.id : (facts.forkedFrom ?? facts.id);
    walk.settled = { ...walk.settled, facts, session, copying: facts.subagent && facts.forkedFrom !== undefined };
  } else if (own.id === facts.id) {
    walk.settled = { ...walk.settled, facts: { ...own, ...facts, models: own.models } };
  } else if (own.subagent) {
    if (walk.settled.first === null) walk.settled = { ...walk.settled, copying: true };
  } else {
    walk.settled = { ...walk.settled, session: facts.id };
  }
}

function takeContext(walk: Walk, payload: JsonObject): void {
  const turn = findText(payload.turn_id);
  if (turn !== undefined) enterTurn(walk, turn);
  const model = findText(payload.model);
  if (model === undefined) return;
  const facts = walk.settled.facts;
  walk.settled = { ...walk.settled, model, facts: facts === null ? null : withModel(facts, model) };
}

function takeItem(walk: Walk, record: CodexRecord, makeImage: MakeImage): boolean {
  const { payload, timeMs } = record;
  switch (payload.type) {
    case 'message':
      takeMessage(walk, record, makeImage);
      return true;
    case 'reasoning':
      extend(walk, timeMs, () => reasoningParts(payload));
      return true;
    case 'function_call':
    case 'custom_tool_call':
    case 'local_shell_call':
    case 'web_search_call':
    case 'tool_search_call':
      extend(walk, timeMs, (draft) => callParts(payload, draft));
      return true;
    case 'image_generation_call':
      extend(walk, timeMs, (draft) => [...callParts(payload, draft), ...generatedImage(payload, draft, makeImage)]);
      return true;
    case 'function_call_output':
    case 'custom_tool_call_output':
    case 'local_shell_call_output':
    case 'mcp_tool_call_output':
    case 'tool_search_output':
      takeOutput(walk, record, makeImage);
      return true;
    case 'agent_message':
      takeAgentMessage(walk, record, makeImage);
      return true;
    case 'compaction':
    case 'context_compaction':
    case 'compaction_summary':
    case 'compaction_trigger':
    case 'ghost_snapshot':
    case 'additional_tools':
    case 'item_reference':
    case 'other':
      return true;
    default: {
      const { encrypted_content: _, ...rest } = payload;
      addNote(walk, 'notice', JSON.stringify(rest), timeMs);
      return false;
    }
  }
}

function takeMessage(walk: Walk, record: CodexRecord, makeImage: MakeImage): void {
  const { payload, timeMs, flat } = record;
  const role = payload.role;
  if (role === 'assistant') {
    extend(walk, timeMs, (draft) => contentParts(payload.content, into(draft, makeImage)));
    return;
  }
  const kind = role === 'user' ? 'prompt' : 'context';
  const draft = newDraft(kind, timeMs, payload.content, makeImage);
  if (draft.parts.length === 0) return;
  const text = contentText(payload.content);
  if (kind === 'prompt' && MAYBE_INJECTED.test(text)) addPending(walk, { draft, text, twin: false, flat });
  else addDraft(walk, draft);
  if (kind === 'prompt' && walk.pending === null) walk.settled = { ...walk.settled, twins: walk.settled.twins + 1 };
}

function takeAgentMessage(walk: Walk, record: CodexRecord, makeImage: MakeImage): void {
  const { payload, timeMs } = record;
  // The task that a sub-agent is given is its prompt; later messages between agents are not a person's.
  const first = walk.settled.facts?.subagent === true && walk.settled.prompts === null;
  const draft = newDraft(first ? 'prompt' : 'note', timeMs, payload.content, makeImage);
  if (draft.parts.length > 0) addDraft(walk, draft);
}

function takeOutput(walk: Walk, record: CodexRecord, makeImage: MakeImage): void {
  const { payload, timeMs } = record;
  const id = findText(payload.call_id) ?? findText(payload.id) ?? '';
  const output = readToolOutput(payload.output ?? payload.tools);
  const { [id]: end, ...ends } = walk.settled.ends;
  const blobs: ImportedBlob[] = [];
  const images = output.images.flatMap((url) => makeImage(url, blobs) ?? []);
  const known = Object.hasOwn(walk.settled.ends, id) ? end : undefined;
  const exit = output.exit_code ?? known?.exit_code;
  const duration = output.duration_ms ?? known?.duration_ms;
  const failed = output.failed || known?.failed === true || (exit !== undefined && exit !== 0);
  const part: Part = {
    type: 'tool_call_response',
    id,
    response: output.response,
    status: output.cancelled ? 'cancelled' : failed ? 'error' : 'ok',
    ...(exit !== undefined && { exit_code: exit }),
    ...(duration !== undefined && { duration_ms: duration }),
    ...(known?.diff !== undefined && { diff: known.diff }),
  };
  addDraft(walk, { kind: 'output', timeMs, parts: [part, ...images], blobs, aliases: [] });
  if (known !== undefined) walk.settled = { ...walk.settled, ends };
  if (typeof output.response === 'string' && output.response.startsWith('{'))
    linkSpawnOutput(walk, id, output.response);
}

function takeEvent(walk: Walk, record: CodexRecord): boolean {
  const { payload, timeMs } = record;
  const call = findText(payload.call_id);
  switch (payload.type) {
    case 'user_message':
      takeUserEvent(walk, record);
      return true;
    case 'token_count':
      takeTokenCount(walk, payload.info);
      return true;
    case 'task_started':
    case 'turn_started': {
      const turn = findText(payload.turn_id);
      closeMessage(walk);
      if (turn !== undefined) enterTurn(walk, turn);
      return true;
    }
    case 'task_complete':
    case 'turn_complete':
      closeMessage(walk);
      return true;
    case 'turn_aborted':
      closeMessage(walk);
      addNote(walk, 'interrupt', `Interrupted: ${findText(payload.reason) ?? 'no reason given'}.`, timeMs);
      return true;
    case 'thread_rolled_back':
      if (typeof payload.num_turns === 'number') rollBack(walk, payload.num_turns);
      return true;
    case 'context_compacted':
      if (walk.settled.compacted) walk.settled = { ...walk.settled, compacted: false };
      else addNote(walk, 'compaction', COMPACTED, timeMs);
      return true;
    case 'error':
    case 'stream_error':
      addNote(walk, 'error', findText(payload.message) ?? 'The agent reported an error.', timeMs);
      return true;
    case 'entered_review_mode':
      addNote(walk, 'notice', `Review: ${findText(payload.user_facing_hint) ?? 'started'}`, timeMs);
      return true;
    case 'patch_apply_end': {
      const diff = findPatchDiff(payload.changes);
      if (call !== undefined)
        endCall(walk, call, { ...(diff !== undefined && { diff }), failed: payload.success === false });
      return true;
    }
    case 'exec_command_end': {
      const exit = payload.exit_code;
      if (call !== undefined)
        endCall(walk, call, { ...timing(payload), ...(typeof exit === 'number' && { exit_code: exit }) });
      return true;
    }
    case 'mcp_tool_call_end':
      if (call !== undefined) endCall(walk, call, { ...timing(payload), failed: mcpFailed(payload.result) });
      return true;
    case 'web_search_end':
      takeSearchEnd(walk, payload);
      return true;
    case 'collab_agent_spawn_end':
      linkSpawned(walk, call, findText(payload.new_thread_id));
      return true;
    case 'sub_agent_activity':
      linkSpawned(walk, call ?? findText(payload.event_id), findText(payload.agent_thread_id));
      return true;
    case 'thread_name_updated': {
      const title = findText(payload.thread_name);
      const facts = walk.settled.facts;
      if (title !== undefined && facts !== null) walk.settled = { ...walk.settled, facts: { ...facts, title } };
      return true;
    }
    default:
      return typeof payload.type === 'string' && TWINS.has(payload.type);
  }
}

/** Events that repeat an item, or report progress of something whose end is an item. */
const TWINS: ReadonlySet<string> = new Set([
  'agent_message',
  'agent_reasoning',
  'agent_reasoning_raw_content',
  'agent_reasoning_section_break',
  'exec_command_begin',
  'exited_review_mode',
  'image_generation_end',
  'item_completed',
  'item_started',
  'mcp_tool_call_begin',
  'patch_apply_begin',
  'plan_update',
  'thread_goal_updated',
  'turn_diff',
  'view_image_tool_call',
  'collab_agent_interaction_end',
  'collab_waiting_end',
  'collab_close_end',
  'collab_resume_end',
  'warning',
]);

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
    pending.draft.parts = contentParts(payload.content, into(pending.draft, makeImage));
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

/** A copied turn began long before the session that copied it; the session's own turns began after. Without the time nothing is left out. */
function endsCopy(walk: Walk, record: CodexRecord): boolean {
  const { payload } = record;
  const starts = payload.type === 'task_started' || payload.type === 'turn_started';
  if (!starts && record.type !== 'turn_context') return false;
  const created = walk.settled.facts?.createdMs;
  const started = payload.started_at;
  const copied = starts && typeof started === 'number' && created !== undefined && started * 1000 + 999 < created;
  if (copied || (!starts && walk.settled.turnId !== null)) return false;
  walk.settled = { ...walk.settled, copying: false };
  return true;
}

function takeTokenCount(walk: Walk, info: JsonValue | undefined): void {
  if (!isJsonObject(info)) return;
  const total = JSON.stringify(info.total_token_usage ?? null);
  if (total === walk.settled.total) return;
  walk.settled = { ...walk.settled, total };
  if (walk.message === null) return;
  const usage = findUsage(info.last_token_usage);
  if (usage !== undefined) walk.message.usage = usage;
  closeMessage(walk);
}

function takeSearchEnd(walk: Walk, payload: JsonObject): void {
  const query = findText(payload.query);
  if (walk.message === null || query === undefined) return;
  walk.message.parts = walk.message.parts.map((part) =>
    part.type === 'tool_call' && part.name === 'web_search' && Object.keys(part.arguments ?? {}).length === 0
      ? { ...part, arguments: { query } }
      : part,
  );
}

/** Completes the output of `call`: it usually comes after this event, and before it in some versions. */
function endCall(walk: Walk, call: string, end: CallEnd): void {
  for (const draft of walk.queue) {
    const [part] = draft.parts;
    if (part?.type !== 'tool_call_response' || part.id !== call) continue;
    const { failed, ...known } = end;
    draft.parts = [
      { ...known, ...part, ...(failed === true && { status: 'error' as const }) },
      ...draft.parts.slice(1),
    ];
    return;
  }
  walk.settled = { ...walk.settled, ends: { ...walk.settled.ends, [call]: end } };
}

/** A sub-agent names the turn that started it by this alias, because it knows its own id only. */
export function spawnAlias(session: string): string {
  return `codex:started/${session}`;
}

function linkSpawned(walk: Walk, call: string | undefined, session: string | undefined): void {
  if (call === undefined || session === undefined || walk.settled.spawned.includes(session)) return;
  const draft = walk.queue.find((held) => held.parts.some((part) => part.type === 'tool_call' && part.id === call));
  if (draft !== undefined) draft.aliases.push(spawnAlias(session));
  else {
    if (!Object.hasOwn(walk.settled.spawnCalls, call)) return;
    walk.aliases.push([spawnAlias(session), walk.settled.spawnCalls[call] ?? '']);
  }
  walk.settled = { ...walk.settled, spawned: [...walk.settled.spawned, session] };
}

/** The output of a spawning call names the new session where no event does. */
function linkSpawnOutput(walk: Walk, call: string, response: string): void {
  const session = /"(?:agent_id|new_thread_id|thread_id)"\s*:\s*"([0-9a-f-]{36})"/.exec(response)?.[1];
  const spawns = walk.queue.some((held) =>
    held.parts.some((part) => part.type === 'tool_call' && part.id === call && part.name.includes('spawn')),
  );
  if (spawns || Object.hasOwn(walk.settled.spawnCalls, call)) linkSpawned(walk, call, session);
}

function extend(walk: Walk, timeMs: number | null, parts: (draft: Draft) => readonly Part[]): void {
  const draft = openMessage(walk, timeMs);
  draft.parts = [...draft.parts, ...parts(draft)];
}

function callParts(payload: JsonObject, draft: Draft): readonly Part[] {
  const call = findToolCall(payload, draft.parts.length);
  return call === undefined ? [] : [call];
}

function generatedImage(payload: JsonObject, draft: Draft, makeImage: MakeImage): readonly Part[] {
  const data = findText(payload.result);
  const part = data === undefined ? undefined : makeImage(`data:image/png;base64,${data}`, draft.blobs);
  return part === undefined ? [] : [part];
}

function addNote(walk: Walk, note: NoteKind, content: string, timeMs: number | null): void {
  addDraft(walk, { kind: 'note', note, timeMs, parts: [{ type: 'text', content }], blobs: [], aliases: [] });
}

function newDraft(
  kind: Draft['kind'],
  timeMs: number | null,
  content: JsonValue | undefined,
  makeImage: MakeImage,
): Draft {
  const draft: Draft = {
    kind,
    timeMs,
    parts: [],
    blobs: [],
    aliases: [],
    ...(kind === 'note' && { note: 'notice' as const }),
  };
  draft.parts = contentParts(content, into(draft, makeImage));
  return draft;
}

function into(draft: Draft, makeImage: MakeImage): ImagePart {
  return (url) => makeImage(url, draft.blobs);
}

function timing(payload: JsonObject): CallEnd {
  const duration = findDuration(payload.duration);
  return duration === undefined ? {} : { duration_ms: duration };
}

function mcpFailed(result: JsonValue | undefined): boolean {
  if (!isJsonObject(result)) return false;
  const ok = isJsonObject(result.Ok) ? result.Ok : result;
  return result.Err !== undefined || ok.isError === true || ok.is_error === true;
}

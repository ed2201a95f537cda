/** What each record of a rollout means. */
/** Items say what was said; events only tell prompts from injected text, count tokens, and complete what an item leaves out. */

import type { JsonObject, JsonValue } from '../../../base/json.ts';
import type { Part, ToolCallResponsePart } from '../../../model/item.ts';
import type { ImportedBlob } from '../../kit/importer.ts';
import type { Reading } from '../../kit/reading.ts';
import type { Draft } from '../../kit/record.ts';
import { takeEvent } from './events.ts';
import { contentParts, contentText, findToolCall, imageParts, reasoningParts } from './items.ts';
import { type CodexRecord, findRecord, findText } from './records.ts';
import { findSession } from './session.ts';
import { COMPACTED, closeMessage, enterTurn, type State, startedId, takeNote, takeSaid, takeTurn } from './state.ts';
import { readToolOutput } from './tools.ts';

/** Takes one record. Unknown kinds are named, and kept as a notice where they say something. */
export function takeRecord(state: State, record: CodexRecord, reading: Reading): State {
  if (state.copying !== 'no' && record.type !== 'session_meta') {
    const copying = copyGoesOn(state, record);
    if (copying !== 'no') return { ...state, copying };
    return takeRecord({ ...state, copying }, record, reading);
  }
  const { type, payload, timeMs } = record;
  switch (type) {
    case 'session_meta':
      return takeHeader(state, record, reading);
    case 'turn_context':
      return takeContext(state, payload, reading);
    case 'response_item':
      return takeItem(state, record, reading);
    case 'event_msg':
      return payload.type === 'user_message'
        ? takeUserEvent(state, record, reading)
        : takeEvent(state, record, reading);
    case 'compacted': {
      const closed = closeMessage(state, reading);
      const noted = takeNote(closed, reading, 'compaction', findText(payload.message) ?? COMPACTED, timeMs);
      return { ...noted, compacted: true };
    }
    case 'inter_agent_communication':
      return takeAgentMessage(state, record, reading);
    default:
      // state lines of the first clients hold nothing that was said
      if (!type.startsWith('record_type.')) reading.unknown(type.slice(0, 80));
      return state;
  }
}

/** Whether the next record tells what a user text is. */
export function isDoubtful(state: State, { type, payload }: CodexRecord): boolean {
  if (state.copying !== 'no') return false;
  if (type === 'event_msg') {
    return payload.type === 'user_message' && state.twins === 0 && findText(payload.message) !== undefined;
  }
  return isUserItem(type, payload) && state.told === null && MAYBE_INJECTED.test(contentText(payload.content));
}

const MAYBE_INJECTED = /^\s*(?:<[A-Za-z]|# AGENTS\.md)/;

/** Texts that clients put into user messages. Anything else that a person may have typed stays a prompt. */
const INJECTED =
  /^\s*(?:# AGENTS\.md instructions|<(?:environment_context|user_instructions|permissions instructions|collaboration_mode|turn_aborted|subagent_notification|skill|skills_instructions|user_action|user_shell_command|INSTRUCTIONS)\b)/;

function isUserItem(type: string, { type: kind, role }: JsonObject): boolean {
  return type === 'response_item' && kind === 'message' && role === 'user';
}

function takeHeader(state: State, { payload, timeMs }: CodexRecord, reading: Reading): State {
  const facts = findSession(payload, timeMs);
  if (facts === undefined) return state;
  const closed = closeMessage(state, reading);
  const own = state.facts;
  if (own === null) {
    const session = facts.subagent ? facts.id : (facts.forkedFrom ?? facts.id);
    return { ...closed, facts, session, copying: facts.subagent && facts.forkedFrom !== undefined ? 'yes' : 'no' };
  }
  if (own.id === facts.id) return { ...closed, facts: { ...own, ...facts } };
  if (!own.subagent) return { ...closed, session: facts.id };
  return state.began ? closed : { ...closed, copying: 'yes' };
}

/**
 * A copied turn began before the session that copied it was made, the session's own turns after. Where clients do not write
 * when a turn began, the copy cannot be told apart and is kept from its first turn on.
 */
function copyGoesOn(state: State, { type, payload }: CodexRecord): State['copying'] {
  const starts = payload.type === 'task_started' || payload.type === 'turn_started';
  if (!starts && (type !== 'turn_context' || state.copying === 'timed')) return state.copying;
  const created = state.facts?.createdMs;
  const started = payload.started_at;
  const copied = starts && typeof started === 'number' && created !== undefined && started * 1000 + 999 < created;
  return copied ? 'timed' : 'no';
}

function takeContext(state: State, payload: JsonObject, reading: Reading): State {
  const turn = findText(payload.turn_id);
  const entered = turn === undefined ? state : enterTurn(state, reading, turn);
  return {
    ...entered,
    folder: findText(payload.cwd) ?? entered.folder,
    model: findText(payload.model) ?? entered.model,
  };
}

/** Repeats a prompt, or is all that tells it. Its item may come next. */
function takeUserEvent(state: State, { payload, timeMs }: CodexRecord, reading: Reading): State {
  if (state.twins > 0) return { ...state, twins: state.twins - 1 };
  const text = findText(payload.message);
  if (text === undefined) return state;
  const next = nextOf(reading);
  if (next !== undefined && isUserItem(next.type, next.payload) && contentText(next.payload.content).includes(text)) {
    return { ...state, told: { timeMs } };
  }
  return takeTurn(state, reading, promptOf([{ type: 'text', content: text }]), timeMs);
}

const promptOf = (parts: readonly Part[]): Draft => ({ kind: 'prompt', item: { role: 'user', parts } });

function nextOf({ next }: Reading): CodexRecord | undefined {
  return next === undefined ? undefined : findRecord(next);
}

function takeItem(state: State, record: CodexRecord, reading: Reading): State {
  const { payload, timeMs } = record;
  switch (payload.type) {
    case 'message':
      return takeMessage(state, record, reading);
    case 'reasoning':
      return takeSaid(state, reading, reasoningParts(payload), timeMs);
    case 'function_call':
    case 'custom_tool_call':
    case 'local_shell_call':
    case 'web_search_call':
    case 'tool_search_call':
    case 'image_generation_call':
      return takeCall(state, record, reading);
    case 'function_call_output':
    case 'custom_tool_call_output':
    case 'local_shell_call_output':
    case 'mcp_tool_call_output':
    case 'tool_search_output':
      return takeOutput(state, record, reading);
    case 'agent_message':
      return takeAgentMessage(state, record, reading);
    case 'compaction':
    case 'context_compaction':
    case 'compaction_summary':
    case 'compaction_trigger':
    case 'ghost_snapshot':
    case 'additional_tools':
    case 'item_reference':
    case 'other':
      return state;
    default: {
      const { encrypted_content: _, ...rest } = payload;
      reading.unknown(`response_item.${findText(payload.type) ?? ''}`.slice(0, 80));
      return takeNote(state, reading, 'notice', JSON.stringify(rest), timeMs);
    }
  }
}

function takeMessage(state: State, record: CodexRecord, reading: Reading): State {
  const { payload, timeMs } = record;
  const blobs: ImportedBlob[] = [];
  const parts = contentParts(payload.content, reading, blobs);
  if (payload.role === 'assistant') return takeSaid(state, reading, parts, timeMs, blobs);
  const { told } = state;
  const before: State = told === null ? state : { ...state, told: null };
  if (told !== null) {
    return parts.length === 0 ? before : takeTurn(before, reading, promptOf(parts), told.timeMs, blobs);
  }
  if (parts.length === 0) return state;
  if (payload.role === 'user' && isTyped(record, reading)) {
    const taken = takeTurn(state, reading, promptOf(parts), timeMs, blobs);
    return { ...taken, twins: taken.twins + 1 };
  }
  return takeTurn(state, reading, { kind: 'note', item: { role: 'system', parts, note: 'context' } }, timeMs, blobs);
}

/** Whether a person typed a user text: its event follows it, where clients write events. */
function isTyped({ payload, flat }: CodexRecord, reading: Reading): boolean {
  const text = contentText(payload.content);
  if (!MAYBE_INJECTED.test(text)) return true;
  const next = nextOf(reading);
  const isEvent = next?.type === 'event_msg' && next.payload.type === 'user_message';
  return (isEvent && text.includes(findText(next.payload.message) ?? '')) || (flat && !INJECTED.test(text));
}

/** A message between agents. The task that a sub-agent is given is its prompt; later ones are not a person's. */
function takeAgentMessage(state: State, { payload, timeMs }: CodexRecord, reading: Reading): State {
  const blobs: ImportedBlob[] = [];
  const parts = contentParts(payload.content, reading, blobs);
  if (parts.length === 0) return state;
  const first = state.facts?.subagent === true && !state.asked;
  const notice: Draft = { kind: 'note', item: { role: 'system', parts, note: 'notice' } };
  return takeTurn(state, reading, first ? promptOf(parts) : notice, timeMs, blobs);
}

function takeCall(state: State, { payload, timeMs }: CodexRecord, reading: Reading): State {
  const blobs: ImportedBlob[] = [];
  const call = findToolCall(payload, state.message?.open === true ? state.message.parts : 0);
  const data = payload.type === 'image_generation_call' ? findText(payload.result) : undefined;
  const image = data === undefined ? [] : imageParts(`data:image/png;base64,${data}`, reading, blobs);
  return takeSaid(state, reading, [...(call === undefined ? [] : [call]), ...image], timeMs, blobs);
}

function takeOutput(state: State, { payload, timeMs }: CodexRecord, reading: Reading): State {
  const id = findText(payload.call_id) ?? findText(payload.id) ?? '';
  const output = readToolOutput(payload.output ?? payload.tools);
  const { response, exit_code: exit, duration_ms: duration } = output;
  const failed = output.failed || (exit !== undefined && exit !== 0);
  const part: ToolCallResponsePart = {
    ...{ type: 'tool_call_response', id, response, status: output.cancelled ? 'cancelled' : failed ? 'error' : 'ok' },
    ...(exit !== undefined && { exit_code: exit }),
    ...(duration !== undefined && { duration_ms: duration }),
  };
  const blobs: ImportedBlob[] = [];
  const images = output.images.flatMap((url) => imageParts(url, reading, blobs));
  const item = { role: 'tool' as const, parts: [part, ...images] };
  const taken = takeTurn(state, reading, { kind: 'response', item }, timeMs, blobs);
  const session = startedIn(response);
  if (session !== undefined) reading.nameCall(id, startedId(session));
  return taken;
}

/** The session that a spawning call names in its output, where no event does. */
function startedIn(response: JsonValue): string | undefined {
  if (typeof response !== 'string' || !response.startsWith('{')) return undefined;
  return /"(?:agent_id|new_thread_id|thread_id)"\s*:\s*"([0-9a-f-]{36})"/.exec(response)?.[1];
}

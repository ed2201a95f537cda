/** What the events of a rollout add to its items. */
/** Events mostly repeat items; these count tokens, end calls, mark turns and name sub-agents. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import type { Reading } from '../../kit/reading.ts';
import type { CallEnd } from '../../kit/record.ts';
import { findUsage } from './items.ts';
import { type CodexRecord, findText, findWhole } from './records.ts';
import { COMPACTED, closeMessage, enterTurn, type State, startedId, takeNote, takeUsage } from './state.ts';
import { findDuration, findPatchDiff } from './tools.ts';

/** Takes an event that is no user message. */
export function takeEvent(state: State, record: CodexRecord, reading: Reading): State {
  const { payload, timeMs } = record;
  const call = findText(payload.call_id);
  const note = takeNote.bind(null, state, reading);
  switch (payload.type) {
    case 'token_count':
      return takeTokenCount(state, payload.info, reading);
    case 'task_started':
    case 'turn_started': {
      const turn = findText(payload.turn_id);
      const closed = closeMessage(state, reading);
      return turn === undefined ? closed : enterTurn(closed, reading, turn);
    }
    case 'task_complete':
    case 'turn_complete':
      return closeMessage(state, reading);
    case 'turn_aborted': {
      const why = `Interrupted: ${findText(payload.reason) ?? 'no reason given'}.`;
      return takeNote(closeMessage(state, reading), reading, 'interrupt', why, timeMs);
    }
    case 'thread_rolled_back':
      if (typeof payload.num_turns !== 'number') return state;
      return rollBack(state, payload.num_turns, reading);
    case 'context_compacted':
      return state.compacted ? { ...state, compacted: false } : note('compaction', COMPACTED, timeMs);
    case 'error':
    case 'stream_error':
      return note('error', findText(payload.message) ?? 'The agent reported an error.', timeMs);
    case 'entered_review_mode':
      return note('notice', `Review: ${findText(payload.user_facing_hint) ?? 'started'}`, timeMs);
    case 'patch_apply_end':
    case 'exec_command_end':
    case 'mcp_tool_call_end':
      if (call !== undefined) reading.endCall(call, endOf(payload));
      return state;
    case 'web_search_end':
      return takeSearchEnd(state, payload, reading);
    case 'collab_agent_spawn_end':
      return linkStarted(state, call, findText(payload.new_thread_id), reading);
    case 'sub_agent_activity':
      return linkStarted(state, call ?? findText(payload.event_id), findText(payload.agent_thread_id), reading);
    case 'thread_name_updated': {
      const title = findText(payload.thread_name);
      return title === undefined || state.facts === null ? state : { ...state, facts: { ...state.facts, title } };
    }
    default: {
      const kind = findText(payload.type);
      if (kind === undefined || !TWINS.has(kind)) reading.unknown(`event_msg.${kind ?? ''}`.slice(0, 80));
      return state;
    }
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

function takeTokenCount(state: State, info: JsonValue | undefined, reading: Reading): State {
  if (!isJsonObject(info)) return state;
  const total = JSON.stringify(info.total_token_usage ?? null);
  if (total === state.total) return state;
  const counted = { ...state, total };
  if (state.message === null) return counted;
  const usage = findUsage(info.last_token_usage);
  if (usage !== undefined) takeUsage(state, reading, usage);
  return closeMessage(counted, reading);
}

/** The next prompt stands where the first of the abandoned ones did; those stay as a branch. */
function rollBack(state: State, prompts: number, reading: Reading): State {
  const closed = closeMessage(state, reading);
  reading.rewind(prompts);
  return closed;
}

function takeSearchEnd(state: State, payload: JsonObject, reading: Reading): State {
  const query = findText(payload.query);
  if (state.message === null || query === undefined) return state;
  for (const call of state.message.searches) reading.argueCall(call, { query });
  return { ...state, message: { ...state.message, searches: [] } };
}

function linkStarted(state: State, call: string | undefined, session: string | undefined, reading: Reading): State {
  if (call !== undefined && session !== undefined) reading.nameCall(call, startedId(session));
  return state;
}

function endOf(payload: JsonObject): CallEnd {
  if (payload.type === 'patch_apply_end') {
    const diff = findPatchDiff(payload.changes);
    return { ...(diff !== undefined && { diff }), failed: payload.success === false };
  }
  if (payload.type === 'mcp_tool_call_end') return { ...timing(payload), failed: mcpFailed(payload.result) };
  const exit = findWhole(payload.exit_code);
  return { ...timing(payload), ...(exit !== undefined && { exit_code: exit }) };
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

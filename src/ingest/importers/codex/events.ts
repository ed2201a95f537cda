/** What the events of a rollout add to its items. */
/** Events mostly repeat items; these count tokens, end calls, mark turns and name sub-agents. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import { findUsage } from './items.ts';
import { type CodexRecord, findText, findWhole } from './records.ts';
import { linkSpawned } from './spawns.ts';
import type { CallEnd } from './state.ts';
import { findDuration, findPatchDiff } from './tools.ts';
import { addNote, COMPACTED, closeMessage, enterTurn, rollBack, type Walk } from './walk.ts';

/** Takes an event that is no user message. False: its kind is unknown. */
export function takeEvent(walk: Walk, record: CodexRecord): boolean {
  const { payload, timeMs } = record;
  const call = findText(payload.call_id);
  switch (payload.type) {
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
      const exit = findWhole(payload.exit_code);
      if (call !== undefined)
        endCall(walk, call, { ...timing(payload), ...(exit !== undefined && { exit_code: exit }) });
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
  const { parts, searched = 0 } = walk.message;
  for (let i = searched; i < parts.length; i++) {
    const part = parts[i];
    if (part?.type === 'tool_call' && part.name === 'web_search' && Object.keys(part.arguments ?? {}).length === 0)
      parts[i] = { ...part, arguments: { query } };
  }
  walk.message.searched = parts.length;
}

/** Completes the output of `call`: it usually comes after this event, and before it in some versions. */
function endCall(walk: Walk, call: string, end: CallEnd): void {
  const draft = walk.held.outputs.get(call);
  const part = draft?.parts[0];
  if (draft === undefined || part?.type !== 'tool_call_response') {
    walk.settled.ends.set(call, end);
    return;
  }
  const { failed, ...known } = end;
  draft.parts[0] = { ...known, ...part, ...(failed === true && { status: 'error' as const }) };
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

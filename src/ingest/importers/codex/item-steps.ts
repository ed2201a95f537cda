/** What the response items of a rollout add to the walk. */
/** Items are what was said: prompts, the model's messages and calls, the outputs of tools. */

import type { JsonObject, JsonValue } from '../../../base/json.ts';
import type { Part } from '../../../model/item.ts';
import type { ImportedBlob } from '../../kit/importer.ts';
import { contentParts, contentText, findToolCall, type ImagePart, reasoningParts } from './items.ts';
import { type CodexRecord, findText } from './records.ts';
import { linkSpawnOutput } from './spawns.ts';
import { readToolOutput } from './tools.ts';
import { addDraft, addNote, addParts, addPending, type Draft, openMessage, type Walk } from './walk.ts';

/** Makes the part of an image and adds its bytes to `blobs`; undefined: unusable, and reported. */
export type MakeImage = (url: string, blobs: ImportedBlob[]) => Part | undefined;

/** Takes a response item. False: its kind is unknown, and it was kept as a notice. */
export function takeItem(walk: Walk, record: CodexRecord, makeImage: MakeImage): boolean {
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

/** A message between agents. */
export function takeAgentMessage(walk: Walk, record: CodexRecord, makeImage: MakeImage): void {
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
  const blobs: ImportedBlob[] = [];
  const images = output.images.flatMap((url) => makeImage(url, blobs) ?? []);
  const known = walk.settled.ends.get(id);
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
  if (known !== undefined) walk.settled.ends.delete(id);
  if (typeof output.response === 'string' && output.response.startsWith('{'))
    linkSpawnOutput(walk, id, output.response);
}

function extend(walk: Walk, timeMs: number | null, parts: (draft: Draft) => readonly Part[]): void {
  const draft = openMessage(walk, timeMs);
  addParts(walk, draft, parts(draft));
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
  draft.parts = [...contentParts(content, into(draft, makeImage))];
  return draft;
}

export function into(draft: Draft, makeImage: MakeImage): ImagePart {
  return (url) => makeImage(url, draft.blobs);
}

/** Injected or typed: the next record tells. */
const MAYBE_INJECTED = /^\s*(?:<[A-Za-z]|# AGENTS\.md)/;

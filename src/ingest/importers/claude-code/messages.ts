/** Joins the lines of one model message into one item. */
/** Clients write a message as several lines that repeat or continue each other; both kinds end in the same blocks. */

import { canonicalJson, type JsonObject, type JsonValue } from '../../../base/json.ts';
import { limits } from '../../../base/limits.ts';
import type { Item, Part, Usage } from '../../../model/item.ts';
import { JoinedBlocks } from './blocks.ts';
import { isTooDeep } from './depth.ts';
import { type Block, blocksOf, countOf, objectOf, textOf } from './records.ts';
import { toolKind } from './tools.ts';

/** A message while its lines are read. Its blocks are added to, so a draft has one successor. */
export interface MessageDraft {
  readonly blocks: JoinedBlocks;
  readonly model: string | undefined;
  readonly stopReason: string | undefined;
  readonly usage: JsonObject | undefined;
}

export function newMessage(): MessageDraft {
  return { blocks: new JoinedBlocks(), model: undefined, stopReason: undefined, usage: undefined };
}

/** The message with one more of its lines: cumulative lines replace, additive ones continue. */
export function joinLine(draft: MessageDraft, message: JsonObject): MessageDraft {
  const usage = objectOf(message.usage);
  draft.blocks.join(blocksOf(message.content));
  return {
    blocks: draft.blocks,
    model: textOf(message.model) ?? draft.model,
    stopReason: textOf(message.stop_reason) ?? draft.stopReason,
    usage: usage !== undefined && outputTokens(usage) >= outputTokens(draft.usage) ? usage : draft.usage,
  };
}

/** Whether a message at the end of a file may be taken as whole: it says so, or its last block is text. */
export function looksComplete(draft: MessageDraft): boolean {
  if (draft.stopReason !== undefined) return true;
  const last = draft.blocks.list.at(-1);
  return last !== undefined && last.type === 'text';
}

/** The item of a message. `skipped` counts blocks that are dropped on purpose. */
export function assistantItem(draft: MessageDraft, skipped: (kind: string) => void): Item {
  const usage = usageOf(draft.usage);
  const parts: Part[] = [];
  for (const block of draft.blocks.list) addPart(parts, block, skipped);
  return {
    role: 'assistant',
    parts,
    ...(draft.model === undefined ? {} : { model: draft.model }),
    ...(draft.stopReason === undefined ? {} : { finish_reason: draft.stopReason }),
    ...(usage === undefined ? {} : { usage }),
  };
}

/** JSON as it may stand in an item: a value nested too deep becomes a sentence. */
export function boundedJson(value: JsonValue | undefined): JsonValue {
  if (value === undefined) return null;
  return isTooDeep(value) ? `[left out: nested deeper than ${limits.jsonDepth} levels]` : value;
}

function addPart(parts: Part[], block: Block, skipped: (kind: string) => void): void {
  switch (block.type) {
    case 'text': {
      const content = textOf(block.text) ?? '';
      if (content.trim() !== '') parts.push({ type: 'text', content });
      return;
    }
    case 'thinking': {
      const content = textOf(block.thinking) ?? '';
      if (content.trim() !== '') parts.push({ type: 'reasoning', content });
      else skipped('block:thinking without text');
      return;
    }
    case 'redacted_thinking':
      skipped('block:redacted_thinking');
      return;
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use': {
      const name = textOf(block.name) ?? 'unknown';
      const tool = block.type === 'server_tool_use' && name.startsWith('web_') ? 'fetch' : toolKind(name);
      const id = textOf(block.id) ?? '';
      parts.push({ type: 'tool_call', id, name, arguments: boundedJson(block.input), tool });
      return;
    }
    default:
      if (block.type.endsWith('_tool_result')) {
        const content = boundedJson(block.content);
        parts.push({
          type: 'tool_call_response',
          id: textOf(block.tool_use_id) ?? '',
          response: content,
          status: 'ok',
        });
      } else {
        // Unknown is data: a block whose kind is new stays readable as its JSON.
        skipped(`block:${block.type.slice(0, 40)} kept as text`);
        const bounded = boundedJson(block);
        parts.push({ type: 'text', content: typeof bounded === 'string' ? bounded : canonicalJson(bounded) });
      }
  }
}

function usageOf(usage: JsonObject | undefined): Usage | undefined {
  if (usage === undefined) return undefined;
  const read = countOf(usage.cache_read_input_tokens);
  const created = countOf(usage.cache_creation_input_tokens);
  return {
    // The API counts cached input apart; ours counts all input, as OpenTelemetry does.
    input_tokens: (countOf(usage.input_tokens) ?? 0) + (read ?? 0) + (created ?? 0),
    output_tokens: outputTokens(usage),
    ...(read === undefined ? {} : { cache_read_input_tokens: read }),
    ...(created === undefined ? {} : { cache_creation_input_tokens: created }),
  };
}

function outputTokens(usage: JsonObject | undefined): number {
  return countOf(usage?.output_tokens) ?? 0;
}

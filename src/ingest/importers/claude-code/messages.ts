/** A line of a model message: its blocks as parts, its usage. */
/** Clients write a message as several lines that repeat or continue each other; the builder joins them. */

import { canonicalJson, type JsonObject, type JsonValue } from '../../../base/json.ts';
import { limits } from '../../../base/limits.ts';
import type { Part, Usage } from '../../../model/item.ts';
import { isTooDeep } from '../../kit/items/depth.ts';
import type { MessageLine } from '../../kit/record.ts';
import { type Block, blocksOf, countOf, objectOf, textOf } from './records.ts';
import { toolKind } from './tools.ts';

/** `group`: what to call a message without an id. `skipped` counts blocks that are dropped on purpose. */
export function messageLine(message: JsonObject, group: string, skipped: (kind: string) => void): MessageLine {
  const parts: Part[] = [];
  for (const block of blocksOf(message.content)) addPart(parts, block, skipped);
  const usage = objectOf(message.usage);
  const model = textOf(message.model);
  const finish = textOf(message.stop_reason);
  return {
    group: textOf(message.id) ?? group,
    parts,
    ...(model === undefined ? {} : { model }),
    ...(finish === undefined ? {} : { finish }),
    ...(usage === undefined ? {} : { usage: usageOf(usage) }),
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

function usageOf(usage: JsonObject): Usage {
  const read = countOf(usage.cache_read_input_tokens);
  const created = countOf(usage.cache_creation_input_tokens);
  return {
    // The API counts cached input apart; ours counts all input, as OpenTelemetry does.
    input_tokens: (countOf(usage.input_tokens) ?? 0) + (read ?? 0) + (created ?? 0),
    output_tokens: countOf(usage.output_tokens) ?? 0,
    ...(read === undefined ? {} : { cache_read_input_tokens: read }),
    ...(created === undefined ? {} : { cache_creation_input_tokens: created }),
  };
}

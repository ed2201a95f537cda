/** Short ways to make items and turns for the tests of the renderer. */
/** All data is invented. */

import type { JsonValue } from '../../../src/base/json.ts';
import { type TurnHash, turnHash } from '../../../src/model/ids.ts';
import type { Item, Part, Role, ToolCallPart, ToolCallResponsePart, ToolKind } from '../../../src/model/item.ts';
import { renderTurn } from '../../../src/site/render/turn.ts';

export const HASH: TurnHash = turnHash('0123456789abcdef'.repeat(4));

export function item(role: Role, ...parts: readonly Part[]): Item {
  return { role, parts };
}

export function textPart(content: string): Part {
  return { type: 'text', content };
}

export function callPart(tool: ToolKind, args: JsonValue, name = 'Tool'): ToolCallPart {
  return { type: 'tool_call', id: 'call-1', name, arguments: args, tool };
}

export function responsePart(
  response: JsonValue,
  more: Partial<Omit<ToolCallResponsePart, 'type' | 'id'>> = {},
): ToolCallResponsePart {
  return { type: 'tool_call_response', id: 'call-1', response, status: 'ok', ...more };
}

export function render(one: Item, call?: ToolCallPart): string {
  return renderTurn({
    turn: {
      hash: HASH,
      timeMs: Date.UTC(2026, 0, 2, 3, 4, 5),
      typeId: 'turnpress.item',
      rawLength: JSON.stringify(one).length,
    },
    item: one,
    calls: new Map(call === undefined ? [] : [[call.id, call]]),
    findBlob: (hash) => ({ url: `/images/${hash}.png`, width: 1280, height: 800 }),
  });
}

/** The turn with the result of its call in it. */
export function renderAnswered(one: Item, part: ToolCallResponsePart, folders: readonly string[] = []): string {
  const turn = { timeMs: Date.UTC(2026, 0, 2, 3, 4, 5), typeId: 'turnpress.item', rawLength: 1_000 };
  const answer = { ...turn, hash: turnHash('1'.repeat(64)), item: item('tool', part) };
  const input = { turn: { ...turn, hash: HASH }, item: one, calls: new Map(), findBlob: () => undefined };
  return renderTurn({ ...input, folders, answers: new Map([[part.id, answer]]) });
}

/** What the site search knows of a page: prompts, prose, tool names, commands and file names, turn by turn. */
/** Plain text only. Tool output is most of the bytes and little of what people look for, so it is left out unless asked for. */

import { isoDate } from '../../base/time.ts';
import type { Item, Part, ToolCallPart } from '../../model/item.ts';
import { spaceWords } from '../../model/script-words.ts';
import { listArgumentNames, walkArguments } from '../../model/tool-arguments.ts';
import type { SearchPassage, SearchUnit } from '../state/units.ts';
import { turnAnchor } from '../urls.ts';
import type { TurnView } from '../view/turn-view.ts';

/** What one page said on one day. */
export type SearchDay = Pick<SearchUnit, 'day' | 'startMs' | 'records'>;

/** Characters of one turn that are indexed: of its prose; of its tool calls, and of each argument in them; of what its tools printed, and of each output. Said in docs/site.md. */
const LONGEST = { prose: 8192, calls: 8192, call: 400, outputs: 32_768, output: 4096 };

/** Collects the words of one page, day by day. */
export interface SearchCollector {
  add(view: TurnView): void;
  /** Days in their order. */
  finish(): readonly SearchDay[];
}

interface OpenRecord {
  readonly models: Set<string>;
  readonly passages: SearchPassage[];
}

export function createSearchCollector(options: { readonly toolOutput: boolean }): SearchCollector {
  const days = new Map<string, { startMs: number; readonly roles: Map<string, OpenRecord> }>();
  const recordOf = (timeMs: number, role: string): OpenRecord => {
    const name = isoDate(timeMs);
    const day = days.get(name) ?? { startMs: timeMs, roles: new Map<string, OpenRecord>() };
    day.startMs = Math.min(day.startMs, timeMs);
    days.set(name, day);
    const record = day.roles.get(role) ?? { models: new Set(), passages: [] };
    day.roles.set(role, record);
    return record;
  };
  return {
    add({ turn, item }) {
      if (item === undefined) return;
      for (const [role, said] of textsOf(item, options.toolOutput)) {
        const text = cleanText(said);
        if (text === '') continue;
        const { models, passages } = recordOf(turn.timeMs, role);
        if (item.model !== undefined) models.add(item.model.toWellFormed());
        passages.push({ anchor: turnAnchor(turn.hash), text });
      }
    },
    finish: () =>
      byName(days).map(([day, { startMs, roles }]) => ({
        day,
        startMs,
        records: byName(roles).map(([role, { models, passages }]) => ({ role, models: [...models].sort(), passages })),
      })),
  };
}

function byName<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Well-formed, on one line, without the words that steer the indexer, and with spaces where a script has none. */
export function cleanText(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/___(?:END_)?PAGEFIND_/gi, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b\u2028\u2029\ufffe\uffff\s]+/g, ' ');
  return spaceWords(line).trim();
}

function textsOf(item: Item, toolOutput: boolean): readonly (readonly [role: string, text: string])[] {
  const said = item.parts.flatMap((part) => (part.type === 'text' ? [part.content] : []));
  const role = item.role === 'user' ? 'prompt' : item.role === 'assistant' ? 'answer' : item.role;
  const calls = item.parts.filter((part) => part.type === 'tool_call').map(callText);
  const outputs = toolOutput ? item.parts.flatMap(outputText) : [];
  return [
    [role, said.join('\n').slice(0, LONGEST.prose)],
    ['tool', `${calls.join('\n').slice(0, LONGEST.calls)}\n${outputs.join('\n').slice(0, LONGEST.outputs)}`],
  ];
}

/** The tool's name and the short arguments that people remember: a command, a path, a pattern. */
function callText(call: ToolCallPart): string {
  const words = [call.name];
  const given = typeof call.arguments === 'string' ? [call.arguments] : walkArguments(call.arguments, NAMED);
  for (const text of given) words.push(text.slice(0, LONGEST.call));
  return words.join(' ');
}

const NAMED = listArgumentNames('command', 'path', 'paths', 'pattern', 'address', 'words');

function outputText(part: Part): readonly string[] {
  if (part.type !== 'tool_call_response') return [];
  const text = typeof part.response === 'string' ? part.response : JSON.stringify(part.response);
  return [text.slice(0, LONGEST.output)];
}

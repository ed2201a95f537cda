/** What the site search knows of a page: prompts, prose, tool names, commands and file names, turn by turn. */
/** Plain text only, exchange by exchange: words of a question and of its answer are found together. Tool output is most of the bytes and little of what people look for, so it is left out unless asked for. */

import { isoDate } from '../../base/time.ts';
import type { Item, Part, ToolCallPart } from '../../model/item.ts';
import { spaceTokens } from '../../model/search/tokens.ts';
import { listArgumentNames, walkArguments } from '../../model/tool-arguments.ts';
import type { SearchPassage, SearchRecord, SearchUnit } from '../state/units.ts';
import { turnAnchor } from '../urls.ts';
import type { TurnView } from '../view/turn-view.ts';

/** What one page said on one day. */
export type SearchDay = Pick<SearchUnit, 'day' | 'startMs' | 'records'>;

/** Characters of one turn that are indexed: of its prose; of its tool calls, and of each argument in them; of what its tools printed, and of each output. Said in docs/site.md. */
const LONGEST = { prose: 8192, calls: 8192, call: 400, outputs: 32_768, output: 4096 };

/** Characters of a record, from which on the next turn begins another: it is fetched whole to be shown. */
const RECORD = 12_000;

/** Collects the words of one page, exchange by exchange. */
export interface SearchCollector {
  add(view: TurnView): void;
  /** Days in their order. */
  finish(): readonly SearchDay[];
}

interface OpenRecord {
  readonly models: Set<string>;
  readonly passages: SearchPassage[];
  size: number;
}

interface OpenDay {
  startMs: number;
  readonly records: OpenRecord[];
}

export function createSearchCollector(options: { readonly toolOutput: boolean }): SearchCollector {
  const days = new Map<string, OpenDay>();
  const recordOf = ({ turn: { timeMs }, prompt }: TurnView): OpenRecord => {
    const name = isoDate(timeMs);
    const day = days.get(name) ?? { startMs: timeMs, records: [] };
    day.startMs = Math.min(day.startMs, timeMs);
    days.set(name, day);
    const last = day.records.at(-1);
    if (last !== undefined && !prompt && last.size < RECORD) return last;
    const record = { models: new Set<string>(), passages: [], size: 0 };
    day.records.push(record);
    return record;
  };
  return {
    add(view) {
      const { turn, item } = view;
      if (item === undefined) return;
      const texts = textsOf(item, options.toolOutput).map(([role, said]) => [role, cleanText(said)] as const);
      if (texts.every(([, text]) => text === '')) return;
      const record = recordOf(view);
      if (item.model !== undefined) record.models.add(item.model.toWellFormed());
      for (const [role, text] of texts) {
        if (text !== '') record.passages.push({ anchor: turnAnchor(turn.hash), role, text });
        record.size += text.length;
      }
    },
    finish: () =>
      [...days]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([day, { startMs, records }]) => ({ day, startMs, records: records.map(closed) })),
  };
}

function closed({ models, passages }: OpenRecord): SearchRecord {
  return { models: [...models].sort(), passages };
}

/** Well-formed, on one line, without the words that steer the indexer, cut into tokens. */
export function cleanText(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/___(?:END_)?PAGEFIND_/gi, ' ')
    .replace(BLANKS, ' ');
  return spaceTokens(line).trim();
}

/** Controls and spaces, each run of them that is not one space already: between most words there is nothing to do. */
const BLANK = '\\u0000-\\u001f\\u007f-\\u009f\\u200b\\ufffe\\uffff\\s';
const BLANKS = new RegExp(`(?:(?! )[${BLANK}]| (?=[${BLANK}]))[${BLANK}]*`, 'g');

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

/** What the site search knows of a page: prompts, prose, tool names, commands and file names, turn by turn. */
/** Plain text only. Tool output is most of the bytes and little of what people look for, so it is left out unless asked for. */

import { isoDate } from '../../base/time.ts';
import type { Item, Part, ToolCallPart } from '../../model/item.ts';
import { listArgumentNames, walkArguments } from '../../model/tool-arguments.ts';
import { turnAnchor } from '../urls.ts';
import type { TurnView } from '../view/turn-view.ts';

/** The words of one turn. */
export interface SearchPassage {
  readonly anchor: string;
  /** First words: what a result shows as its name. */
  readonly title: string;
  readonly text: string;
}

/** All passages of one role on one page: one record of the index, so that a role filter is exact. */
export interface SearchRecord {
  readonly role: string;
  /** Sorted. */
  readonly models: readonly string[];
  /** `2026-01-02`, sorted. */
  readonly dates: readonly string[];
  readonly passages: readonly SearchPassage[];
}

/** One page of a conversation for the index. */
export interface SearchUnit {
  readonly url: string;
  readonly title: string;
  readonly agent: string;
  readonly project: string;
  readonly tags: readonly string[];
  readonly records: readonly SearchRecord[];
}

/** Characters of one turn that are indexed. */
const LONGEST = { prose: 8192, call: 400, output: 4096 };
const TITLE = 80;
const SEGMENTED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]+/gu;

/** Collects the records of one page. */
export interface SearchCollector {
  add(view: TurnView): void;
  finish(): readonly SearchRecord[];
}

export function createSearchCollector(options: { readonly toolOutput: boolean }): SearchCollector {
  const roles = new Map<string, { models: Set<string>; dates: Set<string>; passages: SearchPassage[] }>();
  return {
    add({ turn, item }) {
      if (item === undefined) return;
      for (const [role, text] of textsOf(item, options.toolOutput)) {
        const words = cleanText(text);
        if (words === '') continue;
        let record = roles.get(role);
        if (record === undefined) {
          record = { models: new Set(), dates: new Set(), passages: [] };
          roles.set(role, record);
        }
        if (item.model !== undefined) record.models.add(item.model.toWellFormed());
        record.dates.add(isoDate(turn.timeMs));
        const cut = titleEnd(words);
        record.passages.push({ anchor: turnAnchor(turn.hash), title: words.slice(0, cut), text: words.slice(cut) });
      }
    },
    finish() {
      return [...roles]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([role, record]) => ({
          role,
          models: [...record.models].sort(),
          dates: [...record.dates].sort(),
          passages: record.passages,
        }));
    },
  };
}

/** Well-formed, on one line, without the words that steer the indexer, and with spaces where a script has none. */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/___(?:END_)?PAGEFIND_/gi, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b\u2028\u2029\ufffe\uffff\s]+/g, ' ')
    .replace(SEGMENTED, segmentWords)
    .trim();
}

let segmenter: Intl.Segmenter | undefined;

function segmentWords(run: string): string {
  segmenter ??= new Intl.Segmenter('zh', { granularity: 'word' });
  const words: string[] = [];
  for (const { segment } of segmenter.segment(run)) words.push(segment);
  return ` ${words.join(' ')} `;
}

function textsOf(item: Item, toolOutput: boolean): readonly (readonly [role: string, text: string])[] {
  const said = item.parts.flatMap((part) => (part.type === 'text' ? [part.content] : []));
  const role = item.role === 'user' ? 'prompt' : item.role === 'assistant' ? 'answer' : item.role;
  const calls = item.parts.filter((part) => part.type === 'tool_call').map(callText);
  const outputs = toolOutput ? item.parts.flatMap(outputText) : [];
  return [
    [role, said.join('\n').slice(0, LONGEST.prose)],
    ['tool', [...calls, ...outputs].join('\n')],
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

/** End of the first words: at a space, at most `TITLE` characters, never inside a surrogate pair. */
function titleEnd(words: string): number {
  if (words.length <= TITLE) return words.length;
  const space = words.lastIndexOf(' ', TITLE);
  if (space > TITLE / 2) return space;
  return words.charCodeAt(TITLE - 1) >= 0xd800 && words.charCodeAt(TITLE - 1) < 0xdc00 ? TITLE - 1 : TITLE;
}

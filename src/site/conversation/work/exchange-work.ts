/** What was done between a prompt and the next one: calls, failures, files, commits, tokens, time. */
/** The index of prompts, the cover and the page's own lines are made of it; kept with settled pages, so it is plain data and bounded. */

import { ownString } from '../../../base/own-string.ts';
import type { TurnHash } from '../../../model/ids.ts';
import {
  type Item,
  splitUsage,
  type ToolCallPart,
  type ToolCallResponsePart,
  type ToolKind,
} from '../../../model/item.ts';
import { findCommand } from '../../render/tools/arguments.ts';
import { countChanges } from '../../render/tools/change-count.ts';
import { shortenPath } from '../../render/tools/short-paths.ts';
import type { Commit, FileChange, Tokens, ToldExchange, Work } from '../../state/pages/told.ts';
import type { TurnView } from '../../view/turn-view.ts';

/** A person is away, or a program runs: longer pauses count as this. */
export const LONGEST_PAUSE = 10 * 60_000;
/** Of one exchange. */
const MOST_FILES = 100;
const MOST_COMMITS = 20;
const MOST_CLOSING = 600;
/** Calls that wait for their result. */
const MOST_OPEN = 1_000;

export interface WorkCollector {
  /** What this turn's prompt closed. `place`: where the turn stands. */
  add(view: TurnView, place: Pick<ToldExchange, 'number' | 'line' | 'page'>): ToldExchange | undefined;
  /** The open exchange as far as it goes. */
  peek(): ToldExchange | undefined;
  finish(): ToldExchange | undefined;
}

export function createWorkCollector(folders: readonly string[]): WorkCollector {
  const calls = new Map<string, ToolCallPart>();
  let open: OpenExchange | undefined;
  const peek = (): ToldExchange | undefined => (open === undefined ? undefined : toldOf(open));
  const close = (): ToldExchange | undefined => {
    const told = peek();
    open = undefined;
    return told;
  };
  return {
    add(view, place) {
      const closed = view.prompt ? close() : undefined;
      const { hash, timeMs } = view.turn;
      open ??= openExchange(hash, timeMs, place);
      open.workedMs += Math.min(Math.max(0, timeMs - open.endMs), LONGEST_PAUSE);
      open.endMs = Math.max(open.endMs, timeMs);
      if (view.item !== undefined) addItem(open, view.item, hash, calls, folders);
      return closed;
    },
    peek,
    finish: close,
  };
}

interface OpenExchange extends Omit<ToldExchange, 'work'> {
  endMs: number;
  closing: string;
  workedMs: number;
  failed: number;
  firstFailed?: TurnHash;
  readonly calls: Partial<Record<ToolKind, number>>;
  readonly files: Map<string, FileChange>;
  readonly commits: Map<string, Commit>;
  readonly requests: Set<string>;
  readonly tokens: Map<string, Tokens>;
}

function openExchange(
  first: TurnHash,
  ms: number,
  place: Pick<ToldExchange, 'number' | 'line' | 'page'>,
): OpenExchange {
  return {
    ...{ ...place, first, startMs: ms, endMs: ms, closing: '', workedMs: 0, failed: 0, calls: {} },
    ...{ files: new Map(), commits: new Map(), requests: new Set(), tokens: new Map() },
  };
}

function toldOf({
  calls,
  failed,
  firstFailed,
  files,
  commits,
  requests,
  tokens,
  workedMs,
  ...rest
}: OpenExchange): ToldExchange {
  const work: Work = {
    calls: { ...calls },
    failed,
    ...(firstFailed === undefined ? {} : { firstFailed }),
    files: [...files.values()],
    commits: [...commits.values()],
    requests: [...requests],
    tokens: [...tokens.values()],
    workedMs,
  };
  return { ...rest, work };
}

function addItem(
  open: OpenExchange,
  item: Item,
  turn: TurnHash,
  calls: Map<string, ToolCallPart>,
  folders: readonly string[],
): void {
  const { usage, model = '' } = item;
  if (usage !== undefined) addTokens(open.tokens, { model, ...splitUsage(usage) });
  for (const part of item.parts) {
    if (part.type === 'tool_call') {
      open.calls[part.tool] = (open.calls[part.tool] ?? 0) + 1;
      if (calls.size < MOST_OPEN) calls.set(part.id, part);
    } else if (part.type === 'tool_call_response') {
      if (part.status === 'error') {
        open.failed++;
        open.firstFailed ??= turn;
      }
      const call = calls.get(part.id);
      calls.delete(part.id);
      if (call !== undefined) addResult(open, call, part, folders);
    } else if (part.type === 'text' && item.role === 'assistant' && part.content.trim() !== '') {
      open.closing = ownString(part.content.trim().slice(0, MOST_CLOSING));
    }
  }
}

function addResult(
  open: OpenExchange,
  call: ToolCallPart,
  part: ToolCallResponsePart,
  folders: readonly string[],
): void {
  for (const { path, added, removed } of countChanges(call, part)) {
    const short = ownString(shortenPath(path, folders));
    if (short === '' || (!open.files.has(short) && open.files.size >= MOST_FILES)) continue;
    addChange(open.files, { path: short, added, removed });
  }
  if (call.tool !== 'shell' || typeof part.response !== 'string') return;
  const command = findCommand(call.arguments) ?? '';
  if (/\bgit\b[^\n]*\bcommit\b/.test(command)) {
    for (const [, hash = '', subject = ''] of part.response.slice(0, 20_000).matchAll(COMMITTED)) {
      if (open.commits.size < MOST_COMMITS) open.commits.set(hash, { hash, subject: ownString(subject.slice(0, 200)) });
    }
  }
  if (/\b(?:gh pr|glab mr) create\b/.test(command)) {
    const address = REQUEST.exec(part.response.slice(0, 20_000))?.[0];
    if (address !== undefined && open.requests.size < MOST_COMMITS) open.requests.add(ownString(address));
  }
}

/** `[main 1a2b3c4] What was done`, as `git commit` says it. */
const COMMITTED = /^\[[^\]\n]{1,200} ([0-9a-f]{7,40})\] (.+)$/gm;
const REQUEST = /https:\/\/[\w.-]+\/[\w./-]+\/(?:pull|merge_requests)\/\d+/;

/** Everything that several exchanges did. */
export function sumWork(told: readonly ToldExchange[]): Work {
  const calls: Partial<Record<ToolKind, number>> = {};
  const files = new Map<string, FileChange>();
  const commits = new Map<string, Commit>();
  const tokens = new Map<string, Tokens>();
  for (const { work } of told) {
    for (const [kind, n] of Object.entries(work.calls)) calls[kind as ToolKind] = (calls[kind as ToolKind] ?? 0) + n;
    for (const change of work.files) addChange(files, change);
    for (const commit of work.commits) commits.set(commit.hash, commit);
    for (const counts of work.tokens) addTokens(tokens, counts);
  }
  const sum = (of: (work: Work) => number): number => told.reduce((all, { work }) => all + of(work), 0);
  const firstFailed = told.find(({ work }) => work.firstFailed !== undefined)?.work.firstFailed;
  return {
    calls,
    failed: sum(({ failed }) => failed),
    ...(firstFailed === undefined ? {} : { firstFailed }),
    files: [...files.values()],
    commits: [...commits.values()],
    requests: [...new Set(told.flatMap(({ work }) => work.requests))],
    tokens: [...tokens.values()],
    workedMs: sum(({ workedMs }) => workedMs),
  };
}

function addChange(files: Map<string, FileChange>, { path, added, removed }: FileChange): void {
  const known = files.get(path);
  files.set(path, { path, added: added + (known?.added ?? 0), removed: removed + (known?.removed ?? 0) });
}

function addTokens(tokens: Map<string, Tokens>, { model, fresh, cached, written, output }: Tokens): void {
  const known = tokens.get(model) ?? { fresh: 0, cached: 0, written: 0, output: 0 };
  tokens.set(model, {
    model,
    fresh: known.fresh + fresh,
    cached: known.cached + cached,
    written: known.written + written,
    output: known.output + output,
  });
}

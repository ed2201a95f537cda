/** Reads Claude Code's sessions: JSON Lines below `~/.claude/projects`, sub-agents' files, web session documents. */
/** The importer's row; its parts stand beside it: records, entries, messages, tree, place, settle, walk, state. */

import { decodeUtf8 } from '../../base/bytes.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import type { Importer, SourceInput, SourceOutput } from '../kit/importer.ts';
import { findJsonDocument, type JsonLine, type JsonLinesEnd, walkJsonLines } from '../kit/json-lines.ts';
import { listConversations } from './claude-code/meta.ts';
import { breakCycles } from './claude-code/place.ts';
import { AGENT_ID, type Session } from './claude-code/session.ts';
import { newSession, takeSafePoint } from './claude-code/state.ts';
import { endWalk, takeValue, type Walk } from './claude-code/walk.ts';

export const claudeCode: Importer = {
  id: AGENT_ID,
  name: 'Claude Code',
  roots: (home, env) => [`${env.CLAUDE_CONFIG_DIR || `${home}/.claude`}/projects`],
  matchesPath: (path) => {
    const name = path.split(/[\\/]/).at(-1) ?? '';
    if (name.endsWith('.jsonl')) return name !== 'journal.jsonl' && name !== 'history.jsonl';
    return (
      name.endsWith('.json') && !/(?:^|\.)(?:meta|metadata|package|package-lock|tsconfig|settings)\.json$/.test(name)
    );
  },
  detect: (head) => CHAIN_RECORD.test(head) || LONE_RECORD.test(head) || WEB_SESSION.test(head),
  peek: (head) => {
    const session = /"sessionId":\s*"([\w-]{1,128})"/.exec(head)?.[1];
    if (session === undefined) return {};
    const agent = /"isSidechain":\s*true[^\n]*?"agentId":\s*"([\w-]{1,128})"/.exec(head.split('\n', 1)[0] ?? '')?.[1];
    return agent === undefined ? { session } : { session: `${session}/agent-${agent}`, after: session };
  },
  read: readSource,
};

const CHAIN_RECORD = /"isSidechain":\s*(?:true|false)\b/;
const LONE_RECORD =
  /^\uFEFF?\s*\{"type":\s*"(?:summary|file-history-snapshot|queue-operation|custom-title|ai-title|last-prompt|pr-link|permission-mode|agent-name)",\s*"(?:summary|messageId|operation|sessionId|customTitle|aiTitle|lastPrompt|leafUuid|prNumber|mode|permissionMode|agentName)":/;
const WEB_SESSION = /^\uFEFF?\s*\{\s*"loglines":\s*\[/;

function readSource(input: SourceInput): SourceOutput {
  const session = newSession(input);
  const walk: Walk = { session, safe: undefined, lineSafe: undefined };
  const document = input.from === 0 ? findJsonDocument(input.bytes) : undefined;
  if (document !== undefined) return readDocument(walk, document.value);
  if (input.from === 0 && /^\uFEFF?[{[]\s*$/.test(firstLineOf(input.bytes))) {
    const message = 'a JSON document that does not end, or is broken; it is read again when the file changes';
    session.problems.push({ code: 'BROKEN_DOCUMENT', file: input.path, line: 1, message });
    return outputOf(session, 1, { consumed: 0, nextLine: 1 }, {});
  }
  const lines = walkJsonLines(input, (problem) => session.problems.push(problem));
  let step = lines.next();
  while (step.done !== true) {
    takeValue(walk, step.value);
    step = lines.next();
  }
  return finish(walk, step.value);
}

function firstLineOf(bytes: Uint8Array): string {
  return decodeUtf8(bytes.subarray(0, 256)).split('\n', 1)[0] ?? '';
}

/** One document is read anew each time: nothing in it is settled, because its end moves. */
function readDocument(walk: Walk, value: unknown): SourceOutput {
  for (const [i, record] of recordsOf(value as JsonValue).entries()) {
    const line: JsonLine = { value: record, offset: 0, line: i + 1, nth: 0, of: 1 };
    takeValue(walk, line);
  }
  const waiting = endWalk(walk);
  return outputOf(walk.session, waiting, { consumed: 0, nextLine: 1 }, {});
}

function recordsOf(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value as readonly JsonValue[];
  if (isJsonObject(value) && Array.isArray(value.loglines)) return value.loglines as readonly JsonValue[];
  return [value];
}

function finish(walk: Walk, end: JsonLinesEnd): SourceOutput {
  const { session } = walk;
  if (session.opens.size === 0) walk.safe = undefined;
  const safe = walk.safe ?? takeSafePoint(session, end.consumed, end.nextLine);
  // The state is made before the end is guessed at: what follows it is not settled.
  const state = safe.state();
  const waiting = endWalk(walk);
  return outputOf(session, waiting, { consumed: safe.offset, nextLine: safe.line }, state);
}

function outputOf(
  session: Session,
  waiting: number,
  end: { readonly consumed: number; readonly nextLine: number },
  state: JsonObject,
): SourceOutput {
  const { path } = session.input;
  breakCycles(session);
  // Typed and never handed over: not part of the conversation, but counted.
  if (session.queue.length > 0) session.records['queued prompt not delivered'] = session.queue.length;
  for (const [kind, { line, count }] of session.unknown) {
    const message = `records of the unknown kind "${kind.toWellFormed()}" were counted and left out`;
    session.problems.push({ code: 'UNKNOWN_RECORD', file: path, line, message, count });
  }
  return {
    turns: session.turns,
    conversations: listConversations(session),
    blobs: [...session.blobs.values()],
    aliases: session.aliases,
    ...end,
    state,
    problems: session.problems,
    records: session.records,
    waiting,
  };
}

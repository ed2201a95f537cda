/** Reads the sessions of the Codex CLI: rollouts of every age, with their rollbacks, forks, sub-agents and compactions. */
/** One turn is one prompt, one complete model message, one tool output or one system event. */

import { encodeUtf8 } from '../../base/bytes.ts';
import { isJsonObject, type JsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Format } from '../kit/format.ts';
import type { Importer, SourceInput } from '../kit/importer.ts';
import { isTooDeep } from '../kit/items/depth.ts';
import { walkJsonLines } from '../kit/lines/json-lines.ts';
import type { Reading } from '../kit/reading.ts';
import { readSession } from '../kit/session.ts';
import { findRecord, findText, recordKind, startsDocument } from './codex/records.ts';
import { sessionMeta } from './codex/session.ts';
import { START, type State, startedId } from './codex/state.ts';
import { isDoubtful, takeRecord } from './codex/take.ts';

export const codex: Importer = {
  id: 'codex',
  name: 'Codex',
  roots: (home, env) => {
    const base = env.CODEX_HOME ?? `${home}/.codex`;
    return [`${base}/sessions`, `${base}/archived_sessions`];
  },
  matchesPath: (path) => /\.jsonl?$/.test(path) && !/(?:^|[\\/])(?:history|session_index)\.jsonl$/.test(path),
  list: 'items',
  detect: (head) => startsDocument(head) || ROLLOUT.test(head) || isFlatRollout(head),
  peek: peekSession,
  read: (input) => readSession(input, format),
};

/** `{timestamp, type, payload}`, with its members in any order. */
const ROLLOUT =
  /^\uFEFF?\s*\{(?=[^\n]*"payload"\s*:\s*\{)(?=[^\n]*"type"\s*:\s*"(?:session_meta|response_item|event_msg|turn_context|compacted)")/;

/** The header of the first clients: an id and a time, no type. */
function isFlatRollout(head: string): boolean {
  const line = /^\uFEFF?\s*(\{[^\n]*)/.exec(head)?.[1] ?? '';
  if (
    /"(?:type|uuid|sessionId|messages?|role)"\s*:/.test(line.slice(0, 200)) ||
    !/"id"\s*:\s*"[0-9a-f-]{36}"/.test(line)
  )
    return false;
  return (
    /"timestamp"\s*:\s*"/.test(line) &&
    (/"instructions"\s*:/.test(line) ||
      /\n\{[^\n]*"(?:record_type|call_id|encrypted_content)"|\n\{"type":"message"/.test(head))
  );
}

function peekSession(head: string): { readonly session?: string; readonly after?: string } {
  // The header's long instructions come late and may be cut off, so that it is not parsed.
  const line = startsDocument(head) ? head : (/^\s*\{[^\n]*/.exec(head)?.[0] ?? head);
  const member = (name: string) => new RegExp(`"${name}"\\s*:\\s*"([^"\\\\]{1,128})"`).exec(line)?.[1];
  const session = member('id') ?? member('session_id');
  const after = member('forked_from_id') ?? member('parent_thread_id');
  return { ...(session !== undefined && { session }), ...(after !== undefined && { after }) };
}

/** Codex gives ids to its turns alone, and a fork's copy has new times: what a turn says is its name. */
const format: Format<State> = {
  rules: { agent: 'codex', tree: 'given', named: 'by words', startsAgent: (tool) => tool.includes('spawn') },
  start: START,
  // it is written as a whole: nothing more of its last message comes
  document: { head: ({ session }) => session, end: { type: 'event_msg', payload: { type: 'task_complete' } } },
  waits: (state, value) => {
    const record = findRecord(value);
    return record !== undefined && isDoubtful(state, record);
  },
  take: takeValue,
  after: ({ facts }) => facts?.forkedFrom ?? facts?.startedBy,
  describe: ({ facts }, conversation, { input }) => {
    if (facts === null) return {};
    const title = facts.title ?? findIndexTitle(facts.id, input);
    const isFork = facts.forkedFrom !== undefined && !facts.subagent && conversation.forkOf === undefined;
    return {
      meta: {
        ...sessionMeta(facts, conversation),
        ...(title !== undefined && { title }),
        ...(isFork && { fork_of: facts.forkedFrom }),
      },
      ...(facts.subagent && facts.startedBy !== undefined && { startedBy: `codex:${startedId(facts.id)}` }),
    };
  },
};

function takeValue(state: State, value: JsonObject, reading: Reading): State {
  if (isTooDeep(value, limits.jsonDepth)) {
    reading.report('TOO_DEEP', 'record is nested too deep; it was left out');
    return state;
  }
  const record = findRecord(value);
  if (record === undefined) {
    reading.unknown('record');
    return state;
  }
  reading.count(recordKind(record));
  return takeRecord(state, record, reading);
}

/** Title of a session in `session_index.jsonl` beside the sessions folder: its last line about the session. */
function findIndexTitle(session: string, input: SourceInput): string | undefined {
  for (const path of ['../../../../session_index.jsonl', '../session_index.jsonl']) {
    const bytes = input.readBeside(path);
    if (bytes === undefined) continue;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const at = buffer.lastIndexOf(encodeUtf8(session));
    if (at === -1) continue;
    const start = buffer.lastIndexOf(10, at) + 1;
    const end = buffer.indexOf(10, at);
    const line = buffer.subarray(start, end === -1 ? buffer.length : end);
    for (const { value } of walkJsonLines({ path, bytes: line, from: 0, firstLine: 1 }, () => {})) {
      if (isJsonObject(value) && value.id === session) return findText(value.thread_name);
    }
  }
  return undefined;
}

/** Reads the sessions of the Codex CLI: rollouts of every age, with their rollbacks, forks, sub-agents and compactions. */
/** One turn is one prompt, one complete model message, one tool output or one system event. */

import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { isJsonObject, type JsonValue } from '../../base/json.ts';
import type { Problem } from '../../base/log.ts';
import { listNames } from '../kit/history.ts';
import { findDataUrlImage } from '../kit/images.ts';
import type { ImportedConversation, Importer, SourceInput, SourceOutput } from '../kit/importer.ts';
import { findJsonDocument, walkJsonLines } from '../kit/json-lines.ts';
import { checkDepth } from './codex/clean.ts';
import type { MakeImage } from './codex/item-steps.ts';
import {
  type CodexRecord,
  findDocumentRecords,
  findRecord,
  findText,
  mayBeDocument,
  recordKind,
  startsDocument,
} from './codex/records.ts';
import { sessionMeta } from './codex/session.ts';
import { spawnAlias } from './codex/spawns.ts';
import { encodeState, findState } from './codex/state.ts';
import { settleWalk, takeRecord } from './codex/steps.ts';
import { endLines, enterLine, startWalk, type Walk } from './codex/walk.ts';

export const codex: Importer = {
  id: 'codex',
  name: 'Codex',
  roots: (home, env) => {
    const base = env.CODEX_HOME ?? `${home}/.codex`;
    return [`${base}/sessions`, `${base}/archived_sessions`];
  },
  matchesPath: (path) => /\.jsonl?$/.test(path) && !/(?:^|[\\/])(?:history|session_index)\.jsonl$/.test(path),
  detect: (head) => startsDocument(head) || ROLLOUT.test(head) || isFlatRollout(head),
  peek: peekSession,
  read: readRollout,
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

function readRollout(input: SourceInput): SourceOutput {
  const resumed = input.from > 0 && input.state !== undefined ? findState(input.state) : undefined;
  if (input.from > 0 && resumed === undefined) return startAgain(input);
  const walk = startWalk(`file:${input.path}`, input.from, input.firstLine, resumed?.settled, resumed?.entered);
  const problems: Problem[] = [];
  const counted: { readonly kind: string; readonly line: number; readonly known: boolean }[] = [];
  const take = (record: CodexRecord, line: number) => {
    const makeImage: MakeImage = (url, blobs) =>
      makeImagePart(url, blobs, () => problems.push(badImage(input.path, line)));
    counted.push({ kind: recordKind(record), line, known: takeRecord(walk, record, makeImage) });
    walk.here.fresh = false;
  };
  const end = readDocument(input, take, problems) ?? readLines(input, walk, take, problems);
  if (input.settle || end.whole) settleWalk(walk);
  endLines(walk, end.consumed, end.nextLine);
  const { mark } = walk;
  const settledLines = counted.filter(({ line }) => line < mark.line || mark.offset === end.consumed);
  const after = mark.settled.facts?.forkedFrom ?? mark.settled.facts?.startedBy;
  return {
    turns: walk.turns.slice(0, mark.turns),
    conversations: listConversations(walk, input),
    blobs: walk.blobs.slice(0, mark.blobs),
    aliases: walk.aliases.slice(0, mark.aliases),
    consumed: mark.offset,
    nextLine: mark.line,
    state: encodeState(mark.settled, walk.entered.slice(0, mark.entered)),
    problems: [
      ...problems.filter(({ line }) => line === undefined || line < mark.line || mark.offset === end.consumed),
      ...unknownKinds(settledLines, input.path),
    ],
    records: countKinds(settledLines),
    waiting: walk.queue.length,
    ...(after !== undefined && { after }),
  };
}

/** The state is of another version: nothing is taken, and the next read starts at the beginning. */
function startAgain(input: SourceInput): SourceOutput {
  const message = 'state of the earlier read is of another version; the file is read from its start next time';
  const problems: Problem[] = [{ code: 'STALE_STATE', file: input.path, message }];
  const nothing = { turns: [], conversations: [], blobs: [], aliases: [], records: {}, waiting: 0 };
  return { ...nothing, consumed: 0, nextLine: 1, state: {}, problems };
}

interface ReadEnd {
  readonly consumed: number;
  readonly nextLine: number;
  /** Nothing can follow: the old document is written as a whole. */
  readonly whole: boolean;
}

function readDocument(
  input: SourceInput,
  take: (record: CodexRecord, line: number) => void,
  problems: Problem[],
): ReadEnd | undefined {
  if (input.from > 0 || !mayBeDocument(decodeUtf8(input.bytes.subarray(0, 256)))) return undefined;
  const value = findJsonDocument(input.bytes)?.value as JsonValue | undefined;
  const records = value === undefined || !checkDepth(value) ? undefined : findDocumentRecords(value);
  if (records !== undefined) {
    for (const record of records) take(record, 1);
    return { consumed: input.bytes.length, nextLine: 1, whole: true };
  }
  // Half-written, or damaged: only a file that has come to rest is a problem.
  if (!input.settle) return { consumed: 0, nextLine: 1, whole: false };
  problems.push({ code: 'BROKEN_DOCUMENT', file: input.path, message: 'session document cannot be read as JSON' });
  return { consumed: 0, nextLine: 1, whole: false };
}

function readLines(
  input: SourceInput,
  walk: Walk,
  take: (record: CodexRecord, line: number) => void,
  problems: Problem[],
): ReadEnd {
  const lines = walkJsonLines(input, (problem) => problems.push(problem));
  let step = lines.next();
  for (; step.done !== true; step = lines.next()) {
    const { value, offset, line, nth } = step.value;
    if (nth === 0) enterLine(walk, offset, line);
    if (!checkDepth(value as JsonValue)) {
      problems.push({
        code: 'TOO_DEEP',
        file: input.path,
        line,
        message: 'record is nested too deep; it was left out',
      });
      continue;
    }
    const record = findRecord(value as JsonValue);
    if (record !== undefined) take(record, line);
    else
      problems.push({
        code: 'UNKNOWN_RECORD',
        file: input.path,
        line,
        message: 'value is no Codex record; it was left out',
      });
  }
  return { consumed: step.value.consumed, nextLine: step.value.nextLine, whole: false };
}

/** One, and one more for each time that everything was rolled back and a new first prompt was typed. */
function listConversations(walk: Walk, input: SourceInput): readonly ImportedConversation[] {
  const { facts, first, restarts, parent, startedMs, newestMs } = walk.mark.settled;
  if (first === null) return [];
  const asOfMs = newestMs ?? facts?.createdMs ?? 0;
  const title = facts?.title ?? (facts === null ? undefined : findIndexTitle(facts.id, input));
  const started = facts?.createdMs ?? startedMs ?? undefined;
  const meta = facts === null ? { agent: 'codex' } : sessionMeta(facts, started, newestMs ?? started);
  const roots = [first, ...listNames(restarts)];
  return roots.map((turn, i) => ({
    turn,
    meta: {
      ...meta,
      ...(title !== undefined && { title }),
      ...(i > 0 && facts !== null && { fork_of: facts.id }),
    },
    ...(parent !== null && i === roots.length - 1 && { current: parent }),
    asOfMs,
    ...(i === 0 && facts?.subagent === true && facts.startedBy !== undefined && { startedBy: spawnAlias(facts.id) }),
  }));
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

function makeImagePart(url: string, blobs: Parameters<MakeImage>[1], report: () => void): ReturnType<MakeImage> {
  if (/^https?:\/\//i.test(url)) return { type: 'uri', modality: 'image', uri: url };
  const image = findDataUrlImage(url);
  if (image === undefined) {
    report();
    return undefined;
  }
  blobs.push(image.blob);
  return image.part;
}

function badImage(file: string, line: number): Problem {
  return { code: 'BAD_IMAGE', file, line, message: 'image is not one by its bytes; it was left out' };
}

function countKinds(records: readonly { readonly kind: string }[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { kind } of records) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function unknownKinds(
  records: readonly { readonly kind: string; readonly line: number; readonly known: boolean }[],
  file: string,
): Problem[] {
  const kinds = new Map<string, { readonly line: number; count: number }>();
  for (const { kind, line, known } of records) {
    if (known) continue;
    const seen = kinds.get(kind);
    if (seen === undefined) kinds.set(kind, { line, count: 1 });
    else seen.count += 1;
  }
  return [...kinds].map(([kind, { line, count }]) => ({
    code: 'UNKNOWN_RECORD',
    file,
    line,
    message: `record kind ${kind.slice(0, 80)} is not known; its bytes are kept with the source`,
    count,
  }));
}

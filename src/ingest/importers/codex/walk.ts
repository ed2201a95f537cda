/** The way through a rollout: what is held until its end is written, what is settled, where it stands. */
/** Turns leave in order and only when no later record can change them, so that a growing file gives the same turns at every size. */

import { blake3Hex } from '../../../base/blake3.ts';
import { encodeUtf8 } from '../../../base/bytes.ts';
import type { NoteKind, Part, Role, Usage } from '../../../model/item.ts';
import { addName, HistoryMap } from '../../kit/history.ts';
import type { ImportedBlob, ImportedTurn } from '../../kit/importer.ts';
import { cleanText } from './clean.ts';
import { emptySettled, type Settled } from './state.ts';

/** A turn that is not settled yet. */
export interface Draft {
  kind: 'prompt' | 'context' | 'message' | 'output' | 'note';
  readonly timeMs: number | null;
  parts: Part[];
  /** Searches before this part have their queries. */
  searched?: number;
  readonly blobs: ImportedBlob[];
  readonly aliases: string[];
  readonly note?: NoteKind;
  readonly model?: string;
  usage?: Usage;
}

interface Mark {
  readonly offset: number;
  readonly line: number;
  readonly settled: Settled;
  readonly turns: number;
  readonly blobs: number;
  readonly aliases: number;
  readonly entered: number;
}

export interface Walk {
  settled: Settled;
  /** Ids of the agent's turns in the order they were entered. */
  readonly entered: string[];
  /** How often each of them was entered. */
  readonly enteredTimes: Map<string, number>;
  readonly queue: Draft[];
  /** What of the queue is looked for by the id of a call: the first output, the first call, and whether one starts a sub-agent. */
  readonly held: {
    readonly outputs: Map<string, Draft>;
    readonly calls: Map<string, Draft>;
    readonly spawns: Set<string>;
  };
  /** The model message that waits for its outputs and its token count. */
  message: Draft | null;
  /** Further items of the model still belong to `message`. */
  open: boolean;
  /** Last of the queue: a user text that the next record tells to be a prompt or injected. `twin`: it came as an event. */
  pending: { readonly draft: Draft; readonly text: string; readonly twin: boolean; readonly flat: boolean } | null;
  readonly turns: ImportedTurn[];
  readonly blobs: ImportedBlob[];
  readonly aliases: (readonly [alias: string, key: string])[];
  mark: Mark;
  /** Where the line of the current record starts; `fresh` while no record of it has been taken. */
  here: { readonly offset: number; readonly line: number; fresh: boolean };
}

/** Text of a compaction that brought no summary. */
export const COMPACTED = 'The conversation so far was compacted.';

/** A walk that starts at `offset`. `session` names the file until a header does. */
export function startWalk(session: string, offset: number, line: number, settled?: Settled, entered?: string[]): Walk {
  const start = settled ?? emptySettled(session);
  const names = entered ?? [];
  const enteredTimes = new Map<string, number>();
  for (const name of names) enteredTimes.set(name, (enteredTimes.get(name) ?? 0) + 1);
  return {
    settled: start,
    entered: names,
    enteredTimes,
    queue: [],
    held: { outputs: new Map(), calls: new Map(), spawns: new Set() },
    message: null,
    open: false,
    pending: null,
    turns: [],
    blobs: [],
    aliases: [],
    mark: { offset, line, settled: start, turns: 0, blobs: 0, aliases: 0, entered: names.length },
    here: { offset, line, fresh: true },
  };
}

export function enterLine(walk: Walk, offset: number, line: number): void {
  walk.here = { offset, line, fresh: true };
  if (walk.queue.length === 0) setMark(walk);
}

/** Everything up to `offset` has been taken; with nothing held, the next read starts there. */
export function endLines(walk: Walk, offset: number, line: number): void {
  walk.here = { offset, line, fresh: true };
  if (walk.queue.length === 0) setMark(walk);
}

/** Puts a turn behind those that are held. With none held it is settled at once. */
export function addDraft(walk: Walk, draft: Draft): void {
  hold(walk);
  walk.queue.push(draft);
  const [part] = draft.parts;
  if (part?.type === 'tool_call_response' && !walk.held.outputs.has(part.id)) walk.held.outputs.set(part.id, draft);
  walk.open = false;
  releaseIfFree(walk);
}

/** A system event with one text. */
export function addNote(walk: Walk, note: NoteKind, content: string, timeMs: number | null): void {
  addDraft(walk, { kind: 'note', note, timeMs, parts: [{ type: 'text', content }], blobs: [], aliases: [] });
}

/** The message that the model is writing: the open one, else a new one. */
export function openMessage(walk: Walk, timeMs: number | null): Draft {
  if (walk.message !== null && walk.open) return walk.message;
  closeMessage(walk);
  const model = walk.settled.model;
  const draft: Draft = { kind: 'message', timeMs, parts: [], blobs: [], aliases: [], ...(model !== null && { model }) };
  hold(walk);
  walk.queue.push(draft);
  walk.message = draft;
  walk.open = true;
  walk.settled = { ...walk.settled, twins: 0 };
  return draft;
}

/** More of what the model says in its message. */
export function addParts(walk: Walk, draft: Draft, parts: readonly Part[]): void {
  const { calls, spawns } = walk.held;
  for (const part of parts) {
    draft.parts.push(part);
    if (part.type !== 'tool_call') continue;
    if (!calls.has(part.id)) calls.set(part.id, draft);
    if (part.name.includes('spawn')) spawns.add(part.id);
  }
}

/** The message is complete and no token count will come for it. */
export function closeMessage(walk: Walk): void {
  walk.message = null;
  walk.open = false;
  releaseIfFree(walk);
}

/** Holds a user text back until the next record shows what it is. */
export function addPending(walk: Walk, pending: NonNullable<Walk['pending']>): void {
  hold(walk);
  walk.queue.push(pending.draft);
  walk.open = false;
  walk.pending = pending;
}

export function releaseIfFree(walk: Walk): void {
  if (walk.message !== null || walk.pending !== null) return;
  for (const draft of walk.queue) release(walk, draft);
  walk.queue.length = 0;
  for (const each of Object.values(walk.held)) each.clear();
}

/** Later turns belong to the agent's turn `id`. A turn that is entered again gets a name of its own: keys never repeat. */
export function enterTurn(walk: Walk, id: string): void {
  if (id === walk.settled.turnId) return;
  closeMessage(walk);
  const before = walk.enteredTimes.get(id) ?? 0;
  walk.enteredTimes.set(id, before + 1);
  walk.entered.push(id);
  walk.settled = {
    ...walk.settled,
    turnId: id,
    turn: before === 0 ? id : `${id}~${before}`,
    ordinal: 0,
    digest: '',
    ends: new HistoryMap(),
  };
}

/** The next turn hangs on the turn before the last `count` prompts; what is left behind stays as a branch. */
export function rollBack(walk: Walk, count: number): void {
  closeMessage(walk);
  let { prompts, parent } = walk.settled;
  for (let i = 0; i < count && prompts !== null; i++) {
    parent = prompts.before;
    prompts = prompts.earlier;
  }
  walk.settled = { ...walk.settled, prompts, parent };
}

function hold(walk: Walk): void {
  if (walk.queue.length === 0 && walk.here.fresh) setMark(walk);
}

function setMark(walk: Walk): void {
  walk.settled.ends.forget();
  walk.settled.spawnCalls.forget();
  walk.mark = {
    offset: walk.here.offset,
    line: walk.here.line,
    settled: walk.settled,
    turns: walk.turns.length,
    blobs: walk.blobs.length,
    aliases: walk.aliases.length,
    entered: walk.entered.length,
  };
}

const ROLES: Readonly<Record<Draft['kind'], Role>> = {
  prompt: 'user',
  context: 'system',
  message: 'assistant',
  output: 'tool',
  note: 'system',
};

/**
 * Key: `codex:<turn id>/<ordinal in it>/<kind>/<digest>`, the session id where the agent has no turn ids. The digest covers
 * what the turn says and all turns before it in the scope. A fork's copy keeps all of that and none of the times, so its keys
 * are the parent's exactly as far as the copy is equal.
 */
function release(walk: Walk, draft: Draft): void {
  // Encrypted reasoning and nothing else: the model said nothing that can be read.
  if (draft.parts.length === 0) return;
  const before = walk.settled;
  // Early items have no times: the session's own tells equal first prompts apart.
  const time = draft.timeMs ?? (before.first === null ? (before.facts?.createdMs ?? null) : null);
  const note = draft.kind === 'context' ? 'context' : draft.note;
  let said = JSON.stringify([before.digest, draft.kind, note ?? null, draft.parts]);
  if (LONE_SURROGATE.test(said)) {
    draft.parts = cleanText(draft.parts);
    said = JSON.stringify([before.digest, draft.kind, note ?? null, draft.parts]);
  }
  const digest = blake3Hex(encodeUtf8(said)).slice(0, 16);
  const key = `codex:${before.turn ?? before.session}/${before.ordinal}/${draft.kind}/${digest}`;
  walk.turns.push({
    key,
    parent: before.parent,
    timeMs: time,
    aliases: draft.aliases,
    item: {
      role: ROLES[draft.kind],
      parts: draft.parts,
      ...(draft.model !== undefined && { model: draft.model }),
      ...(draft.usage !== undefined && { usage: draft.usage }),
      ...(note !== undefined && { note }),
    },
  });
  walk.blobs.push(...draft.blobs);
  walk.settled = {
    ...before,
    ordinal: before.ordinal + 1,
    digest,
    first: before.first ?? key,
    parent: key,
    restarts: before.first !== null && before.parent === null ? addName(before.restarts, key) : before.restarts,
    prompts: draft.kind === 'prompt' ? { before: before.parent, earlier: before.prompts } : before.prompts,
    startedMs: time === null ? before.startedMs : Math.min(before.startedMs ?? time, time),
    newestMs: time === null ? before.newestMs : Math.max(before.newestMs ?? time, time),
  };
  noteSpawnCalls(before.spawnCalls, draft, key);
}

/** How JSON.stringify writes what has no UTF-8 form. */
const LONE_SURROGATE = /\\ud[89a-f]/;

function noteSpawnCalls(calls: Settled['spawnCalls'], draft: Draft, key: string): void {
  if (draft.kind !== 'message') return;
  for (const part of draft.parts) {
    if (part.type === 'tool_call' && part.name.includes('spawn')) calls.set(part.id, key);
  }
}

/** What is remembered from record to record, and how a record of the kit is made with it. */
/** Plain JSON that is replaced, never changed: the kit reads on from what it was at any line. */

import type { NoteKind, Part, Usage } from '../../../model/item.ts';
import type { ImportedBlob } from '../../kit/importer.ts';
import type { Reading } from '../../kit/reading.ts';
import { type AgentRecord, type Draft, MAIN } from '../../kit/record.ts';
import type { SessionFacts } from './session.ts';

export type State = {
  readonly facts: SessionFacts | null;
  /** Session whose records these are: after a copied header, the ancestor's. null: no header was seen. */
  readonly session: string | null;
  /** The agent's turn, and its name in keys; null before the first. */
  readonly turnId: string | null;
  readonly turn: string | null;
  readonly model: string | null;
  readonly folder: string | null;
  /** The message that waits for its outputs and its token count. */
  readonly message: Message | null;
  readonly messages: number;
  /** The cumulative token count last seen: an equal one is a repetition. */
  readonly total: string;
  /** Inside the copy of the parent's records that a sub-agent's file starts with. `timed`: its turns say when they began. */
  readonly copying: 'no' | 'yes' | 'timed';
  /** Prompts taken from items whose `user_message` event has not come yet. */
  readonly twins: number;
  /** Time of an event whose prompt is the next item. */
  readonly told: { readonly timeMs: number | null } | null;
  /** A turn was taken, and a prompt. */
  readonly began: boolean;
  readonly asked: boolean;
  /** A `compacted` record came and its event has not. */
  readonly compacted: boolean;
};

type Message = {
  readonly group: string;
  /** Further items of the model still belong to it. */
  readonly open: boolean;
  readonly parts: number;
  /** Searches that have no query yet. */
  readonly searches: readonly string[];
};

export const START: State = {
  facts: null,
  session: null,
  turnId: null,
  turn: null,
  model: null,
  folder: null,
  message: null,
  messages: 0,
  total: '',
  copying: 'no',
  twins: 0,
  told: null,
  began: false,
  asked: false,
  compacted: false,
};

/** Text of a compaction that brought no summary. */
export const COMPACTED = 'The conversation so far was compacted.';

/** Key under which the turn that started a sub-agent is found: its session id is all that a sub-agent knows of it. */
export const startedId = (session: string) => `started/${session}`;

/** One turn that is whole, or that only the end of its call completes. */
export function takeTurn(
  state: State,
  reading: Reading,
  draft: Draft,
  timeMs: number | null,
  blobs: readonly ImportedBlob[] = [],
): State {
  const kind = draft.kind === 'prompt' ? 'prompt' : draft.kind === 'response' ? 'result' : 'event';
  reading.take({ ...baseOf(state, reading, timeMs), kind, ends: false, drafts: [draft], blobs });
  const { message } = state;
  return {
    ...state,
    message: message === null ? null : { ...message, open: false },
    began: true,
    asked: state.asked || kind === 'prompt',
  };
}

/** A system event with one text. */
export function takeNote(
  state: State,
  reading: Reading,
  note: NoteKind,
  content: string,
  timeMs: number | null,
): State {
  const parts: Part[] = [{ type: 'text', content }];
  return takeTurn(state, reading, { kind: 'note', item: { role: 'system', parts, note } }, timeMs);
}

/** More of what the model says: in its open message, else in a new one. */
export function takeSaid(
  state: State,
  reading: Reading,
  parts: readonly Part[],
  timeMs: number | null,
  blobs: readonly ImportedBlob[] = [],
): State {
  const goesOn = state.message?.open === true;
  const before = goesOn ? state : { ...closeMessage(state, reading), messages: state.messages + 1, twins: 0 };
  const message = before.message ?? { group: String(before.messages), open: true, parts: 0, searches: [] };
  const said = {
    group: message.group,
    adds: true,
    parts,
    ...(goesOn || state.model === null ? {} : { model: state.model }),
  };
  reading.take({ ...baseOf(state, reading, timeMs), kind: 'message', message: said, blobs });
  const searches = parts.flatMap((part) =>
    part.type === 'tool_call' && part.name === 'web_search' && Object.keys(part.arguments ?? {}).length === 0
      ? [part.id]
      : [],
  );
  return {
    ...before,
    began: before.began || parts.length > 0,
    message: {
      ...message,
      parts: message.parts + parts.length,
      searches: [...message.searches, ...searches].slice(-MOST_SEARCHES),
    },
  };
}

/** Searches that a client runs at once. */
const MOST_SEARCHES = 64;

/** What the message that waits has cost. */
export function takeUsage(state: State, reading: Reading, usage: Usage): void {
  if (state.message === null) return;
  const message = { group: state.message.group, adds: true, parts: [], usage };
  reading.take({ ...baseOf(state, reading, null), kind: 'message', message });
}

/** The message is complete and no token count will come for it. */
export function closeMessage(state: State, reading: Reading): State {
  reading.endChain(MAIN);
  return state.message === null ? state : { ...state, message: null };
}

/** Later turns belong to the agent's turn `id`. A turn that is entered again gets a name of its own: keys never repeat. */
export function enterTurn(state: State, reading: Reading, id: string): State {
  if (id === state.turnId) return state;
  const closed = closeMessage(state, reading);
  const before = reading.timesBefore(id);
  return { ...closed, turnId: id, turn: before === 0 ? id : `${id}~${before}` };
}

function baseOf(state: State, reading: Reading, timeMs: number | null): Omit<AgentRecord, 'kind'> {
  const { facts, folder, model } = state;
  return {
    id: '',
    scope: state.turn ?? state.session ?? `file:${reading.input.path}`,
    parent: undefined,
    chain: MAIN,
    timeMs,
    line: reading.line,
    drafts: [],
    facts: {
      ...(facts === null ? {} : { session: facts.id }),
      ...(facts?.createdMs === undefined ? {} : { sinceMs: facts.createdMs }),
      ...(folder === null ? {} : { cwd: folder }),
      ...(model === null ? {} : { model }),
    },
  };
}

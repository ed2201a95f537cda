/** What a walk knows of all that is settled, and the same as JSON for the next read of a grown rollout. */
/** A state that does not fit is not guessed at: the file is then read from its start. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import { HistoryMap, listNames, type Names, newNames } from '../../kit/history.ts';
import { findStoredSession, type SessionFacts, storedSession } from './session.ts';

/** Where a rollback goes: the turn before each prompt, newest first. */
export interface PromptMark {
  readonly before: string | null;
  readonly earlier: PromptMark | null;
}

/** What an end event said about a call whose output has not come yet. */
export interface CallEnd {
  readonly diff?: string;
  readonly exit_code?: number;
  readonly duration_ms?: number;
  readonly failed?: boolean;
}

/** All that a later read needs. Replaced, never changed in place, but for what remembers what it was: a mark is a reference. */
export interface Settled {
  readonly facts: SessionFacts | null;
  /** Session whose records these are: after a copied header, the ancestor's. */
  readonly session: string;
  /** Name of the agent's turn, in keys; null before the first. */
  readonly turn: string | null;
  readonly turnId: string | null;
  /** Turns made in this scope so far, and the digest over them. */
  readonly ordinal: number;
  readonly digest: string;
  readonly model: string | null;
  /** Key of the first turn of this source, and of the one where the agent is. */
  readonly first: string | null;
  readonly parent: string | null;
  /** First turns of later conversations: everything before them was rolled back. */
  readonly restarts: Names;
  readonly prompts: PromptMark | null;
  readonly startedMs: number | null;
  readonly newestMs: number | null;
  /** The cumulative token count last seen: an equal one is a repetition. */
  readonly total: string;
  /** Inside the copy of the parent's records that a sub-agent's file starts with. `timed`: its turns say when they began. */
  readonly copying: 'no' | 'yes' | 'timed';
  /** Prompts taken from items whose `user_message` event has not come yet. */
  readonly twins: number;
  readonly ends: HistoryMap<string, CallEnd>;
  /** Call that starts a sub-agent → key of its turn. */
  readonly spawnCalls: HistoryMap<string, string>;
  /** Sub-agents whose start is already linked. */
  readonly spawned: Names;
  /** A `compacted` record came and its event has not. */
  readonly compacted: boolean;
}

/** Nothing settled yet. `session` names the file until a header does. */
export function emptySettled(session: string): Settled {
  return {
    ...EMPTY,
    session,
    restarts: newNames(),
    ends: new HistoryMap(),
    spawnCalls: new HistoryMap(),
    spawned: newNames(),
  };
}

/** State of a walk at its last mark, from which on `ends` and `spawnCalls` remember. `entered`: ids of the agent's turns up to there. */
export function encodeState(settled: Settled, entered: readonly string[]): JsonObject {
  const { prompts, facts, ...plain } = settled;
  const before: (string | null)[] = [];
  for (let mark = prompts; mark !== null; mark = mark.earlier) before.push(mark.before);
  return {
    ...plain,
    restarts: listNames(plain.restarts),
    ends: Object.fromEntries(plain.ends.at(0)),
    spawnCalls: Object.fromEntries(plain.spawnCalls.at(0)),
    spawned: listNames(plain.spawned),
    version: VERSION,
    facts: facts === null ? null : storedSession(facts),
    prompts: before,
    entered,
  } as unknown as JsonObject;
}

/** Undefined: not a state of this version. */
export function findState(state: JsonObject): { readonly settled: Settled; readonly entered: string[] } | undefined {
  const { version, prompts, entered, facts, ...plain } = state;
  if (version !== VERSION || !isTexts(entered) || !Array.isArray(prompts)) return undefined;
  if (!isText(plain.session) || !isText(plain.digest) || !isText(plain.total)) return undefined;
  if (!isTexts(plain.spawned) || !isTexts(plain.restarts)) return undefined;
  if (typeof plain.ordinal !== 'number' || typeof plain.twins !== 'number') return undefined;
  if (!isJsonObject(plain.ends) || !isJsonObject(plain.spawnCalls)) return undefined;
  let marks: PromptMark | null = null;
  for (const before of prompts.toReversed()) marks = { before: textOrNull(before), earlier: marks };
  const settled: Settled = {
    facts: findStoredSession(facts) ?? null,
    session: plain.session,
    turn: textOrNull(plain.turn),
    turnId: textOrNull(plain.turnId),
    ordinal: plain.ordinal,
    digest: plain.digest,
    model: textOrNull(plain.model),
    first: textOrNull(plain.first),
    parent: textOrNull(plain.parent),
    restarts: newNames(plain.restarts),
    prompts: marks,
    startedMs: typeof plain.startedMs === 'number' ? plain.startedMs : null,
    newestMs: typeof plain.newestMs === 'number' ? plain.newestMs : null,
    total: plain.total,
    copying: plain.copying === 'yes' || plain.copying === 'timed' ? plain.copying : 'no',
    twins: plain.twins,
    ends: new HistoryMap(Object.entries(plain.ends as Readonly<Record<string, CallEnd>>)),
    spawnCalls: new HistoryMap(Object.entries(plain.spawnCalls as Readonly<Record<string, string>>)),
    spawned: newNames(plain.spawned),
    compacted: plain.compacted === true,
  };
  return { settled, entered: [...entered] };
}

const VERSION = 3;

const EMPTY: Omit<Settled, 'restarts' | 'ends' | 'spawnCalls' | 'spawned'> = {
  facts: null,
  session: '',
  turn: null,
  turnId: null,
  ordinal: 0,
  digest: '',
  model: null,
  first: null,
  parent: null,
  prompts: null,
  startedMs: null,
  newestMs: null,
  total: '',
  copying: 'no',
  twins: 0,
  compacted: false,
};

function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string';
}

function isTexts(value: JsonValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function textOrNull(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** The state that the next run starts from: the settled part, packed as JSON. */
/** Native ids are kept as hashes of six bytes, so that a state stays near one percent of its source. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import { HistoryList, HistoryMap, newNames, sortNames } from '../../kit/history.ts';
import type { SourceInput } from '../../kit/importer.ts';
import { noteAgent } from './agents.ts';
import type { Branch } from './forks.ts';
import {
  AGENT_ID,
  type Agent,
  type AgentCall,
  type Conversation,
  keyOf,
  type QueuedPrompt,
  type SafePoint,
  type Session,
  type Settled,
  type Titles,
} from './session.ts';
import { type NamedTurn, newTree } from './tree.ts';

/** What a run starts with: the state of the one before, or nothing. */
export function newSession(input: SourceInput): Session {
  const settled = decodeState(input.state) ?? emptySettled();
  const agentsOfCall = new Map<string, Set<string>>();
  for (const [id, agent] of settled.agents) noteAgent(agentsOfCall, id, agent);
  const name = /(?:^|[\\/])agent-([\w-]{1,128})\.jsonl$/.exec(input.path);
  return {
    ...settled,
    input,
    fileAgent: name?.[1],
    opens: new Map(),
    openSides: new Map(),
    agentsOfCall,
    pendingIds: new Set(),
    sideOf: new Map(),
    hasFile: new Map(),
    turns: [],
    firstTurn: settled.tree.turns,
    touched: new Set(),
    blobs: new Map(),
    aliases: [],
    problems: [],
    missingParent: undefined,
    records: {},
    unknown: new Map(),
  };
}

/** Remembers the settled part as it is now; the JSON is made only when it is asked for. */
export function takeSafePoint(session: Session, offset: number, line: number): SafePoint {
  const { tree } = session;
  const kept: Settled = { ...session, tree: { ...tree } };
  const past: Past = {
    log: tree.log.length,
    runs: tree.runs.length,
    keys: tree.keys.length,
    branches: tree.branches.mark(),
    anchors: tree.anchors.mark(),
    conversations: session.conversations.mark(),
    chains: session.chains.mark(),
    agents: session.agents.mark(),
  };
  return { offset, line, state: () => encodeState(kept, past) };
}

/** How long the lists were and what the rest was that goes on growing after a safe point. */
type Past = Readonly<
  Record<'log' | 'runs' | 'keys' | 'branches' | 'anchors' | 'conversations' | 'chains' | 'agents', number>
>;

/** No safe point that was taken so far is asked for its state any more. */
export function forgetPast(session: Session): void {
  const { tree, conversations, chains, agents } = session;
  for (const each of [tree.branches, tree.anchors, conversations, chains, agents]) each.forget();
}

/** Bounds of what a state keeps: older native ids are then known to the pipeline's ledger only. */
const KEPT = { ids: 40_000, keys: 64, agents: 512, calls: 256, queue: 256, summaries: 64, anchors: 64 } as const;

export function emptySettled(): Settled {
  return {
    tree: newTree(),
    conversations: new HistoryList(),
    chains: new HistoryMap(),
    agents: new HistoryMap(),
    calls: [],
    queue: [],
    delivered: [],
    titles: { summaries: [] },
    links: [],
    missing: undefined,
    newestMs: 0,
  };
}

function encodeState(kept: Settled, past: Past): JsonObject {
  const { tree } = kept;
  const log = tree.log.slice(Math.max(0, past.log - KEPT.ids), past.log);
  const keys = tree.keys.slice(Math.max(0, past.keys - KEPT.keys), past.keys);
  return toJson({
    version: 1,
    ids: packIds(log),
    turns: tree.turns,
    keys: keys.map((key) => key.slice(AGENT_ID.length + 1)),
    runs: tree.runs.slice(0, past.runs),
    branches: tree.branches.at(past.branches),
    anchors: [...tree.anchors.at(past.anchors)].slice(-KEPT.anchors),
    conversations: kept.conversations.at(past.conversations).map((conversation) => ({
      ...conversation,
      sessions: sortNames(conversation.sessions),
      models: sortNames(conversation.models),
    })),
    chains: [...kept.chains.at(past.chains)],
    agents: [...kept.agents.at(past.agents)].slice(-KEPT.agents),
    calls: kept.calls.slice(-KEPT.calls),
    queue: kept.queue.slice(-KEPT.queue),
    delivered: kept.delivered,
    titles: { ...kept.titles, summaries: kept.titles.summaries.slice(-KEPT.summaries) },
    links: kept.links,
    missing: kept.missing,
    newestMs: kept.newestMs,
  });
}

/** The settled part in a state that this file wrote; undefined for none or for one of another version. */
export function decodeState(state: JsonObject | undefined): Settled | undefined {
  if (state === undefined || state.version !== 1 || typeof state.ids !== 'string') return undefined;
  const stored = state as unknown as StoredState;
  const tree = newTree(stored.branches, stored.anchors);
  for (const named of unpackIds(stored.ids)) {
    tree.log.push(named);
    tree.known.set(named.hash, named.turn);
  }
  tree.turns = stored.turns;
  tree.keys.push(...stored.keys.map(keyOf));
  tree.firstKey = stored.turns - stored.keys.length;
  tree.runs = stored.runs.slice();
  return {
    tree,
    conversations: new HistoryList(
      stored.conversations.map((conversation) => ({
        ...conversation,
        sessions: newNames(conversation.sessions),
        models: newNames(conversation.models),
      })),
    ),
    chains: new HistoryMap(stored.chains),
    agents: new HistoryMap(stored.agents),
    calls: stored.calls,
    queue: stored.queue,
    delivered: stored.delivered,
    titles: stored.titles,
    links: stored.links,
    missing: stored.missing,
    newestMs: stored.newestMs,
  };
}

/** Base64 of, per id, its hash (6 bytes) and the step from the turn before (1 byte, or -128 and 4 bytes of turn). */
function packIds(log: readonly NamedTurn[]): string {
  const bytes = Buffer.alloc(log.length * 11);
  let at = 0;
  let before = 0;
  for (const { hash, turn } of log) {
    at = bytes.writeUIntLE(hash, at, 6);
    const step = turn - before;
    if (step > -128 && step < 128) at = bytes.writeInt8(step, at);
    else at = bytes.writeInt32LE(turn, bytes.writeInt8(-128, at));
    before = turn;
  }
  return bytes.toString('base64', 0, at);
}

function unpackIds(packed: string): readonly NamedTurn[] {
  const bytes = Buffer.from(packed, 'base64');
  const log: NamedTurn[] = [];
  let at = 0;
  let turn = 0;
  while (at + 7 <= bytes.length) {
    const hash = bytes.readUIntLE(at, 6);
    const step = bytes.readInt8(at + 6);
    at += 7;
    if (step !== -128) turn += step;
    else {
      turn = bytes.readInt32LE(at);
      at += 4;
    }
    log.push({ hash, turn });
  }
  return log;
}

/** Written and read by this file alone; its version is checked. */
interface StoredState {
  readonly ids: string;
  readonly turns: number;
  readonly keys: readonly string[];
  readonly runs: readonly (readonly [number, number])[];
  readonly branches: readonly Branch[];
  readonly anchors: readonly (readonly [string, number])[];
  readonly conversations: readonly (Omit<Conversation, 'sessions' | 'models'> & {
    readonly sessions: readonly string[];
    readonly models: readonly string[];
  })[];
  readonly chains: readonly (readonly [string, number])[];
  readonly agents: readonly (readonly [string, Agent])[];
  readonly calls: readonly AgentCall[];
  readonly queue: readonly QueuedPrompt[];
  readonly delivered: readonly string[];
  readonly titles: Titles;
  readonly links: readonly string[];
  readonly missing?: string;
  readonly newestMs: number;
}

/** Plain JSON without members that are undefined, its strings well-formed. */
function toJson(value: object): JsonObject {
  const json: JsonValue = JSON.parse(JSON.stringify(value)) as JsonValue;
  return isJsonObject(json) ? json : {};
}

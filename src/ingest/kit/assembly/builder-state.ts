/** The state that the next run starts from: the settled part, packed as JSON. */
/** Native ids are kept as hashes of six bytes, so that a state stays near one percent of its source; older ones the ledger knows. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import type { CallEnd } from '../record.ts';
import type { Branch } from '../tree/forks.ts';
import { HistoryList, HistoryMap, newNames, sortNames } from '../tree/history.ts';
import { type NamedTurn, newTree } from '../tree/tree.ts';
import { listPrompts, promptsOf } from '../words/rewind.ts';
import type { Building, Conversation, Scope, Settled } from './building.ts';

/** Bounds of what a state keeps. */
const KEPT = { ids: 40_000, keys: 64, anchors: 64, runs: 8192, names: 8192, calls: 256 } as const;
const VERSION = 2;

export function emptySettled(): Settled {
  return {
    tree: newTree(),
    conversations: new HistoryList(),
    chains: new HistoryMap(),
    delivered: [],
    missing: undefined,
    newestMs: 0,
    scope: undefined,
    prompts: null,
    rewound: undefined,
    times: new HistoryMap(),
    starts: new HistoryMap(),
    callEnds: new HistoryMap(),
  };
}

/** Remembers the settled part as it is now; the JSON is made only when it is asked for. */
export function markSettled(building: Building): () => JsonObject {
  const { tree, delivered, missing, newestMs, scope, prompts, rewound } = building;
  const kept = { turns: tree.turns, delivered, missing, newestMs, scope, rewound };
  const past = {
    log: tree.log.length,
    runs: tree.runs.length,
    keys: tree.keys.length,
    branches: tree.branches.mark(),
    anchors: tree.anchors.mark(),
    conversations: building.conversations.mark(),
    chains: building.chains.mark(),
    times: building.times.mark(),
    starts: building.starts.mark(),
    callEnds: building.callEnds.mark(),
  };
  return () => {
    const log = tree.log.slice(Math.max(0, past.log - KEPT.ids), past.log);
    const keys = tree.keys.slice(Math.max(0, past.keys - KEPT.keys), past.keys);
    return toJson({
      version: VERSION,
      ...kept,
      ids: packIds(log),
      keys: keys.map((key) => key.slice(building.rules.agent.length + 1)),
      runs: tree.runs.slice(0, past.runs).slice(-KEPT.runs),
      branches: tree.branches.at(past.branches),
      anchors: [...tree.anchors.at(past.anchors)].slice(-KEPT.anchors),
      conversations: building.conversations.at(past.conversations).map((conversation) => ({
        ...conversation,
        sessions: sortNames(conversation.sessions),
        models: sortNames(conversation.models),
        folders: sortNames(conversation.folders),
      })),
      chains: [...building.chains.at(past.chains)],
      prompts: listPrompts(prompts).slice(0, KEPT.names),
      times: [...building.times.at(past.times)].slice(-KEPT.names),
      starts: [...building.starts.at(past.starts)].slice(-KEPT.calls).map(([call, { turn, key }]) => [call, turn, key]),
      callEnds: [...building.callEnds.at(past.callEnds)].slice(-KEPT.calls),
    });
  };
}

/** No mark that was taken so far is asked for its state any more. */
export function forgetMarks({ tree, conversations, chains, times, starts, callEnds }: Building): void {
  for (const each of [tree.branches, tree.anchors, conversations, chains, times, starts, callEnds]) each.forget();
}

/** The settled part in a state that this file wrote; undefined for none or for one of another version. */
export function decodeSettled(state: JsonValue | undefined, agent: string): Settled | undefined {
  if (!isJsonObject(state) || state.version !== VERSION || typeof state.ids !== 'string') return undefined;
  const stored = state as unknown as StoredState;
  const tree = newTree(stored.branches, stored.anchors);
  for (const named of unpackIds(stored.ids)) {
    tree.log.push(named);
    tree.known.set(named.hash, named.turn);
  }
  tree.turns = stored.turns;
  tree.keys.push(...stored.keys.map((key) => `${agent}:${key}`));
  tree.firstKey = stored.turns - stored.keys.length;
  tree.runs = stored.runs.slice();
  const conversations = stored.conversations.map((conversation) => ({
    ...conversation,
    sessions: newNames(conversation.sessions),
    models: newNames(conversation.models),
    folders: newNames(conversation.folders),
  }));
  return {
    tree,
    conversations: new HistoryList(conversations),
    chains: new HistoryMap(stored.chains),
    delivered: stored.delivered,
    missing: stored.missing,
    newestMs: stored.newestMs,
    scope: stored.scope,
    prompts: promptsOf(stored.prompts ?? []),
    rewound: stored.rewound,
    times: new HistoryMap(stored.times),
    starts: new HistoryMap((stored.starts ?? []).map(([call, turn, key = '']) => [call, { turn, key }])),
    callEnds: new HistoryMap(stored.callEnds),
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
  readonly conversations: readonly (Omit<Conversation, 'sessions' | 'models' | 'folders'> & {
    readonly sessions: readonly string[];
    readonly models: readonly string[];
    readonly folders: readonly string[];
  })[];
  readonly chains: readonly (readonly [string, number])[];
  readonly delivered: Settled['delivered'];
  readonly missing?: string;
  readonly newestMs: number;
  readonly scope?: Scope;
  readonly rewound?: string | null;
  /** Absent in states of earlier versions of the kit, which knew of none. */
  readonly prompts?: readonly (string | null)[];
  readonly times?: readonly (readonly [string, number])[];
  readonly starts?: readonly (readonly [call: string, turn: number, key?: string])[];
  readonly callEnds?: readonly (readonly [string, CallEnd])[];
}

/** Plain JSON without members that are undefined, its strings well-formed. */
function toJson(value: object): JsonObject {
  const json: JsonValue = JSON.parse(JSON.stringify(value)) as JsonValue;
  return isJsonObject(json) ? json : {};
}

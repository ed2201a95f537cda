/** Everything that reading one Claude Code source knows while it reads, and what of it the next run needs. */
/** What lies before the safe point is settled; a snapshot of it is the state that the next run starts from. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import type { Problem } from '../../base/log.ts';
import type { Item } from '../../model/item.ts';
import type { ImportedBlob, SourceInput } from '../importer.ts';
import type { MessageDraft } from './claude-code-messages.ts';
import type { UserReading } from './claude-code-prompts.ts';
import type { ChainRecord } from './claude-code-records.ts';
import { type Branch, newTree, type Tree } from './claude-code-tree.ts';

/** What is known of a conversation. Immutable: replaced when it grows. */
export interface Conversation {
  /** `main`, `agent:<id>` or `side:<uuid>`. */
  readonly chain: string;
  /** Key of its first turn in this source. */
  readonly first: string;
  /** Session of its newest record. */
  readonly session?: string;
  readonly sessions: readonly string[];
  readonly models: readonly string[];
  readonly version?: string;
  readonly cwd?: string;
  readonly gitBranch?: string;
  readonly startedMs?: number;
  readonly updatedMs?: number;
  readonly forkOf?: string;
  /** A sub-agent's: the call that started it and what it was asked to do. */
  readonly toolCall?: string;
  readonly description?: string;
}

/** A record with what was found in it, while it waits for its place. */
export interface Entry {
  readonly record: ChainRecord;
  /** Of user records: what the part is that is no tool result. */
  readonly reading: UserReading | undefined;
  readonly blobs: readonly ImportedBlob[];
}

/** A prompt that was taken from the queue in the middle of the agent's work. */
export interface QueuedPrompt {
  readonly text: string;
  readonly time: string;
  readonly session: string;
}

/** Something at the end of a chain whose end has not been seen. */
export interface Open {
  readonly what: 'message' | 'command' | 'boundary' | 'queue';
  /** Undefined for a queue. */
  readonly first: ChainRecord | undefined;
  readonly messageId: string | undefined;
  /** Further lines of the message, or the output's record. */
  readonly lines: ChainRecord[];
  draft: MessageDraft;
  command: string | undefined;
  readonly buffer: Entry[];
  readonly queued: QueuedPrompt[];
}

/** A call that starts a sub-agent. */
export interface AgentCall {
  readonly id: string;
  readonly description: string;
  /** Hash of the prompt, to know the sub-agent by it. */
  readonly prompt: number;
}

/** A sub-agent that was seen inline or named by a result. */
export interface Agent {
  readonly toolCall?: string;
  /** uuid of its last inline record. */
  readonly last?: string;
  readonly linked: boolean;
}

export interface Titles {
  readonly custom?: string;
  readonly ai?: string;
  /** [leaf uuid, text], newest last. */
  readonly summaries: readonly (readonly [string, string])[];
}

export interface OutTurn {
  readonly key: string;
  readonly parent: string | null;
  readonly timeMs: number | null;
  readonly item: Item;
  readonly aliases: string[];
}

/** The settled part: all of it is immutable or only grows at its end, so a snapshot is cheap. */
export interface Settled {
  readonly tree: Tree;
  conversations: Conversation[];
  /** Current conversation of each chain. */
  chains: Map<string, number>;
  agents: ReadonlyMap<string, Agent>;
  calls: readonly AgentCall[];
  queue: readonly QueuedPrompt[];
  /** Texts of queued prompts that came as records of their own, lately. */
  delivered: readonly string[];
  titles: Titles;
  links: readonly string[];
  /** Parent of the first record when the source is a slice. */
  missing: string | undefined;
  newestMs: number;
}

export interface Session extends Settled {
  readonly input: SourceInput;
  /** Id of the sub-agent whose own file this is. */
  readonly fileAgent: string | undefined;
  readonly opens: Map<string, Open>;
  readonly pendingIds: Set<string>;
  readonly sideOf: Map<string, string>;
  readonly hasFile: Map<string, boolean>;
  readonly turns: OutTurn[];
  /** Number of the first turn of this run. */
  readonly firstTurn: number;
  readonly touched: Set<number>;
  readonly blobs: Map<string, ImportedBlob>;
  readonly aliases: (readonly [string, string])[];
  readonly problems: Problem[];
  readonly records: Record<string, number>;
  readonly unknown: Map<string, { line: number; count: number }>;
}

/** State before the first record that is not settled. */
export interface SafePoint {
  readonly offset: number;
  readonly line: number;
  readonly state: () => JsonObject;
}

export const AGENT_ID = 'claude-code';

export function keyOf(nativeId: string): string {
  return `${AGENT_ID}:${nativeId}`;
}

export function newSession(input: SourceInput): Session {
  const settled = decodeState(input.state) ?? emptySettled();
  const name = /(?:^|[\\/])agent-([\w-]{1,128})\.jsonl$/.exec(input.path);
  return {
    ...settled,
    input,
    fileAgent: name?.[1],
    opens: new Map(),
    pendingIds: new Set(),
    sideOf: new Map(),
    hasFile: new Map(),
    turns: [],
    firstTurn: settled.tree.turns,
    touched: new Set(),
    blobs: new Map(),
    aliases: [],
    problems: [],
    records: {},
    unknown: new Map(),
  };
}

export function count(session: Session, kind: string): void {
  session.records[kind] = (Object.hasOwn(session.records, kind) ? (session.records[kind] ?? 0) : 0) + 1;
}

/** Remembers the settled part as it is now; the JSON is made only when it is asked for. */
export function takeSafePoint(session: Session, offset: number, line: number): SafePoint {
  const { tree } = session;
  const kept: Settled = {
    ...session,
    conversations: session.conversations.slice(),
    chains: new Map(session.chains),
    tree: { ...tree, branches: tree.branches.slice() },
  };
  const lengths = { log: tree.log.length, runs: tree.runs.length, keys: tree.keys.length };
  return { offset, line, state: () => encodeState(kept, lengths) };
}

/** Bounds of what a state keeps: older native ids are then known to the pipeline's ledger only. */
const KEPT = { ids: 40_000, keys: 64, agents: 512, calls: 256, queue: 256, summaries: 64, anchors: 64 } as const;

const ID_BYTES = 10;

function emptySettled(): Settled {
  return {
    tree: newTree(),
    conversations: [],
    chains: new Map(),
    agents: new Map(),
    calls: [],
    queue: [],
    delivered: [],
    titles: { summaries: [] },
    links: [],
    missing: undefined,
    newestMs: 0,
  };
}

function encodeState(
  kept: Settled,
  lengths: { readonly log: number; readonly runs: number; readonly keys: number },
): JsonObject {
  const { tree } = kept;
  const log = tree.log.slice(Math.max(0, lengths.log - KEPT.ids), lengths.log);
  const ids = Buffer.alloc(log.length * ID_BYTES);
  log.forEach((entry, i) => {
    ids.writeUIntLE(entry.hash, i * ID_BYTES, 6);
    ids.writeInt32LE(entry.turn, i * ID_BYTES + 6);
  });
  const keys = tree.keys.slice(Math.max(0, lengths.keys - KEPT.keys), lengths.keys);
  return toJson({
    version: 1,
    ids: ids.toString('base64'),
    turns: tree.turns,
    keys: keys.map((key) => key.slice(AGENT_ID.length + 1)),
    runs: tree.runs.slice(0, lengths.runs),
    branches: tree.branches,
    anchors: [...tree.anchors].slice(-KEPT.anchors),
    conversations: kept.conversations,
    chains: [...kept.chains],
    agents: [...kept.agents].slice(-KEPT.agents),
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
function decodeState(state: JsonObject | undefined): Settled | undefined {
  if (state === undefined || state.version !== 1 || typeof state.ids !== 'string') return undefined;
  const stored = state as unknown as StoredState;
  const tree = newTree();
  const ids = Buffer.from(stored.ids, 'base64');
  for (let at = 0; at + ID_BYTES <= ids.length; at += ID_BYTES) {
    const entry = { hash: ids.readUIntLE(at, 6), turn: ids.readInt32LE(at + 6) };
    tree.log.push(entry);
    tree.known.set(entry.hash, entry.turn);
  }
  tree.turns = stored.turns;
  tree.keys.push(...stored.keys.map(keyOf));
  tree.firstKey = stored.turns - stored.keys.length;
  tree.runs = stored.runs.slice();
  tree.branches = stored.branches.slice();
  tree.anchors = new Map(stored.anchors);
  return {
    tree,
    conversations: stored.conversations.slice(),
    chains: new Map(stored.chains),
    agents: new Map(stored.agents),
    calls: stored.calls,
    queue: stored.queue,
    delivered: stored.delivered,
    titles: stored.titles,
    links: stored.links,
    missing: stored.missing,
    newestMs: stored.newestMs,
  };
}

/** Written and read by this file alone; its version is checked. */
interface StoredState {
  readonly ids: string;
  readonly turns: number;
  readonly keys: readonly string[];
  readonly runs: readonly (readonly [number, number])[];
  readonly branches: readonly Branch[];
  readonly anchors: readonly (readonly [string, number])[];
  readonly conversations: readonly Conversation[];
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

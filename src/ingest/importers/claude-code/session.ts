/** Everything that reading one Claude Code source knows while it reads, and what of it the next run needs. */
/** What lies before the safe point is settled; a snapshot of it is the state that the next run starts from. */

import type { JsonObject } from '../../../base/json.ts';
import type { Problem } from '../../../base/log.ts';
import type { Item } from '../../../model/item.ts';
import type { HistoryList, HistoryMap, Names } from '../../kit/history.ts';
import type { ImportedBlob, SourceInput } from '../../kit/importer.ts';
import type { MessageDraft } from './messages.ts';
import type { UserReading } from './prompts.ts';
import type { ChainRecord } from './records.ts';
import type { Tree } from './tree.ts';

/** What is known of a conversation. Immutable: replaced when it grows. */
export interface Conversation {
  /** `main`, `agent:<id>` or `side:<uuid>`. */
  readonly chain: string;
  /** Key of its first turn in this source. */
  readonly first: string;
  /** Session of its newest record. */
  readonly session?: string;
  readonly sessions: Names;
  readonly models: Names;
  readonly version?: string;
  readonly cwd?: string;
  readonly gitBranch?: string;
  readonly startedMs?: number;
  readonly updatedMs?: number;
  readonly forkOf?: string;
  /** Hash of its first prompt: a sub-agent without an id is known by what it was asked. */
  readonly asked?: number;
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
  parent: string | null;
  readonly timeMs: number | null;
  readonly item: Item;
  readonly aliases: string[];
}

/** The settled part: all of it is immutable, only grows at its end or remembers what it was, so a snapshot is cheap. */
export interface Settled {
  readonly tree: Tree;
  readonly conversations: HistoryList<Conversation>;
  /** Current conversation of each chain. */
  readonly chains: HistoryMap<string, number>;
  readonly agents: HistoryMap<string, Agent>;
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
  /** Open side chains by the hash of what their conversation was asked, in the order in which they were opened. */
  readonly openSides: Map<number, Set<string>>;
  /** Sub-agents by the call that started them. */
  readonly agentsOfCall: Map<string, Set<string>>;
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
  /** Which problem tells of lost parents, once there is one. */
  missingParent: number | undefined;
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

export function count(session: Session, kind: string): void {
  session.records[kind] = (Object.hasOwn(session.records, kind) ? (session.records[kind] ?? 0) : 0) + 1;
}

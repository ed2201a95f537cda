/** Everything that the builder knows while it reads one source, and which part of it is settled. */
/** What lies before the safe point is settled; a snapshot of it is the state that the next run starts from. */

import type { Problem } from '../../../base/log.ts';
import type { Item } from '../../../model/item.ts';
import type { ImportedBlob, ImportedTurn } from '../importer.ts';
import type { AgentRecord, CallEnd } from '../record.ts';
import type { HistoryList, HistoryMap, Names } from '../tree/history.ts';
import type { Tree } from '../tree/tree.ts';

/** How an agent's records make a tree. */
export interface Rules {
  /** Importer id: keys begin with it. */
  readonly agent: string;
  /** `ladder`: two children are a branch only when the fork ladder finds no harmless reason. `given`: the agent says where each goes. */
  readonly tree: 'ladder' | 'given';
  /** Whether a call of this tool starts a sub-agent: such calls are found by their ids. */
  readonly startsAgent?: (tool: string) => boolean;
  /**
   * Turns are named by what they say (`AgentRecord.scope`). Then nothing can be told more fully later: nothing is taken before
   * its end was seen, and `settle`, or a day without a word, is the end.
   */
  readonly named?: 'by words';
}

/** What is known of a conversation. Immutable: replaced when it grows. */
export interface Conversation {
  readonly chain: string;
  /** Key of its first turn in this source. */
  readonly first: string;
  /** Session of its newest record. */
  readonly session?: string;
  readonly sessions: Names;
  readonly models: Names;
  readonly version?: string;
  readonly cwd?: string;
  /** All that were seen, `cwd` among them. */
  readonly folders: Names;
  readonly gitBranch?: string;
  readonly startedMs?: number;
  readonly updatedMs?: number;
  readonly forkOf?: string;
  /** Hash of its first text: a sub-agent without an id is known by what it was asked. */
  readonly asked: number;
}

/** The turn before each prompt of the way on which the agent is, newest first. Immutable: a snapshot is a reference. */
export interface PromptMark {
  /** Native id; null: nothing stands before the prompt. */
  readonly before: string | null;
  readonly earlier: PromptMark | null;
}

/** What the name of the next turn is made of. Immutable: replaced with each turn. */
export interface Scope {
  readonly name: string;
  /** Turns in it so far. */
  readonly ordinal: number;
  /** Of what they say, in order. */
  readonly digest: string;
}

/** Something at the end of a chain whose end has not been seen. */
export interface Open {
  /** A message's id, the tag that a record opened, or undefined for prompts that may come as records of their own. */
  readonly message: string | undefined;
  readonly tag: string | undefined;
  /** Lines of the message, or the record that opened and the one that completed it. */
  readonly lines: AgentRecord[];
  /** What came in between. */
  readonly buffer: AgentRecord[];
  /** Where the first call and the first answer of each id wait, for agents whose turns are named by words. */
  readonly calls: Map<string, Waiting>;
  readonly answers: Map<string, Waiting>;
}

/** A record's place in `lines` or `buffer`: it is replaced when more is told of it. */
export interface Waiting {
  readonly list: AgentRecord[];
  readonly at: number;
}

/** A turn whose call started a sub-agent, and its key: what it started may be told of long after. */
export interface Start {
  readonly turn: number;
  readonly key: string;
}

/** The settled part: all of it is immutable, only grows at its end or remembers what it was, so a snapshot is cheap. */
export interface Settled {
  readonly tree: Tree;
  readonly conversations: HistoryList<Conversation>;
  /** Current conversation of each chain. */
  readonly chains: HistoryMap<string, number>;
  /** Prompts that came as records of their own, lately: their words and ids. */
  delivered: readonly (readonly [words: string, id: string])[];
  /** Parent of the first record when the source is a slice. */
  missing: string | undefined;
  newestMs: number;
  /** Where turns are named by words: the scope of the newest one. */
  scope: Scope | undefined;
  /** Where a rewind by a count of prompts goes. */
  prompts: PromptMark | null;
  /** Id of the turn that was gone back to, null for above all. Undefined: the newest turn is where the agent is. */
  rewound: string | null | undefined;
  /** How often the format asked for a name. */
  readonly times: HistoryMap<string, number>;
  /** Turns of the calls that started sub-agents; an id that comes again means the newest. */
  readonly starts: HistoryMap<string, Start>;
  /** What was told of calls whose answers have not come. */
  readonly callEnds: HistoryMap<string, CallEnd>;
}

export interface Building extends Settled {
  readonly rules: Rules;
  readonly path: string;
  readonly opens: Map<string, Open>;
  /** Open chains of sub-agents by the hash of what they were asked. */
  readonly asked: Map<number, Set<string>>;
  /** Ids of records that wait in `opens`, and their chains. */
  readonly pending: Map<string, string>;
  readonly turns: OutTurn[];
  /** Turns of earlier runs that their agent has changed since; their parents are those that they have. */
  readonly replacements: ImportedTurn[];
  /** Number of the first turn of this run. */
  readonly firstTurn: number;
  /** Ids of prompts that a record tells which has no place yet, by its id. */
  readonly toldBy: Map<string, string[]>;
  /** Further keys of turns that wait, by a call in them. */
  readonly callKeys: Map<string, string[]>;
  /** Called when nothing is open and before a record that may open something is taken. */
  onSettled: (() => void) | undefined;
  /** Taken now although its end was not seen. */
  provisional: boolean;
  readonly touched: Set<number>;
  readonly blobs: Map<string, ImportedBlob>;
  readonly aliases: (readonly [string, string])[];
  readonly problems: Problem[];
  /** Which problem tells of lost parents, once there is one. */
  missingParent: number | undefined;
  readonly records: Record<string, number>;
}

/** A turn on its way out. */
export interface OutTurn extends Omit<ImportedTurn, 'aliases' | 'parent' | 'item'> {
  parent: string | null;
  item: Item;
  readonly aliases: string[];
}

export function keyOf(building: Pick<Building, 'rules'>, nativeId: string): string {
  return `${building.rules.agent}:${nativeId}`;
}

export function count(building: Pick<Building, 'records'>, kind: string, n = 1): void {
  const { records } = building;
  records[kind] = (Object.hasOwn(records, kind) ? (records[kind] ?? 0) : 0) + n;
}

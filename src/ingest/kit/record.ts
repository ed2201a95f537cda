/** What an importer says of one record of its agent: plain data, in one shape for all agents. */
/** The importer knows the agent's JSON; what a record means for the tree is decided by the builder and nowhere else. */

import type { Item, Part, Usage } from '../../model/item.ts';
import type { ImportedBlob, TurnKind } from './importer.ts';

/** One turn that a record holds. */
export interface Draft {
  readonly kind: TurnKind;
  readonly item: Item;
  /** Its words stand in the place of those that were there before its end was seen. */
  readonly rewritten?: boolean;
}

/**
 * `message`: a line of what the model said; lines of one group are one turn.
 * `prompt`: typed by a person; alone it may begin a branch.
 * `result`: what a tool answered; belongs behind the message that called it.
 * `event`: anything else worth reading.
 * `nothing`: bookkeeping; who names it as parent means the turn above it.
 */
export type RecordKind = 'message' | 'prompt' | 'result' | 'event' | 'nothing';

/** One record. `id` and `parent` are the agent's own; the builder makes keys of them. */
export interface AgentRecord {
  readonly kind: RecordKind;
  /** Unique for the agent for ever: it is one turn, whatever file it is found in. Empty for a record with a `scope`. */
  readonly id: string;
  /** The agent gives its records no ids: the turn is named by its place in this scope and by all that was said in it so far. */
  readonly scope?: string;
  /** Record before it. null: it begins a chain. Undefined: the agent names none, it follows what came last in its chain. */
  readonly parent: string | null | undefined;
  /** Where a record without a parent joins its past (a compaction): used when it is known, and no reason to wait. */
  readonly joins?: string;
  /** It goes another way from where this record stood (a rewind that names what it removes). `parent` is not looked at. */
  readonly beside?: string;
  /** `MAIN`, or a name of its own for each sub-agent whose records stand in the same source. */
  readonly chain: string;
  /** The event's own time: together with the parent it decides the order. */
  readonly timeMs: number | null;
  /** Line, for problems. */
  readonly line: number;
  /** What it says, one turn behind the other. Empty for `message` and `nothing`. */
  readonly drafts: readonly Draft[];
  /** Of a `message` only. */
  readonly message?: MessageLine;
  readonly blobs?: readonly ImportedBlob[];
  /** Proves that the message before it has ended. Absent: true for a prompt, false for everything else. */
  readonly ends?: boolean;
  /** Its turn stays open for a record that `completes` this tag; anything but bookkeeping closes it without. */
  readonly opens?: string;
  /** The rest of what the last record of its chain opened: its words go behind that one's, or stand in their place. */
  readonly completes?: { readonly tag: string; readonly instead: boolean };
  /** Two records of one source with the same mark are one, whatever their ids (a compaction writes its past again). */
  readonly mark?: string;
  /** Words of a prompt that the agent may also write as a record of its own: told once, by whichever of the two has an id. */
  readonly unless?: string;
  /** The agent changed this record: it takes the place of an earlier one with its id. Without this word the first stands. */
  readonly replaces?: boolean;
  /** Where the children of an event hang that stands at the tip although its parent is older. */
  readonly anchors?: boolean;
  readonly facts?: Facts;
}

/** A line of a model message. */
export interface MessageLine {
  /** The agent's id of the message. */
  readonly group: string;
  /** Lines repeat or continue each other; `whole`: each is all of the message, the last one counts. */
  readonly whole?: boolean;
  /** What this line says is new, even when it repeats words of the lines before. */
  readonly adds?: boolean;
  readonly parts: readonly Part[];
  readonly model?: string;
  readonly finish?: string;
  readonly usage?: Usage;
}

/** What a record tells of its conversation. */
export interface Facts {
  readonly session?: string;
  readonly version?: string;
  readonly cwd?: string;
  readonly gitBranch?: string;
  /** Model that is at work. */
  readonly model?: string;
  /** When the session was begun: the time of its first turn when that has none. */
  readonly sinceMs?: number;
}

/** What another record says of an answer, before it or after it. */
export interface CallEnd {
  readonly diff?: string;
  readonly exit_code?: number;
  readonly duration_ms?: number;
  readonly failed?: boolean;
}

/** Chain of the session itself. */
export const MAIN = 'main';

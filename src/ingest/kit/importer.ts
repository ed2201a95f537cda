/** What an importer is: it reads one agent's sessions and knows nothing of the archive. */
/** A new agent is one file in importers/, one fixture folder and one row in importers.ts. */

import type { JsonObject } from '../../base/json.ts';
import type { Problem } from '../../base/log.ts';
import type { Meta } from '../../model/conversation.ts';
import type { Item } from '../../model/item.ts';
import type { FarTexts } from './lines/far-texts.ts';
import type { Gap } from './lines/json-lines.ts';
import type { Source } from './lines/source.ts';

/** What an importer is handed. Bytes before `from` were consumed by an earlier run that returned `state`. */
export interface SourceInput {
  readonly path: string;
  /** Bytes of the file from `from` to its end. */
  readonly bytes: Uint8Array;
  /** Offset of `bytes` in the file. 0: read from the start, `state` is absent. */
  readonly from: number;
  /** 1-based number of the line that `bytes` starts with. */
  readonly firstLine: number;
  /** Long lines that `bytes` leaves out: it goes on after them. For `walkJsonLines`. */
  readonly gaps?: readonly Gap[];
  /** Where long lines are read. Absent: every line is in `bytes`, and is held as a whole. */
  readonly far?: FarTexts;
  readonly state?: JsonObject;
  /** What the source is. Absent: lines. Of a document, which is read like lines, offsets and numbers are those of the lines. */
  readonly kind?: Source['kind'];
  /** The source goes on behind `bytes`, and is read further at once. */
  readonly goesOn?: true;
  /** Take an unfinished last message as it stands instead of waiting for its end. */
  readonly settle: boolean;
  /** How long nobody has written to the source, by the clock of the run. Absent: it may be written to right now. */
  readonly quietMs?: number;
  /** Reads a file beside the source (a sub-agent's meta, a persisted tool result). Undefined: it is not there. Symlinks are refused. */
  readonly readBeside: (relativePath: string) => Uint8Array | undefined;
}

/** A binary that a part names by `hash`; redaction never looks into it. */
export interface ImportedBlob {
  readonly hash: string;
  readonly bytes: Uint8Array;
  /** What it says of who made it could not be taken out: it is kept as it is, and never published. */
  readonly uncleaned?: true;
  /** The bytes are those of the blob's file, compressed and checked. */
  readonly framed?: true;
}

/** What a turn is for the shape of the tree: only a prompt begins a branch, only beside a prompt or a finished answer. */
export type TurnKind = 'prompt' | 'answer' | 'call' | 'response' | 'note';

/** One turn with source-local keys. A key is globally unique for its agent: `claude-code:<uuid>`. */
export interface ImportedTurn {
  readonly key: string;
  /**
   * null: starts a conversation. A key of an earlier run or of another source is fine. When it is known nowhere after all
   * sources of the run were read (a slice, a lost beginning), the turn starts a conversation.
   */
  readonly parent: string | null;
  /** The event's own time; null: the source has none, the parent's is repeated. */
  readonly timeMs: number | null;
  readonly item: Item;
  /** Other native keys that mean this turn: further lines of one message, collapsed bookkeeping records below it. */
  readonly aliases: readonly string[];
  /** Absent: told from the item's role. */
  readonly kind?: TurnKind;
  /**
   * `below`: this source does not know what stands under the parent; the fork ladder is climbed with what the archive holds.
   * `beside`: behind what the turn named as parent is behind. `rest`, `instead`: the parent's turn was cut off before this: they are
   * one, with these words behind the others or in their place. Absent: directly behind the parent.
   */
  readonly place?: 'below' | 'beside' | 'rest' | 'instead';
  /** Stands in for a parent that is known nowhere. Absent: the turn waits for it to the end of the run. */
  readonly otherwise?: string;
  /** Taken before its end was seen (a quiet source, `settle`): a fuller telling of the same key takes its place. */
  readonly provisional?: boolean;
  /** It says something else than before its end was seen: that end's words stand in the place of the beginning's. */
  readonly rewritten?: boolean;
  /** The agent may tell the same in a record of its own: where that one is known, its time is the turn's. */
  readonly standsIn?: boolean;
  /** The agent itself changed what it had written under this key. */
  readonly replaces?: boolean;
}

/** What the source says about a conversation, addressed by any turn key of it. */
export interface ImportedConversation {
  /** Key of a turn in the conversation (usually its first in this source). */
  readonly turn: string;
  /** Without `redactions` and `findings`: the pipeline counts those. */
  readonly meta: Meta;
  /** The agent's own current turn, when it says so (a rollback, a leaf pointer); else the newest leaf is taken. */
  readonly current?: string;
  /** Newest event time that this source has seen: decides between sources. */
  readonly asOfMs: number;
  /** For a sub-agent: key of the turn that holds the tool call which started it. */
  readonly startedBy?: string;
}

export interface SourceOutput {
  /** Parents before children wherever both are in this output. */
  readonly turns: readonly ImportedTurn[];
  readonly conversations: readonly ImportedConversation[];
  readonly blobs: readonly ImportedBlob[];
  /** Native keys that mean a turn of an earlier output (late bookkeeping records): [alias, key]. */
  readonly aliases: readonly (readonly [alias: string, key: string])[];
  /** Offset in the file up to which everything is settled: the next run starts here. */
  readonly consumed: number;
  /** Line number that stands at `consumed`. */
  readonly nextLine: number;
  readonly state: JsonObject;
  readonly problems: readonly Problem[];
  /** Records read, by kind; `turns` of them became turns, the rest was skipped on purpose. */
  readonly records: Readonly<Record<string, number>>;
  /** Messages held back because their end has not been written yet. */
  readonly waiting: number;
  /** A session key that must be read first (a fork's parent), when the source names one. */
  readonly after?: string;
}

export interface Importer {
  /** `claude-code`: stable, in keys and meta. */
  readonly id: string;
  /** `Claude Code` */
  readonly name: string;
  /** Folders where the agent keeps its sessions on this machine, whether or not they exist. */
  readonly roots: (home: string, env: Readonly<Record<string, string | undefined>>) => readonly string[];
  /** Whether a path below a folder could be a source, by its name alone. */
  readonly matchesPath: (path: string) => boolean;
  /** Whether the file is one of this agent's, by its first bytes (up to 64 KB). By content, never by name. */
  readonly detect: (head: string) => boolean;
  /** The member that lists the records in a session that is one document. They are read one by one. */
  readonly list?: string;
  /** Session key and the key of the session that has to be read before, from the first bytes. For ordering only. */
  readonly peek?: (head: string) => { readonly session?: string; readonly after?: string };
  /** Never throws for bad input: reports problems. Throws only for its own bugs. */
  readonly read: (input: SourceInput) => SourceOutput;
}

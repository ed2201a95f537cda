/** What a reader is asked and what it says: one source, and the parts that it was read in. */
/** Both go from one thread to another, so all of it can be cloned. */

import type { JsonObject } from '../../base/json.ts';
import type { Problem } from '../../base/log.ts';
import type { PayloadHash } from '../../model/ids.ts';
import type { Counts } from '../../secrets/secrets.ts';
import type { ImportedConversation, ImportedTurn, SourceOutput } from '../kit/importer.ts';

/** What to read of one source. Cloneable between threads. */
export interface ReadTask {
  readonly path: string;
  /** Files beside the source are read inside this folder only. */
  readonly root: string;
  readonly importer: string;
  /** Bytes before are consumed; `firstLine` is the 1-based number of the line that starts there. */
  readonly from: number;
  readonly firstLine: number;
  /** The importer's own, from the run that consumed up to `from`. */
  readonly state?: JsonObject;
  readonly settle: boolean;
  /** The clock of the run: how long the source has been quiet. */
  readonly nowMs: number;
  /** Bytes that are parsed at once; what comes out is the same whatever it is. */
  readonly partBytes?: number;
  /** Folder that keeps the agent's own bytes; absent: they are not kept. */
  readonly keepIn?: string;
  /** The bytes are not read at `path` but here, up to `size`; files beside the source come from what `sourcesDir` keeps. */
  readonly kept?: { readonly file: string; readonly size: number; readonly sourcesDir: string };
}

export interface ReadTurn extends Omit<ImportedTurn, 'item'> {
  /** Where its payload stands in `payloads`. Length -1: the payload could not be stored, its children go to its parent. */
  readonly at: number;
  readonly length: number;
  readonly payloadHash: PayloadHash;
}

/** What redaction did to one turn. */
export interface Fired {
  /** Index in `turns`. */
  readonly turn: number;
  readonly redactions: Counts;
  readonly findings: Counts;
}

/** Part of a source, in order. Small sources have one. Cloneable; `payloads` (on a buffer of their own) and blobs can be transferred. */
export interface ReadPart {
  readonly turns: readonly ReadTurn[];
  readonly payloads: Uint8Array;
  readonly fired: readonly Fired[];
  readonly conversations: readonly ImportedConversation[];
  readonly blobs: SourceOutput['blobs'];
  readonly aliases: SourceOutput['aliases'];
  readonly consumed: number;
  readonly nextLine: number;
  readonly guard: string;
  readonly size: number;
  readonly mtimeNs: string;
  readonly state: JsonObject;
  readonly problems: readonly Problem[];
  readonly records: Readonly<Record<string, number>>;
  readonly waiting: number;
  /** What waits may have ended once nobody has written to the source for so long. 0: a longer silence changes nothing. */
  readonly lookAgainMs: number;
  /** Bytes of the file that were read. */
  readonly bytes: number;
  /** Starts at the source's beginning: what was said of it before counts no more. */
  readonly fresh: boolean;
  readonly last: boolean;
}

/** One part of a source, or why it could not be read any further. */
export type ReadResult = { readonly part: ReadPart } | { readonly failed: string };

/** A part whose source may still be on its way to where its bytes are kept; `keeping` never rejects. */
export interface PendingPart {
  readonly part: ReadPart;
  readonly keeping?: Promise<readonly Problem[]>;
}

/** Where good bytes may be found: a folder with an archive, or a replica on a host. */
/** None is trusted: whatever it gives is held against what is known here before it is written. */

import type { LogOffer } from '../../archive/archive.ts';
import { TurnpressError } from '../../base/errors.ts';
import type { ConversationId } from '../../model/ids.ts';

/** Contents by their BLAKE3. */
export type Contents = Map<string, Uint8Array>;

/** An archive log as a source shows it. */
export interface GoodLog {
  /** Exact bytes. */
  readonly checkpoint: Uint8Array;
  /** Records of tile `n` of a log of `size`. Undefined: it does not have them whole. */
  readTile(n: number, size: number): Promise<readonly Uint8Array[] | undefined>;
  /** The checkpoint with which a conversation was published, as the source says. */
  readConversation(id: ConversationId): Promise<Uint8Array | undefined>;
}

/** Must be closed. */
export interface GoodSource {
  /** Folder or address, for people. */
  readonly name: string;
  /** Up to `size` records of a log; none: it has nothing of it. Throws NetworkError when nobody answers. */
  listRecords(id: ConversationId, size: number): Promise<LogOffer>;
  /** What it has of the payloads and blobs of a conversation that are named. Throws NetworkError. */
  findContents(id: ConversationId, hashes: ReadonlySet<string>): Promise<Contents>;
  /** Undefined: it has no archive log. Throws NetworkError. */
  findLog(): Promise<GoodLog | undefined>;
  close(): void;
}

/** Undefined: what stands there is damaged. */
export function orBad<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof TurnpressError) return undefined;
    throw error;
  }
}

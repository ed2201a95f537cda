/** Where good bytes may be found: a folder with an archive, or a replica on a host. */
/** None is trusted: whatever it gives is held against what is known here before it is written. */

import type { LogOffer } from '../../archive/archive.ts';
import type { ConversationId } from '../../model/ids.ts';

/** Contents by their BLAKE3. */
export type Contents = Map<string, Uint8Array>;

/** Must be closed. */
export interface GoodSource {
  /** Folder or address, for people. */
  readonly name: string;
  /** Up to `size` records of a log; none: it has nothing of it. Throws NetworkError when nobody answers. */
  listRecords(id: ConversationId, size: number): Promise<LogOffer>;
  /** What it has of the payloads and blobs of a conversation that are named. Throws NetworkError. */
  findContents(id: ConversationId, hashes: ReadonlySet<string>): Promise<Contents>;
  close(): void;
}

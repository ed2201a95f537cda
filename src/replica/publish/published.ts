/** The archive as anybody may see it: what its log says was published, as far as the rules and the gate of today still let it out. */
/** What was ingested and not published does not get out by building. */

import { type ArchiveReader, cutArchive, type Revision } from '../../archive/archive.ts';
import { rootOf } from '../../archive/format/format.ts';
import { blake3Hex } from '../../base/blake3.ts';
import { encodeHex, encodeUtf8 } from '../../base/bytes.ts';
import type { ConversationId } from '../../model/ids.ts';
import { visibilityOf } from '../../model/visibility.ts';
import type { ArchiveLog } from '../log/archive-log.ts';
import { findBlocked, type GateOptions } from './gate.ts';
import { openReplica, type Replica } from './open-replica.ts';

export interface PublishedArchive {
  /** Closing it closes the archive that was given. */
  readonly archive: ArchiveReader;
  /** What `archive.revision()` is as long as nobody writes: of the moment before the gate began to look. */
  readonly gated: Revision;
  /** Published conversations that the gate stops now, and why. They are not in `archive`, until the next publish withdraws them. */
  readonly blocked: ReadonlyMap<ConversationId, string>;
  /** Undefined: nothing was ever published. */
  readonly replica: Replica | undefined;
}

export async function openPublished(
  archive: ArchiveReader,
  log: ArchiveLog,
  gate: GateOptions,
): Promise<PublishedArchive> {
  const before = archive.revision();
  const isOpen = (id: ConversationId): boolean => {
    const summary = archive.findConversation(id);
    return (
      summary !== undefined && summary.meta.joined === undefined && visibilityOf(summary, gate.config) === 'public'
    );
  };
  const openSize = (id: ConversationId): number | undefined => (isOpen(id) ? log.sizeOf(id) : undefined);
  const keyOf = (words: readonly string[]): string => {
    // as it is now: somebody may publish meanwhile
    const { frontier } = log;
    const said = JSON.stringify([
      frontier.size,
      encodeHex(rootOf(frontier)),
      gate.config.publish,
      gate.config.tags,
      words,
    ]);
    return blake3Hex(encodeUtf8(said)).slice(0, 32);
  };
  const looked = cutArchive(archive, { sizeOf: openSize, key: keyOf([]) });
  const blocked = await findBlocked(looked, { ...gate, scope: 'published' });
  const published = (id: ConversationId): number | undefined => (blocked.has(id) ? undefined : openSize(id));
  const names = [...blocked.keys()].sort();
  const shown = cutArchive(archive, {
    sizeOf: (id) => published(id) ?? sizeOfJoined(archive, log, id, published),
    get key() {
      return keyOf(names);
    },
  });
  const { generation } = shown.revision();
  const gated = archive.revision().generation === before.generation ? { ...before, generation } : before;
  return {
    archive: shown,
    gated,
    blocked,
    replica: openReplica(archive, {
      size: log.size,
      checkpointBytes: log.checkpointBytes,
      listKeys: () => log.listKeys(),
      walkRecords: (from) => log.walkRecords(from),
      sizeOf: published,
      readConversation: (id) => log.readConversation(id),
    }),
  };
}

/** One that was published and that another one took over, which is shown: its address leads on there, and nothing of it is shown itself. */
function sizeOfJoined(
  archive: ArchiveReader,
  log: ArchiveLog,
  id: ConversationId,
  published: (id: ConversationId) => number | undefined,
): number | undefined {
  const summary = archive.findConversation(id);
  if (summary?.meta.joined === undefined || log.findState(id) === undefined) return undefined;
  let whole = summary.meta.joined;
  for (let n = 0; n < MOST_JOINED; n++) {
    if (published(whole) !== undefined) return summary.size;
    const next = archive.findConversation(whole)?.meta.joined;
    if (next === undefined) return undefined;
    whole = next;
  }
  return undefined;
}

/** One took over the other so often at most; what goes on and on goes in a circle. */
const MOST_JOINED = 64;

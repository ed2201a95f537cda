/** The archive's door: create one, open it to read or to write. Disk and memory keep the same promises. */
/** A commit is on disk when its call returns, or when what it promises has come. Format: docs/archive-format.md */

export type { ConversationSummary, Head, Meta } from '../model/conversation.ts';
export type { LoggedTurn, Payload } from '../model/turn.ts';
export { createArchive, mendIndex, type OpenOptions, openArchive } from './archive-disk.ts';
export { createMemoryArchive } from './archive-memory.ts';
export type {
  AppendBatch,
  AppendResult,
  ArchiveInfo,
  ArchiveReader,
  ArchiveWriter,
  ConversationCounts,
  ConversationFilter,
  DamageReport,
  ExtensionTile,
  LogExtension,
  LogOffer,
  LogState,
  LostContent,
  PlannedExtension,
  PutBackReport,
  Revision,
  SearchHit,
  SearchQuery,
  VerifyOptions,
  VerifyReport,
  WalkOptions,
} from './contract.ts';
export { isDamage } from './damage.ts';
export {
  AmbiguousPrefixError,
  ArchiveExistsError,
  DamageError,
  ForeignLogError,
  FutureFormatError,
  InvalidTurnError,
  LockedError,
  NotAnExtensionError,
  NotFoundError,
  RecordError,
  WriteRefusedError,
} from './errors.ts';
/** For logs of the same make that other rooms keep in the archive's folder. */
export { carryOutBeside, Unsynced } from './files/unsynced.ts';
export type { MetaTombstone, Tombstone } from './format/record.ts';
export { type PreparedTurn, prepareTurn } from './format/turn-record.ts';
export type {
  Ledger,
  LedgerSource,
  LedgerUpdate,
  LostParent,
  RedactedPayload,
  StartedConversation,
} from './ledger-contract.ts';
export { cutArchive, type PublishedSizes } from './read/cut-archive.ts';
export { mendInfo } from './scan/mend-info.ts';
export { cutTails, quarantineFile } from './scan/quarantine.ts';
export type { TornTail } from './scan/scan-tails.ts';

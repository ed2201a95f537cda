/** The replica's door: publishing an archive, proofs of what was published, and repair. */
/** Publishing fails closed: what the gate finds, or cannot look into, stays in. */

export { checkProof, type ProofReport } from './check/check-proof.ts';
export { PROOF_LIMIT, parseProof } from './check/proof-file.ts';
export { proveTurn } from './check/prove.ts';
export { BadProofError, NotPublishedError } from './errors.ts';
export { keyFile } from './log/key-files.ts';
export { commitPublish, isEmptyPlan } from './publish/commit.ts';
export { findBlocked, type GateOptions } from './publish/gate.ts';
export { openReplica, type Replica } from './publish/open-replica.ts';
export {
  type HeldBack,
  type PlannedState,
  type PlannedWithdrawal,
  type PublishPlan,
  planPublish,
} from './publish/plan.ts';
export { openPublished, type PublishedArchive } from './publish/published.ts';
export type { PublishedLog, ReplicaFile } from './publish/replica-files.ts';
export { finishRotation, planSigning, readySigners, type SigningChoice, type SigningPlan } from './publish/signing.ts';
export { planUnpublish } from './publish/unpublish.ts';
export { openFolderSource } from './repair/folder-source.ts';
export type { GoodSource } from './repair/good-source.ts';
export { type RepairReport, repair } from './repair/repair.ts';
export { type RepairLogReport, repairLog } from './repair/repair-log.ts';
export { openReplicaSource } from './repair/replica-good-source.ts';

/** What can go wrong between an archive and its public copies, one class per cause. */
/** Callers decide by class or code; the command line turns each into its exit code. */

import { TurnpressError } from '../base/errors.ts';

/** The archive log is not what was committed, or breaks a rule of docs/archive-format.md. */
export class ArchiveLogError extends TurnpressError {
  override readonly kind = 'damaged';
  /** The sentence without the file's name. */
  readonly problem: string;
  /** `file`: path inside the archive. */
  constructor(file: string, problem: string, cause?: unknown) {
    super('ARCHIVE_LOG', { file }, `${file} is damaged: ${problem}`, cause);
    this.problem = problem;
  }
}

/** Records or a checkpoint that do not go on from the archive log that is here; nothing was written. */
export class NotTheNextLogError extends TurnpressError {
  override readonly kind = 'damaged';
  constructor(reason: string) {
    super('NOT_THE_NEXT_LOG', { reason }, `the archive log cannot go on so: ${reason}`);
  }
}

/** The key that has to sign is missing, or another one than the archive log names. */
export class ArchiveKeyError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(message: string, file?: string) {
    super('ARCHIVE_KEY', { file }, message);
  }
}

/** What kept an answer from coming, for programs. */
export type NetworkReason =
  | 'address' // it would be fetched from where nobody from outside may send us
  | 'name' // the name has no address
  | 'connection'
  | 'time'
  | 'redirects'
  | 'size'
  | 'body' // it came, and is cut off or not what its headers say
  | 'status';

/** A host did not answer, not in time, or not in a way that can be used. What was there before is as it was. */
export class NetworkError extends TurnpressError {
  override readonly kind = 'network';
  readonly reason: NetworkReason;
  constructor(host: string, reason: NetworkReason, problem: string, cause?: unknown) {
    super('NETWORK', { host, reason }, `${host}: ${problem}`, cause);
    this.reason = reason;
  }
}

/** A file of a replica is not what it must be, or not there: cut off, changed, of another log. Nothing of it was kept. */
export class BadReplicaError extends TurnpressError {
  override readonly kind = 'damaged';
  /** The sentence without the file's name. */
  readonly problem: string;
  constructor(file: string, problem: string, cause?: unknown) {
    super('BAD_REPLICA', { file }, `${file}: ${problem}`, cause);
    this.problem = problem;
  }
}

/** What a replica's checkpoint counts is not there (yet): a cache or a mirror lags behind, or a publish is under way. */
export class LaggingReplicaError extends TurnpressError {
  override readonly kind = 'network';
  /** Of a conversation that the log counts there is nothing at all. */
  readonly isAbsent: boolean;
  constructor(file: string, problem: string, isAbsent = false) {
    super('LAGGING_REPLICA', { file }, `${file}: ${problem}; nothing was changed, try again later`);
    this.isAbsent = isAbsent;
  }
}

/** Two states of one log that contradict each other: whoever signed both showed different people different things. */
export class ForkedLogError extends TurnpressError {
  override readonly kind = 'damaged';
  constructor(log: string, evidence: string) {
    super(
      'FORKED',
      { log, evidence },
      `${log} is shown in two ways that contradict each other; nothing was taken, and both checkpoints are kept in ${evidence} as evidence`,
    );
  }
}

/** The checkpoint is not signed by a key that is trusted here. */
export class UntrustedKeyError extends TurnpressError {
  override readonly kind = 'damaged';
  constructor(origin: string, problem: string) {
    super('UNTRUSTED_KEY', { origin }, `${origin}: ${problem}`);
  }
}

/** A proof does not hold: it is cut off, changed, or of something else. */
export class BadProofError extends TurnpressError {
  override readonly kind = 'damaged';
  /** The part of the chain that breaks. */
  readonly part: string;
  /** The sentence without the part. */
  readonly problem: string;
  constructor(part: string, problem: string, cause?: unknown) {
    super('BAD_PROOF', { part }, `the proof does not hold: ${part}: ${problem}`, cause);
    this.part = part;
    this.problem = problem;
  }
}

/** What is not published has no proof. */
export class NotPublishedError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(turn: string, problem: string) {
    super('NOT_PUBLISHED', { turn }, problem);
  }
}

/** The end of the log that was read does not speak of a conversation, and no more of it is read. */
export class LongLogError extends TurnpressError {
  override readonly kind = 'network';
  constructor(conversation: string, read: number) {
    super(
      'LONG_LOG',
      { conversation },
      `the newest ${read} records of the archive log do not speak of conversation ${conversation}, and no more are read here`,
    );
  }
}

/** Nothing at an address leads to a replica that can be pulled. */
export class NoReplicaError extends TurnpressError {
  override readonly kind = 'usage';
  /** The page names this one, on another host. */
  readonly elsewhere: string | undefined;
  constructor(address: string, problem: string, elsewhere?: string) {
    super('NO_REPLICA', { address }, `${address}: ${problem}`);
    this.elsewhere = elsewhere;
  }
}

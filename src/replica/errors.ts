/** What can go wrong with a replica, one class per cause. */
/** Callers decide by class or code; the command line turns each into its exit code. */

import { TurnpressError } from '../base/errors.ts';

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

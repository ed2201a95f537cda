/** The door for a page that checks itself: the chain from what a turn says to the key, from a replica's files alone. */
/** Apart from the room's door, because a page has neither disk nor archive. */

export { BadReplicaError, LaggingReplicaError, NetworkError, NotPublishedError } from '../errors.ts';
export { type Fingerprint, fingerprintOf } from '../log/fingerprint.ts';
export type { VerifierKey } from '../log/verifier-key.ts';
export type { FetchFile } from './log-tail.ts';
export { type ContentReader, openContent } from './read-content.ts';
export { type Published, readPublished, type VerifyNote } from './read-published.ts';

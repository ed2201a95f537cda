/** The replica's door: what of an archive may go out, and taking things from the web. */
/** Publishing fails closed: what the gate finds, or cannot look into, stays in. */

export { NetworkError, type NetworkReason } from './errors.ts';
export { type Answer, Fetcher, type FetcherOptions, type FetchOptions, type Redirect } from './fetch/fetcher.ts';
export { findBlocked, type GateOptions } from './publish/gate.ts';
export { openReplica, type Replica } from './publish/open-replica.ts';
export type { PublishedLog, ReplicaFile } from './publish/replica-files.ts';
export { type PullOptions, type PullReport, pull } from './pull/pull.ts';
export { type PullState, readPullState } from './pull/pull-state.ts';

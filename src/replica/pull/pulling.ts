/** The door to other people's hosts: fetching with every caution, and pulling a replica. */
/** Apart from the room's door, because a pull that finds nothing new is mostly loading. */

export { NetworkError, type NetworkReason, NoReplicaError } from '../errors.ts';
export { type Answer, Fetcher, type FetcherOptions, type FetchOptions, type Redirect } from '../fetch/fetcher.ts';
export type { HostReport, PullOptions, PullReport } from './contract.ts';
export { pull } from './pull.ts';
export { type PullState, readPullState } from './pull-state.ts';
export { ReplicaSource } from './source.ts';

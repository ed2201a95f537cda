/** The door to other people's hosts: fetching with every caution, and pulling a replica. */
/** Apart from the room's door, because it needs no rule about secrets: a pull that finds nothing new is mostly loading. */

export { NetworkError, type NetworkReason, NoReplicaError } from '../errors.ts';
export { type Answer, Fetcher, type FetcherOptions, type FetchOptions, type Redirect } from '../fetch/fetcher.ts';
export { compareMirror, type Difference, type MirrorReport } from './compare-mirror.ts';
export type { PullOptions, PullReport } from './contract.ts';
export { type FoundReplica, findReplica } from './discover.ts';
export type { HostReport } from './hosts.ts';
export { pull } from './pull.ts';
export { type PullState, readPullState } from './pull-state.ts';
export { ReplicaSource } from './source.ts';

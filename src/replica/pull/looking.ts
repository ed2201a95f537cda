/** The door to other people's replicas for who does not pull: finding one behind an address, and holding one against what is here. */
/** Apart from the door to pulling, which most often finds nothing new and shall load no more than that needs. */

export { compareMirror, type Difference, type MirrorReport } from './compare-mirror.ts';
export { type FoundReplica, findReplica } from './discover.ts';

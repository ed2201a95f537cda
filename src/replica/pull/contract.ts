/** What a pull is asked for and what it says in the end. Types only. */
/** Apart from the work, so that commands and tests can name them without it. */

import type { Log, Progress } from '../../base/log.ts';
import type { Fetcher } from '../fetch/fetcher.ts';
import type { LogNews } from './pull-log.ts';

export interface PullOptions {
  /** Folder of the copy: an archive that nothing else writes to. Made when it is not there. */
  readonly dir: string;
  /** Of the replica's folder; absent: as it was the last time. */
  readonly address?: string;
  /** Of other hosts that hold the same archive, added to those that are kept with the copy. */
  readonly mirrors?: readonly string[];
  /** Kept with the copy. Absent: those that are kept. */
  readonly allowHosts?: readonly string[];
  /** Verifier keys that a person says are the archive's own. */
  readonly accept?: readonly string[];
  /** Only conversations whose id begins so; the others stay pending. */
  readonly only?: string;
  readonly fetcher: Fetcher;
  readonly nowMs: () => number;
  readonly log: Log;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
  /** Is handed what lets go of the copy, should the process be told to end; returns what forgets it again. */
  readonly hold?: (release: () => void) => () => void;
  /** For tests: milliseconds before a second try. */
  readonly patienceMs?: number;
}

/** `lies`: what it shows is no replica of this archive, or not whole; `forked`: it contradicts what was signed before. */
export interface HostReport {
  readonly address: string;
  readonly state: 'good' | 'stale' | 'away' | 'lies' | 'forked';
  /** The first thing that was wrong; empty: nothing. */
  readonly problem: string;
}

export interface PullReport {
  readonly address: string;
  readonly origin: string;
  /** The address and the mirrors, in the order in which they were asked. */
  readonly hosts: readonly HostReport[];
  /** What the hosts showed of the archive log, held against what was here. */
  readonly found: LogNews['found'];
  /** Records of the archive log, before and now. */
  readonly logBefore: number;
  readonly logSize: number;
  /** Verifier keys of the log, the last one signs; none: it is unsigned. */
  readonly keys: readonly string[];
  /** The last key is trusted since this pull, because nobody knew one before. */
  readonly newlyTrusted: boolean;
  /** Conversations. */
  readonly pulled: number;
  readonly removed: number;
  readonly failed: number;
  readonly pending: number;
  /** Places of the copy that are not as they were written: for `repair`. */
  readonly damaged: number;
  readonly turns: number;
  /** Raw bytes of payloads that came. */
  readonly payloadBytes: number;
  readonly requests: number;
  readonly bytes: number;
  /** ISO; empty: it never grew. */
  readonly lastGrowth: string;
}

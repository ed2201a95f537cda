/** Ends the process when it is told to, after letting go of what it holds: the lock, the index. */
/** Only while something is held: at any other time the system ends a process faster than we could, also in the middle of a long loop. */

import { constants } from 'node:os';

/** What to do before the process ends; the newest first. */
const held: (() => void)[] = [];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `release` is called when a signal ends the process. Returns what forgets it again. */
export function holdUntilReleased(release: () => void): () => void {
  if (held.length === 0) for (const signal of SIGNALS) process.on(signal, end);
  held.push(release);
  return () => {
    const at = held.lastIndexOf(release);
    if (at === -1) return;
    held.splice(at, 1);
    if (held.length === 0) for (const signal of SIGNALS) process.off(signal, end);
  };
}

/** Lets go of everything. What cannot be let go of is taken over by the next process, which sees that this one is gone. */
export function releaseAll(): void {
  for (let release = held.pop(); release !== undefined; release = held.pop()) {
    try {
      release();
    } catch {
      // the process ends: nobody is left to be told
    }
  }
}

/** The exit code of a shell for a process that a signal ended: 130, 143, 129. */
function end(signal: (typeof SIGNALS)[number]): void {
  releaseAll();
  process.exit(128 + constants.signals[signal]);
}

/** How long a failure that may be a signal's waits to be told, in milliseconds: the signal that ended the other program ends us first. */
export const HEARD_MS = 500;

/** Whether another program that we ran may have failed because a signal went to all of us. */
export function mayBeInterrupted({ code, signal }: Ended): boolean {
  return typeof signal === 'string' || Number(code) >= 128;
}

interface Ended {
  readonly code?: number | string | null | undefined;
  readonly signal?: string | null | undefined;
}

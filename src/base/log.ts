/** How rooms speak without printing: a log, problems and progress. */
/** Only cli/ has a terminal; everybody else is handed one of these. */

/** One bad input that did not stop the job. Shown at the end, counted, and in --json. */
export interface Problem {
  /** Stable, in capitals, for programs: `BROKEN_LINE`, `UNKNOWN_RECORD`. */
  readonly code: string;
  /** File that holds it, as the person would type it. */
  readonly file?: string;
  /** 1-based line, or position that the code explains. */
  readonly line?: number;
  /** What is wrong and the way out, in one sentence. Never a secret. */
  readonly message: string;
  /** How many of the same kind this line stands for. */
  readonly count?: number;
}

export interface Log {
  info(message: string): void;
  detail(message: string): void;
  problem(problem: Problem): void;
}

/** Progress of one stage. `total` may grow. */
export interface Progress {
  start(stage: string, total: number): void;
  advance(done: number, label?: string): void;
  finish(): void;
}

export const silentLog: Log = { info() {}, detail() {}, problem() {} };
export const silentProgress: Progress = { start() {}, advance() {}, finish() {} };

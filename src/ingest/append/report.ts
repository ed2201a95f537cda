/** What an ingest did, in numbers. */
/** Every source that was found is counted once in exactly one of new, grown, rewritten, unchanged or ignored. */

import type { Problem } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';

/** Plain JSON. */
export interface IngestReport {
  readonly sources: {
    readonly found: number;
    readonly new: number;
    readonly grown: number;
    readonly unchanged: number;
    readonly rewritten: number;
    /** Known from before, looked for and not there: nothing was removed. */
    readonly vanished: number;
    /** No importer knows what they hold, or they are empty. */
    readonly ignored: number;
    /** Sources with at least one problem; they are counted above as well. */
    readonly withProblems: number;
  };
  readonly turns: { readonly new: number; readonly known: number };
  readonly conversations: { readonly new: number; readonly grown: number };
  /** New prompts and new branches. */
  readonly prompts: number;
  readonly branches: number;
  /** Messages held back because their end has not been written yet. */
  readonly waiting: number;
  /** Turns that say something else under an id that is known: the first telling stands, the other is in the kept sources. */
  readonly differing: number;
  /** Attachments read that say who made them where it could not be taken out: kept as they are, never published. */
  readonly uncleaned: number;
  /** What redaction replaced, and what it left because it is doubtful, by rule, in all that was read. */
  readonly redactions: Readonly<Record<string, number>>;
  readonly findings: Readonly<Record<string, number>>;
  /** Records read, by importer and kind: `codex:session_meta`. */
  readonly records: Readonly<Record<string, number>>;
  /** The first of them; all were told to the log. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  readonly bytesRead: number;
  /** Conversations whose log grew, sorted. */
  readonly changed: readonly ConversationId[];
}

export type SourceStatus = 'new' | 'grown' | 'rewritten' | 'unchanged' | 'ignored';

/** A report in the making. */
export interface Counters {
  source(status: SourceStatus): void;
  vanished(n: number): void;
  problem(problem: Problem, source?: string): void;
  turns(fresh: number, known: number): void;
  conversation(id: ConversationId, known: boolean, prompts: number, branches: number): void;
  waiting(n: number): void;
  differing(source: string, n: number): void;
  uncleaned(n: number): void;
  redactions(counts: Readonly<Record<string, number>>): void;
  findings(counts: Readonly<Record<string, number>>): void;
  records(importer: string, counts: Readonly<Record<string, number>>): void;
  bytesRead(n: number): void;
  report(): IngestReport;
}

export function createCounters(tell: (problem: Problem) => void): Counters {
  const sources = { new: 0, grown: 0, unchanged: 0, rewritten: 0, ignored: 0 };
  const turns = { new: 0, known: 0 };
  const conversations = { new: 0, grown: 0 };
  const sums = { vanished: 0, prompts: 0, branches: 0, waiting: 0, differing: 0, uncleaned: 0, bytesRead: 0 };
  const [redactions, findings, records] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ];
  const problems: Problem[] = [];
  let problemCount = 0;
  const troubled = new Set<string>();
  const changed = new Set<ConversationId>();
  return {
    source: (status) => {
      sources[status]++;
    },
    vanished: (n) => {
      sums.vanished += n;
    },
    problem: (problem, source) => {
      if (problems.length < MOST_PROBLEMS) problems.push(problem);
      problemCount++;
      if (source !== undefined) troubled.add(source);
      tell(problem);
    },
    turns: (fresh, known) => {
      turns.new += fresh;
      turns.known += known;
    },
    conversation: (id, known, prompts, branches) => {
      conversations[known ? 'grown' : 'new']++;
      sums.prompts += prompts;
      sums.branches += branches;
      changed.add(id);
    },
    waiting: (n) => {
      sums.waiting += n;
    },
    differing(source, n) {
      sums.differing += n;
      const message =
        'says something else under ids that are known; what was read first stands, this stays in the kept sources';
      this.problem({ code: 'KNOWN_OTHERWISE', file: source, message, count: n }, source);
    },
    uncleaned: (n) => {
      sums.uncleaned += n;
    },
    redactions: (counts) => add(redactions, counts),
    findings: (counts) => add(findings, counts),
    records: (importer, counts) => add(records, counts, `${importer}:`),
    bytesRead: (n) => {
      sums.bytesRead += n;
    },
    report: () => ({
      sources: {
        found: Object.values(sources).reduce((sum, n) => sum + n, 0),
        ...sources,
        vanished: sums.vanished,
        withProblems: troubled.size,
      },
      turns,
      conversations,
      prompts: sums.prompts,
      branches: sums.branches,
      waiting: sums.waiting,
      differing: sums.differing,
      uncleaned: sums.uncleaned,
      redactions: sorted(redactions),
      findings: sorted(findings),
      records: sorted(records),
      problems,
      problemCount,
      bytesRead: sums.bytesRead,
      changed: [...changed].sort(),
    }),
  };
}

/** A file of a million broken lines must not be a report of a million lines. */
const MOST_PROBLEMS = 1000;

function add(sums: Map<string, number>, counts: Readonly<Record<string, number>>, prefix = ''): void {
  for (const [name, n] of Object.entries(counts)) sums.set(prefix + name, (sums.get(prefix + name) ?? 0) + n);
}

function sorted(sums: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a query found, in the order it is shown: records that have every word, then those with words that begin like them. */
/** Only what is shown is fetched, and only a few records are looked at in vain. */

import type { PagefindRecord, PagefindResult } from './pagefind-types.ts';
import { hasBeginning } from './query-words.ts';

export interface Answer {
  /** Records that have every word, in any of its grammatical forms, as far as was looked. */
  readonly count: number;
  /** Everything was looked at. */
  readonly whole: boolean;
  /** Words that no record has, whatever the filters. */
  readonly missing: readonly string[];
  /** The next records, fewer at the end. */
  take(most: number): Promise<readonly Found[]>;
  /** Whether `take` may give more; known when it was called once. */
  hasMore(): boolean;
}

export interface Found {
  readonly record: PagefindRecord;
  /** It lacks a word and has one that begins like it. */
  readonly similar: boolean;
}

/** The next results in their order; asked for when those before are used up. */
export type AskForResults = () => Promise<readonly PagefindResult[]>;

export interface FoundWord {
  readonly word: string;
  /** Ids of the records that have it. */
  readonly holders: ReadonlySet<string>;
  readonly missing: boolean;
}

export interface Finding {
  /** Empty when there are none, or a phrase: then every result is exact. */
  readonly words: readonly FoundWord[];
  /** What Pagefind found, in any order. */
  readonly found: readonly PagefindResult[];
  /** Where the exact ones are taken from, and the similar ones. */
  readonly exact: readonly AskForResults[];
  readonly similar: readonly AskForResults[];
}

/** Similar records are looked at by so many; when none of them is, the search for them ends. */
const LOOK = 5;

/** `further`: what is behind it, asked when its exact records are used up. */
export function answerOf(first: Finding, further?: () => Promise<Finding>): Answer {
  const findings = listFindings(first, further);
  const exact = createQueue(walkResults(findings, 'exact'));
  const rest = createQueue(walkResults(findings, 'similar'));
  const count = countExact(first);
  let given = 0;
  let more = true;
  return {
    count,
    whole: further === undefined,
    missing: first.words.filter(({ missing }) => missing).map(({ word }) => word),
    hasMore: () => more,
    async take(most) {
      const records = await readAll(await exact.take(most));
      given += records.length;
      const shown: Found[] = records.map((record) => ({ record, similar: false }));
      while (shown.length < most && (await rest.isLeft())) {
        const looked = await rest.take(Math.min(LOOK, most - shown.length));
        const seen = await readAll(looked);
        const kept = seen.filter((record, i) => isSimilar(findings.seen, record, looked[i]?.id ?? ''));
        if (kept.length === 0) rest.end();
        shown.push(...kept.map((record) => ({ record, similar: true })));
      }
      // what is behind is not asked only to know whether there is anything
      more = given < count || findings.isOpen() || (await rest.isLeft());
      return shown;
    },
  };
}

/** Records of a finding that have every word. */
export function countExact(finding: Finding): number {
  return finding.found.filter(isExactIn(finding)).length;
}

function isExactIn({ words }: Finding): (result: PagefindResult) => boolean {
  return ({ id }) => words.every(({ holders }) => holders.has(id));
}

function isSimilar(findings: readonly Finding[], record: PagefindRecord, id: string): boolean {
  return findings.some(({ words }) =>
    words.every(({ word, holders }) => holders.has(id) || hasBeginning(record, word)),
  );
}

interface Findings {
  readonly seen: Finding[];
  /** Something was not asked yet. */
  isOpen(): boolean;
  get(at: number): Promise<Finding | undefined>;
}

function listFindings(first: Finding, further: (() => Promise<Finding>) | undefined): Findings {
  const seen = [first];
  let asked: Promise<Finding> | undefined;
  const ask = async (load: () => Promise<Finding>): Promise<Finding> => {
    const finding = await load();
    seen.push(finding);
    return finding;
  };
  return {
    seen,
    isOpen: () => further !== undefined && asked === undefined,
    async get(at) {
      if (at === 0) return first;
      if (at > 1 || further === undefined) return undefined;
      asked ??= ask(further);
      return asked;
    },
  };
}

async function* walkResults(
  findings: Findings,
  kind: 'exact' | 'similar',
): AsyncGenerator<readonly PagefindResult[], void, undefined> {
  for (let at = 0; ; at++) {
    const finding = await findings.get(at);
    if (finding === undefined) return;
    const isExact = isExactIn(finding);
    for (const ask of finding[kind]) yield (await ask()).filter((result) => isExact(result) === (kind === 'exact'));
  }
}

function readAll(results: readonly PagefindResult[]): Promise<readonly PagefindRecord[]> {
  return Promise.all(results.map((result) => result.data()));
}

interface Queue {
  /** Fewer when there are no more. */
  take(most: number): Promise<readonly PagefindResult[]>;
  isLeft(): Promise<boolean>;
  end(): void;
}

function createQueue(source: AsyncGenerator<readonly PagefindResult[], void, undefined>): Queue {
  let ready: readonly PagefindResult[] = [];
  let ended = false;
  const fill = async (count: number): Promise<void> => {
    while (ready.length < count && !ended) {
      const next = await source.next();
      if (next.done === true) ended = true;
      else ready = [...ready, ...next.value];
    }
  };
  return {
    async take(most) {
      await fill(most);
      const taken = ready.slice(0, most);
      ready = ready.slice(most);
      return taken;
    },
    async isLeft() {
      await fill(1);
      return ready.length > 0;
    },
    end() {
      ended = true;
      ready = [];
    },
  };
}

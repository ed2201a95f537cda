/** What a query found, in the order it is shown: records that have every word, then those with words that begin like them. */
/** Only what is shown is fetched, and only a few records are looked at in vain. */

import type { PagefindRecord, PagefindResult } from './pagefind-types.ts';
import { hasBeginning } from './query-words.ts';

export interface Answer {
  /** Records that have every word, in any of its grammatical forms. */
  readonly count: number;
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

export interface Finding {
  /** Empty when there are none, or a phrase: then every result is exact. */
  readonly words: readonly {
    readonly word: string;
    /** Ids of the records that have it. */
    readonly holders: ReadonlySet<string>;
    readonly missing: boolean;
  }[];
  /** What Pagefind found, in any order. */
  readonly found: readonly PagefindResult[];
  /** Where the exact ones are taken from, and the similar ones. */
  readonly exact: readonly AskForResults[];
  readonly similar: readonly AskForResults[];
}

/** Similar records are looked at by so many; when none of them is, the search for them ends. */
const LOOK = 5;

export function answerOf({ words, found, exact, similar }: Finding): Answer {
  const isExact = ({ id }: PagefindResult): boolean => words.every(({ holders }) => holders.has(id));
  const isSimilar = (record: PagefindRecord, id: string): boolean =>
    words.every(({ word, holders }) => holders.has(id) || hasBeginning(record, word));
  const first = createQueue(exact, isExact);
  const rest = createQueue(similar, (result) => !isExact(result));
  const count = found.filter(isExact).length;
  let given = 0;
  let more = true;
  return {
    count,
    missing: words.filter(({ missing }) => missing).map(({ word }) => word),
    hasMore: () => more,
    async take(most) {
      const records = await readAll(await first.take(most));
      given += records.length;
      const shown: Found[] = records.map((record) => ({ record, similar: false }));
      while (shown.length < most && (await rest.isLeft())) {
        const looked = await rest.take(Math.min(LOOK, most - shown.length));
        const seen = await readAll(looked);
        const kept = seen.filter((record, i) => isSimilar(record, looked[i]?.id ?? ''));
        if (kept.length === 0) rest.end();
        shown.push(...kept.map((record) => ({ record, similar: true })));
      }
      more = given < count || (await rest.isLeft());
      return shown;
    },
  };
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

function createQueue(sources: readonly AskForResults[], isWanted: (result: PagefindResult) => boolean): Queue {
  const rest = [...sources];
  let ready: readonly PagefindResult[] = [];
  const fill = async (count: number): Promise<void> => {
    while (ready.length < count) {
      const next = rest.shift();
      if (next === undefined) return;
      ready = [...ready, ...(await next()).filter(isWanted)];
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
      rest.length = 0;
      ready = [];
    },
  };
}

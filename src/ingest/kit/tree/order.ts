/** The order of records, from their own times and parents: where they stood in the file never shows. */
/** Agents write the lines of one message, and the results of parallel calls, in another order into every copy. */

export interface Ordered {
  readonly id: string;
  /** Undefined: the agent names no parents, so the given order stands. */
  readonly parent: string | null | undefined;
  readonly timeMs: number | null;
}

/**
 * By time, but never before a parent that is among them; then by how far it is from the first of them, then by id. A record
 * without a time has its parent's. The same for every order in which the records are given. `beside`: what stood between them;
 * parents are found through it, and its times say nothing: a client gives the lines of a message other times in a copy, and not the results.
 */
export function inOrder<T extends Ordered>(records: readonly T[], beside: readonly T[] = []): readonly T[] {
  if (records.length < 2 || records.some((record) => record.parent === undefined)) return records;
  const ranks = rankAll(records, beside);
  return records.toSorted(
    (a, b) => compareRanks(ranks.get(a), ranks.get(b)) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}

interface Rank {
  readonly timeMs: number;
  readonly depth: number;
}

function rankAll<T extends Ordered>(records: readonly T[], beside: readonly T[]): ReadonlyMap<T, Rank> {
  const byId = new Map([...records, ...beside].map((record) => [record.id, record]));
  const silent = new Set(beside);
  const ranks = new Map<T, Rank>();
  for (const record of records.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const way: T[] = [];
    const onWay = new Set<T>();
    for (
      let at: T | undefined = record;
      at !== undefined && !ranks.has(at) && !onWay.has(at);
      at = parentOf(at, byId)
    ) {
      way.push(at);
      onWay.add(at);
    }
    for (const each of way.toReversed()) {
      const above = parentOf(each, byId);
      // records that name each other have no rank above them: the cycle is cut where it was entered
      const rank = above === undefined ? undefined : ranks.get(above);
      const own = (silent.has(each) ? null : each.timeMs) ?? Number.NEGATIVE_INFINITY;
      ranks.set(each, { timeMs: Math.max(own, rank?.timeMs ?? own), depth: rank === undefined ? 0 : rank.depth + 1 });
    }
  }
  return ranks;
}

function parentOf<T extends Ordered>(record: T, byId: ReadonlyMap<string, T>): T | undefined {
  return record.parent === null || record.parent === undefined ? undefined : byId.get(record.parent);
}

function compareRanks(a: Rank | undefined, b: Rank | undefined): number {
  if (a === undefined || b === undefined) return 0;
  if (a.timeMs !== b.timeMs) return a.timeMs < b.timeMs ? -1 : 1;
  return a.depth - b.depth;
}

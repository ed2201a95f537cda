/** How the entries of a list are laid into archive documents: one for each day, more of them for a busy one. */
/** A day that is over never changes, so a document stays as it is once it is there, whatever comes later. */

import { isoDate } from '../../base/time.ts';

/** Entries that a list's feed goes back; whoever asks once a day misses nothing. */
export const MOST_BACK = 1_000;

export interface BackPage<Row> {
  /** `2026-01-05`, `2026-01-05-2`. */
  readonly name: string;
  /** Oldest first. */
  readonly rows: readonly Row[];
}

/**
 * `rows`: newest first, at most `MOST_BACK`; when there are that many, their oldest day may not be whole and is left out. Gives the
 * documents, oldest first. The newest day is not over: of it come only documents that are full, and the newest entries hold the rest.
 */
export function layOutBackPages<Row extends { readonly timeMs: number }>(
  rows: readonly Row[],
  perPage: number,
): readonly BackPage<Row>[] {
  if (rows.length < perPage) return [];
  const days = [...Map.groupBy(rows, ({ timeMs }) => isoDate(timeMs))];
  const whole = rows.length < MOST_BACK || days.length === 1 ? days : days.slice(0, -1);
  return whole.toReversed().flatMap(([day, own]) => {
    const oldestFirst = own.toReversed();
    const count = oldestFirst.length / perPage;
    const pages = day === days[0]?.[0] ? Math.floor(count) : Math.ceil(count);
    return Array.from({ length: pages }, (_, i) => ({
      name: i === 0 ? day : `${day}-${i + 1}`,
      rows: oldestFirst.slice(i * perPage, (i + 1) * perPage),
    }));
  });
}

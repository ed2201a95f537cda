/** What the indexer is given of a unit: one record for each role, with a mark before each turn's words. */
/** Records instead of HTML documents: nothing has to be parsed, and nothing said in a turn can steer the parser. */

import type { SearchRecord, SearchUnit } from '../state/units.ts';
import type { IndexRecord } from './pagefind.ts';
import { cleanText } from './search-text.ts';

/** The address says the role and the day, so that no two records of a page share one; the search page takes them off again. */
export function recordsOf(unit: SearchUnit): readonly IndexRecord[] {
  return unit.records.map((record) => {
    const day = unit.day === '' ? '' : `&day=${unit.day}`;
    return {
      url: `${unit.url}?role=${encodeURIComponent(record.role)}${day}`,
      content: record.passages.map(({ anchor, text }) => `${markOf(anchor)} ${text}`).join(' '),
      meta: { title: cleanText(unit.title), role: record.role, ...(unit.day === '' ? {} : { date: unit.day }) },
      filters: filtersOf(unit, record),
      sort: { date: unit.day },
    };
  });
}

/**
 * Pagefind's own word for "an element with an id stands here" (1.6, `fossick/mod.rs`): element, number, id. It puts it into
 * parsed documents itself, takes it out of the words and tells the browser where it stood. `cleanText` takes it out of what people said.
 */
function markOf(anchor: string): string {
  return `___PAGEFIND_ANCHOR___h2:0:${anchor}`;
}

function filtersOf(unit: SearchUnit, record: SearchRecord): Readonly<Record<string, readonly string[]>> {
  const all = {
    agent: [unit.agent],
    project: [unit.project],
    role: [record.role],
    tag: unit.tags,
    model: record.models,
    date: [unit.day],
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, values]) => {
      const clean = values.map(cleanText).filter((value) => value !== '');
      return clean.length === 0 ? [] : [[name, clean]];
    }),
  );
}

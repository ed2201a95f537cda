/** What the indexer is given of a unit: one record for each exchange, with a mark before each turn's words. */
/** Records instead of HTML documents: nothing has to be parsed, and nothing said in a turn can steer the parser. */

import type { SearchPassage, SearchRecord, SearchUnit } from '../state/units.ts';
import type { IndexRecord } from './pagefind.ts';
import { cleanText } from './search-text.ts';

/** What can be chosen for entries of feeds in the search form, beside the roles of turns. */
export const ENTRY_ROLE = 'entry';

/** The address names the day and counts, so that no two records of a page share one; the search page takes that off again. */
export function recordsOf(unit: SearchUnit): readonly IndexRecord[] {
  return unit.records.map((record, i) => ({
    url: `${unit.url}?day=${unit.day}&n=${i}`,
    content: record.passages.map((passage) => `${markOf(passage)} ${passage.text}`).join(' '),
    meta: {
      title: cleanText(unit.title),
      ...(unit.day === '' ? {} : { date: unit.day }),
      ...(unit.source === undefined ? {} : { source: cleanText(unit.source) }),
    },
    filters: filtersOf(unit, record),
    sort: {},
  }));
}

/**
 * Pagefind's own word for "an element with an id stands here" (1.6, `fossick/mod.rs`): element, number, id. It puts it into
 * parsed documents itself, takes it out of the words and tells the browser where it stood. The element is the turn's role here.
 * `cleanText` takes such words out of what people said.
 */
function markOf({ role, anchor }: SearchPassage): string {
  return `___PAGEFIND_ANCHOR___${role.replace(/[^a-z]/g, '')}:0:${anchor}`;
}

function filtersOf(unit: SearchUnit, record: SearchRecord): Readonly<Record<string, readonly string[]>> {
  const all = {
    agent: [unit.agent],
    project: [unit.project],
    role: [...new Set(record.passages.map(({ role }) => role))].sort(),
    tag: unit.tags,
    model: record.models,
    date: [unit.day],
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, values]) => {
      const clean = values.map((value) => value.toWellFormed().trim()).filter((value) => value !== '');
      return clean.length === 0 ? [] : [[name, clean]];
    }),
  );
}

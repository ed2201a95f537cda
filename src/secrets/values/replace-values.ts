/** Replaces known values wherever they stand in a text. */
/** A secret that was recognised once must not stay where nothing around it tells. */

import { createCover } from '../finding.ts';
import { createHeadSearch } from './head-search.ts';
import { createValueSearch, type Occurrence } from './value-search.ts';

/** The text without any of the values; `count` is told how often each marker was put in. */
export type ReplaceValues = (text: string, count: (marker: string, times: number) => void) => string;

/** `markers`: value to what stands in its place. Where values overlap, the one that stands first in the map is replaced. */
export function createReplaceValues(markers: ReadonlyMap<string, string>): ReplaceValues {
  if (markers.size <= FEW) return (text, count) => replaceFew(text, markers, count);
  const findStanding = createHeadSearch([...markers.keys()]);
  return (text, count) => {
    let out = text;
    // most values stand nowhere else: only the others are worth a search, one group of them after the other
    for (const values of groupsOf(findStanding(text))) out = replaceMany(out, values, markers, count);
    return out;
  };
}

function replaceFew(
  text: string,
  markers: ReadonlyMap<string, string>,
  count: (marker: string, times: number) => void,
): string {
  let out = text;
  for (const [value, marker] of markers) {
    if (!out.includes(value)) continue;
    const pieces = out.split(value);
    count(marker, pieces.length - 1);
    out = pieces.join(marker);
  }
  return out;
}

/** A search tells one value for each place, so a shorter one may be left beside what was replaced: the next round takes it. */
function replaceMany(
  text: string,
  values: readonly string[],
  markers: ReadonlyMap<string, string>,
  count: (marker: string, times: number) => void,
): string {
  const search = createValueSearch(values);
  let out = text;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const chosen = choose(search(out), out.length);
    if (chosen.length === 0) return out;
    let next = '';
    let from = 0;
    for (const { value, start, end } of chosen) {
      const marker = markers.get(values[value] ?? '') ?? '';
      next += out.slice(from, start) + marker;
      count(marker, 1);
      from = end;
    }
    out = next + out.slice(from);
  }
  return out;
}

/** In order of place, without overlaps. */
function choose(found: readonly Occurrence[], length: number): readonly Occurrence[] {
  if (found.length === 0) return found;
  const cover = createCover(length);
  return found
    .toSorted((a, b) => a.value - b.value || a.start - b.start)
    .filter(({ start, end }) => cover.take(start, end))
    .sort((a, b) => a.start - b.start);
}

function groupsOf(values: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let length = GROUP_LENGTH;
  for (const value of values) {
    if (length + value.length > GROUP_LENGTH) {
      groups.push([]);
      length = 0;
    }
    groups.at(-1)?.push(value);
    length += value.length;
  }
  return groups;
}

/** So few are looked for one by one, natively. */
const FEW = 16;
/** Characters of the values that are searched together: 40 MB of memory. */
const GROUP_LENGTH = 1 << 20;
const MAX_ROUNDS = 8;

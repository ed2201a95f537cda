/** What stands in place of a secret: `[redacted:rule:number]`. */
/** Equal values get equal numbers within one item, so that a reader can tell them apart and nobody can read them. */

import { ownString } from '../base/own-string.ts';
import type { Finding } from './finding.ts';

/** A marker as it stands in a text. */
export const MARKER = /\[redacted:[a-z0-9-]{1,40}:\d{1,6}\]/g;

/** Whether a range begins or ends within a marker: what stands there was put there by us, and is no secret. */
export function createMarkerCheck(text: string): (start: number, end: number) => boolean {
  const markers = Array.from(text.matchAll(MARKER), ({ 0: { length }, index }) => ({ index, end: index + length }));
  const isWithin = (at: number): boolean => {
    let [low, high] = [0, markers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((markers[middle]?.end ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    return (markers[low]?.index ?? Infinity) < at;
  };
  return (start, end) => isWithin(start) || isWithin(end);
}

/** Numbers the distinct values of each rule within one item, in order of appearance, and counts replacements. */
export class Markers {
  private readonly numbers = new Map<string, Map<string, number>>();
  private readonly counts = new Map<string, number>();

  take(finding: Finding): string {
    const marker = this.peek(finding);
    this.counts.set(finding.rule, (this.counts.get(finding.rule) ?? 0) + 1);
    return marker;
  }

  peek(finding: Finding): string {
    if (finding.replacement !== undefined) return finding.replacement;
    const known = this.numbers.get(finding.rule) ?? new Map<string, number>();
    this.numbers.set(finding.rule, known);
    const before = known.get(finding.value);
    const number = before ?? known.size + 1;
    // a value that is part of a long text would keep all of it
    if (before === undefined) known.set(ownString(finding.value), number);
    return `[redacted:${finding.rule}:${number}]`;
  }

  count(marker: string, times: number): void {
    const rule = marker.split(':')[1] ?? '';
    this.counts.set(rule, (this.counts.get(rule) ?? 0) + times);
  }

  fired(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** `findings` in order of place, without overlaps. */
export function replaceRanges(text: string, findings: readonly Finding[], markers: Markers): string {
  let out = '';
  let pieces: string[] = [];
  let from = 0;
  for (const finding of findings) {
    pieces.push(text.slice(from, finding.start), markers.take(finding));
    from = finding.end;
    if (pieces.length < MANY_PIECES) continue;
    out += pieces.join('');
    pieces = [];
  }
  return out + pieces.join('') + text.slice(from);
}

/** So many become one text at once: a string that grows by each of them is a tree, and larger than what it says. */
const MANY_PIECES = 4096;

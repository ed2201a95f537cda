/** What stands in place of a secret: `[redacted:rule:number]`. */
/** Equal values get equal numbers within one item, so that a reader can tell them apart and nobody can read them. */

import type { Finding } from './finding.ts';

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
    const number = known.get(finding.value) ?? known.size + 1;
    known.set(finding.value, number);
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

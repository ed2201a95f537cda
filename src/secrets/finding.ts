/** What a rule found in one text. */
/** Shared by the rules, the views and the replacement; it never leaves this room, because it holds the value. */

export interface Finding {
  /** `github`, `password`: lower case, goes into the replacement. */
  readonly rule: string;
  /** Range in the text that was looked at. */
  readonly start: number;
  readonly end: number;
  /** The secret itself: equal values get equal numbers within one item. */
  readonly value: string;
  /** Not sure enough to destroy text: stays, is counted, and blocks publishing. */
  readonly doubtful?: boolean;
  /** What stands there instead of a numbered marker. */
  readonly replacement?: string;
}

export type Report = (finding: Finding) => void;

/** Reports every match of a pattern with the flags `g` or `dg`; the group `v` or else `w`, where there is one, is the value. */
export function reportMatches(
  text: string,
  pattern: RegExp,
  rule: string,
  report: Report,
  accepts: (value: string, match: RegExpExecArray) => boolean | 'doubtful',
): void {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (match[0].length === 0) {
      pattern.lastIndex++;
      continue;
    }
    const value = match.groups?.v ?? match.groups?.w ?? match[0];
    const verdict = accepts(value, match);
    if (verdict === false) continue;
    const start = value === match[0] ? match.index : startOfGroup(match);
    report({ rule, start, end: start + value.length, value, ...(verdict === 'doubtful' && { doubtful: true }) });
  }
}

function startOfGroup(match: RegExpExecArray): number {
  const range = match.indices?.groups?.v ?? match.indices?.groups?.w;
  if (range === undefined) throw new TypeError('a pattern with a group needs the flag d');
  return range[0];
}

/** Remembers which characters of a text are taken: ranges come in any order, and taking one costs its own length, however many were before. */
export interface Cover {
  /** Takes the range and answers true, if it is not empty and nothing of it was taken before. */
  take(start: number, end: number): boolean;
}

/** For a text of `length` UTF-16 units. */
export function createCover(length: number): Cover {
  const taken = new Uint8Array(length);
  return {
    take(start, end) {
      if (end <= start) return false;
      if (taken.subarray(start, end).includes(1)) return false;
      taken.fill(1, start, end);
      return true;
    },
  };
}

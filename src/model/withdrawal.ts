/** Why something was taken back: the number in a tombstone, the name that people type, the words on a page. */
/** The numbers are the format's (docs/archive-format.md); a row is added, never changed. */

interface Reason {
  readonly number: number;
  readonly name: string;
  /** Empty: nothing is said. */
  readonly words: string;
}

const REASONS: readonly Reason[] = [
  { number: 0, name: 'unsaid', words: '' },
  { number: 1, name: 'secret', words: 'a secret' },
  { number: 2, name: 'personal', words: 'personal data' },
  { number: 3, name: 'legal', words: 'a legal demand' },
  { number: 4, name: 'other', words: 'another reason' },
];

export const UNSAID_REASON = 0;

/** The number of a reason that somebody typed. Undefined: no such reason. */
export function findReason(name: string): number | undefined {
  return REASONS.find((reason) => reason.name === name)?.number;
}

/** Whether a tombstone of this version can say it. */
export function isReason(number: number): boolean {
  return REASONS.some((reason) => reason.number === number);
}

/** What can be typed, for a sentence: `secret, personal, legal or other`. */
export function reasonNames(): string {
  const names = REASONS.filter(({ number }) => number !== UNSAID_REASON).map(({ name }) => name);
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** Words for a page; none for a number that this version does not know. */
export function reasonWords(number: number): string {
  return REASONS.find((reason) => reason.number === number)?.words ?? '';
}

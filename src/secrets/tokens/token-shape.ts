/** One kind of token that is known by its shape. */
/** Stands alone, so that both tables of shapes are made of the same rows. */

export interface TokenShape {
  readonly rule: string;
  /** Every match holds one of these: what the fast look searches for. */
  readonly literals: readonly string[];
  /** What must come after the literal for the fast look to care, where the literal is common. */
  readonly follow?: RegExp;
  /** How many characters `follow` needs to see; 100 when absent. */
  readonly reach?: number;
  /** Bounded; the value is the whole match. No right boundary: letters glued to the end go with it. */
  readonly shape: string;
}

/** Left boundary for short beginnings that also end ordinary words (`task-`, `disk-`). `\n` before a letter is an escape. */
export const LEFT = '(?:(?<=\\\\[nrt])|(?<![A-Za-z0-9_-]))';

/** A token that begins with fixed text. */
export function prefixedShape(rule: string, prefix: string, rest: string): TokenShape {
  return { rule, ...searched(prefix, rest), shape: `${LEFT}${prefix.replace(/[.~]/g, '\\$&')}${rest}` };
}

/**
 * What is short or common is searched for with what comes after it, of which no row needs more than these characters. What must
 * not come after it is left to the shape: to the fast look the next line stands right behind.
 */
function searched(prefix: string, rest: string): Pick<TokenShape, 'literals' | 'follow' | 'reach'> {
  return {
    literals: [prefix],
    ...(prefix.length < 8 && { follow: new RegExp(`^${rest.replace(/\(\?!.*$/, '')}`), reach: 200 }),
  };
}

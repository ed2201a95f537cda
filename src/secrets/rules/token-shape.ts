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

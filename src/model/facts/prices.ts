/** What tokens cost, where the owner has written down what a model costs. */
/** Pure. Prices change and differ from customer to customer, so there are none that we know. */

export interface Price {
  /** A model's name; `*` at the end fits any rest. The first that fits counts. */
  readonly model: string;
  /** For a million tokens, in the site's currency: input that is new, and output. */
  readonly input: number;
  readonly output: number;
  /** Input that came out of a cache, and that went into one. Absent: as `input`. */
  readonly cached?: number;
  readonly written?: number;
}

/** Tokens of one model; `fresh` is input that no cache had to do with. */
export interface TokenCounts {
  readonly fresh: number;
  readonly cached: number;
  readonly written: number;
  readonly out: number;
}

/** Undefined: nobody has said what this model costs. */
export function costOf(prices: readonly Price[], model: string, tokens: TokenCounts): number | undefined {
  const price = prices.find((each) =>
    each.model.endsWith('*') ? model.startsWith(each.model.slice(0, -1)) : model === each.model,
  );
  if (price === undefined) return undefined;
  const { input, output, cached = input, written = input } = price;
  const sum = tokens.fresh * input + tokens.cached * cached + tokens.written * written + tokens.out * output;
  return sum / 1e6;
}

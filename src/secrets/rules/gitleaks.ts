/** gitleaks' rules as rows of our own tables. */
/** The rules are data that a program wrote; what they mean to us, and how far a value behind a name is believed, stands here. */

import { entropy, isPlaceholder, looksRandom } from '../judging/placeholders.ts';
import type { TellingPlace } from '../telling-place.ts';
import { gitleaksTokens, gitleaksValues } from '../tokens/gitleaks-data.ts';
import { LEFT, prefixedShape, type TokenShape } from '../tokens/token-shape.ts';

export const gitleaksShapes: readonly TokenShape[] = gitleaksTokens.map(([rule, literal, pattern]) => {
  const prefix = literal.replaceAll('.', '\\.');
  if (pattern.startsWith(prefix)) return prefixedShape(rule, literal, pattern.slice(prefix.length));
  return { rule, literals: [literal], shape: `${LEFT}${pattern}` };
});

/** Between a name and its value, on one line: what the fast look sees may have lost its line ends. */
const BETWEEN = '[ \\t\\w.-]{0,20}[ \\t\'"]{0,3}(?::{1,3}=|=>|\\?=|\\|\\||[=>:,])[\\x60\'" \\t=]{0,5}';
const END = '(?=[\\x60\'"\\s\\\\;,&)\\]}<]|$)';
const FOLLOW = new RegExp(`^[\\w.-]{0,12}${BETWEEN}[\\w+/=.:%-]{20}`);

export const gitleaksPlaces: readonly TellingPlace[] = gitleaksValues.map(([rule, words, name, value, least]) => ({
  rule,
  literals: words.map((text) => ({ text, folded: true, follow: FOLLOW })),
  pattern: new RegExp(`${name}${BETWEEN}(?<v>${value})${END}`, 'dgi'),
  accepts: (found) => !isPlaceholder(found) && looksRandom(found) && entropy(found) >= least,
}));

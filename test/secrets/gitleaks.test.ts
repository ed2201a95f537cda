/** gitleaks' rules: each finds a value of its own making, and none that lacks what the rule asks for. */
/** Values are made of the patterns at run time, so that no host takes this file for a leak. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entropy, looksRandom } from '../../src/secrets/judging/placeholders.ts';
import { gitleaksPlaces, gitleaksShapes } from '../../src/secrets/rules/gitleaks.ts';
import { createTextScanner } from '../../src/secrets/text-scanner.ts';
import { gitleaksTokens, gitleaksValues } from '../../src/secrets/tokens/gitleaks-data.ts';
import { sampleOf } from './pattern-sample.ts';

const OPTIONS = { words: [], personal: false, knownValues: [] };
const scanner = createTextScanner(OPTIONS);
const thorough = createTextScanner({ ...OPTIONS, ungated: true });
const tokens = gitleaksTokens.map(([rule], i) => ({ rule, i, shape: gitleaksShapes[i]?.shape ?? '' }));
const values = gitleaksValues.map(([rule, , name, value, least], i) => {
  return { rule, i, word: sampleOf(name.replace(/\[_\.?-\]\?/g, '_'), i).token.toLowerCase(), value, least };
});
const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'gitleaks-rules.md'), 'utf8');

const foundBy = (i: number, text: string): readonly string[] => {
  const place = gitleaksPlaces[i];
  if (place === undefined) return [];
  return [...text.matchAll(place.pattern)]
    .map((match) => match.groups?.v ?? '')
    .filter((found) => place.accepts(found, [found] as unknown as RegExpExecArray));
};

/** A value that such a service would give: random enough for the rule. */
function secretOf(pattern: string, least: number, seed: number): string {
  for (let round = 0; round < 200; round++) {
    const { token } = sampleOf(pattern, seed * 1000 + round);
    if (looksRandom(token) && entropy(token) >= least) return token;
  }
  throw new Error(`nothing random is made of ${pattern}`);
}

describe('tokens by their shape', () => {
  it.each(tokens)('$rule ($i)', async ({ i, shape }) => {
    const { token } = sampleOf(shape, i);
    const text = `it says ${token}, which is new`;
    expect(await thorough.scan(text)).toMatchObject([{ value: token }]);
    expect(scanner.look(text)).toBe('suspicious');
    const literal = gitleaksTokens[i]?.[1] ?? '';
    const pattern = new RegExp(shape);
    // without what it begins with, and cut in its middle
    expect(pattern.test(text.replace(literal, 'zz'))).toBe(false);
    expect(pattern.test(`it says ${token.slice(0, literal.length + 4)}, which`)).toBe(false);
    expect(pattern.test(`it says ${literal}of-the-kind-that-people-write`)).toBe(false);
  });
});

describe('values behind the name of a service', () => {
  it.each(values)('$rule', async ({ i, word, value, least }) => {
    const secret = secretOf(value, least, i);
    for (const text of [
      `${word.toUpperCase()}=${secret}`,
      `export ${word}_value="${secret}"`,
      `{"${word}": "${secret}"}`,
      `  ${word}: '${secret}',`,
    ]) {
      const found = await thorough.scan(text);
      expect(found.map((finding) => text.slice(finding.start, finding.end)).join()).toContain(secret);
      expect(scanner.look(text)).toBe('suspicious');
      expect(foundBy(i, text)).toEqual([secret]);
    }
    for (const text of [
      `something=${secret}`,
      `${word} is what ${secret} says`,
      `${word}=${secret.slice(0, 12)}`,
      `${word}="${secret}${secret}${secret}"`,
      `${word}=${'settings'.repeat(20).slice(0, secret.length)}`,
      `${word}=${'0123456789abcdef'.repeat(8).slice(0, secret.length)}`,
      `${word}=\n${secret}`,
    ])
      expect(foundBy(i, text), text).toEqual([]);
  });
});

describe('the page on gitleaks’ rules', () => {
  it.each(['data/tokens', 'data/values'])('names what %s holds', (kind) => {
    for (const { rule } of kind === 'data/tokens' ? tokens : values) expect(page).toContain(`\`${rule}\``);
  });

  it('has the licence beside the data', () => {
    const data = readFileSync(join(import.meta.dirname, '..', '..', 'src/secrets/tokens/gitleaks-data.ts'), 'utf8');
    expect(data).toContain('Copyright (c) 2019 Zachary Rice');
    expect(data).toContain('Permission is hereby granted, free of charge');
  });
});

import { expect, it } from 'vitest';
import { lintVersion } from '../../src/secrets/rules/secretlint.ts';
import { ruleSetVersion } from '../../src/secrets/secrets.ts';

it('names the rules by a hash of their sources and the version of those from outside', () => {
  expect(ruleSetVersion()).toMatch(/^[0-9a-f]{64}$/);
  expect(lintVersion()).toMatch(/^secretlint \d+\.\d+\.\d+$/);
});

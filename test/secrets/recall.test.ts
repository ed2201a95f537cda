/** How much of what must go is found: every planted kind, in a text and in the members of a tool call, and a token of every shape. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/base/json.ts';
import type { Item } from '../../src/model/item.ts';
import { createRedactorWith } from '../../src/secrets/redactor.ts';
import { tokenShapes } from '../../src/secrets/rules/token-shapes.ts';
import { createRedactor } from '../../src/secrets/secrets.ts';
import { createTextScanner } from '../../src/secrets/text-scanner.ts';
import { sampleOf } from './pattern-sample.ts';
import { planted } from './planted.ts';
import { plantedAnew } from './planted-anew.ts';
import { personalFifth, plantedFifth } from './planted-fifth.ts';
import { plantedFourth, plantedPersonal } from './planted-fourth.ts';
import { plantedUnseen } from './planted-unseen.ts';

const OPTIONS = { words: [], personal: false, knownValues: [] };
const redactor = await createRedactor(OPTIONS);
const thorough = createRedactorWith(createTextScanner({ ...OPTIONS, ungated: true }));
const say = (content: string): Item => ({ role: 'user', parts: [{ type: 'text', content }] });
const call = (value: JsonValue): Item => ({
  role: 'assistant',
  parts: [{ type: 'tool_call', id: '1', name: 'x', arguments: value, tool: 'other' }],
});

async function leftOf(item: Item): Promise<string> {
  const [result] = await redactor.redactItems([item]);
  return JSON.stringify(result?.value);
}

/** A third of a secret is too much of it, in plain or in what it was wrapped in. */
function pieces(secret: string): readonly string[] {
  const length = Math.min(secret.length, Math.max(6, Math.floor(secret.length / 3)));
  return [secret.slice(0, length), secret.slice(length, 2 * length), secret.slice(-length)].filter(
    (piece) => piece.length >= Math.min(5, secret.length),
  );
}

describe('the page on redaction', () => {
  it('has the figures of today', () => {
    const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'redaction.md'), 'utf8');
    expect(page).toContain(`| ${planted.length} of ${planted.length} |`);
    expect(page).toContain(`| ${tokenShapes.length} of ${tokenShapes.length} |`);
  });
});

describe('a planted secret', () => {
  it('is of more than 150 kinds, each with a name of its own', () => {
    expect(planted.length).toBeGreaterThan(150);
    expect(new Set(planted.map(({ kind }) => kind)).size).toBe(planted.length);
  });

  it.each([...planted, ...plantedAnew, ...plantedUnseen, ...plantedFourth, ...plantedFifth])(
    '$kind',
    async ({ text, secret }) => {
      for (const around of [text, `I ran this:\n\n${text}\n\nand it worked.`]) {
        for (const item of [say(around), call({ command: around })]) {
          const left = await leftOf(item);
          expect(left).toContain('[redacted:');
          for (const piece of pieces(secret)) expect(left).not.toContain(piece);
        }
      }
    },
  );

  it('is found by the fast look whenever the slow one finds it', async () => {
    const items = [...planted, ...plantedAnew, ...plantedFourth, ...plantedFifth].map(({ text }) => say(text));
    expect(await redactor.redactItems(items)).toEqual(await thorough.redactItems(items));
  });

  it.each([...plantedPersonal, ...personalFifth])('$kind, where it is asked for', async ({ text, secret }) => {
    const asked = await createRedactor({ ...OPTIONS, personal: true });
    for (const item of [say(text), call({ command: text })]) {
      const [result] = await asked.redactItems([item]);
      expect(JSON.stringify(result?.value)).not.toContain(secret);
      expect(await leftOf(item)).toContain(secret);
    }
  });

  it('of social security under a member, where it is asked for', async () => {
    const asked = await createRedactor({ ...OPTIONS, personal: true });
    const [result] = await asked.redactItems([call({ social_security_number: '374-27-7270', id: '374-27-7271' })]);
    expect(JSON.stringify(result?.value)).not.toContain('374-27-7270');
    expect(JSON.stringify(result?.value)).toContain('374-27-7271');
  });

  it.each([
    ['a cookie under a member', { cookie: 'theme=dark; sid=q7Rt2LmX9vBn4KpZ8sWd' }, 'q7Rt2LmX9vBn4KpZ8sWd'],
    ['cookies in members', { cookies: { session_id: 'q7Rt2LmX9vBn4KpZ8sWd' } }, 'q7Rt2LmX9vBn4KpZ8sWd'],
    ['cookies in a list', { cookies: [{ name: 'sid', value: 'q7Rt2LmX9vBn4KpZ8sWd' }] }, 'q7Rt2LmX9vBn4KpZ8sWd'],
    ['an authorization under a member', { headers: { Authorization: 'Bearer q7Rt2LmX9vBn4KpZ8sWd' } }, 'q7Rt2LmX9vBn'],
    ['a pair of name and value', { env: [{ name: 'DB_PASSWORD', value: 'tr0ub4dor&3' }] }, 'tr0ub4dor'],
    ['a pair of key and value', { env: [{ key: 'API_TOKEN', value: 'q7Rt2LmX9vBn4KpZ8sWd' }] }, 'q7Rt2LmX9vBn'],
    [
      'a login in base64',
      { auths: { 'x.dev': { auth: Buffer.from('joe:tr0ub4dor').toString('base64') } } },
      'am9lOnRy',
    ],
    [
      'a mnemonic',
      { mnemonic: 'legal winner thank year wave sausage worth useful legal winner thank yellow' },
      'sausage',
    ],
    ['the private member of a JWK', { kty: 'OKP', d: 'q7Rt2LmX9vBn4KpZ8sWdq7Rt2LmX9vBn4KpZ8sWd' }, 'q7Rt2LmX9'],
    ['lists of one member', { password: ['tr0ub4dor&3', 'x9tr0ub4dor&4'] }, 'tr0ub4dor'],
  ] satisfies [string, JsonValue, string][])('%s', async (_, value, secret) => {
    expect(await leftOf(call(value))).not.toContain(secret);
  });
});

describe('a token of every shape', () => {
  it.each(tokenShapes.map((row, i) => [row.rule, i, row] as const))('%s (row %i)', async (_, i, row) => {
    const { before, token } = sampleOf(row.shape, i);
    const left = await leftOf(say(`the value is ${before}${token} here`));
    expect(left).toContain('[redacted:');
    for (const piece of pieces(token.slice(8))) expect(left).not.toContain(piece);
  });
});

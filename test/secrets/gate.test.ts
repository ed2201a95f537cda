import { describe, expect, it } from 'vitest';
import type { Item } from '../../src/model/item.ts';
import { createRedactor, scanForPublishing } from '../../src/secrets/secrets.ts';
import { github, mustGo } from './must-go.ts';
import { mustStay } from './must-stay.ts';

const say = (content: string): Item => ({ role: 'user', parts: [{ type: 'text', content }] });
const redactor = await createRedactor({ words: [], personal: false, knownValues: [] });
const scan = (value: unknown) => scanForPublishing(redactor, JSON.parse(JSON.stringify(value)));

describe('the gate before publishing', () => {
  it('names rule and count, and never the secret', async () => {
    expect(await scan(say('clean'))).toEqual([]);
    expect(await scan(say(`${github} and ${github}`))).toEqual([
      { rule: 'github', count: 2, masked: 'ghp_… (40 characters)', doubtful: false },
    ]);
  });

  it('finds every secret that must go', async () => {
    for (const { text, secret } of mustGo) {
      const found = await scan(say(text));
      expect(found).not.toEqual([]);
      expect(JSON.stringify(found)).not.toContain(secret.slice(4));
    }
  });

  it('lets clean text and text that was redacted at import pass', async () => {
    const redacted = await redactor.redactItems(mustGo.map((row) => say(row.text)));
    for (const item of [...redacted.map((one) => one.value), ...mustStay.map(say)]) {
      expect((await scan(item)).filter((finding) => !finding.doubtful)).toEqual([]);
    }
  });

  it('finds a token that a blank of a title, or two outputs with their ids, cut in two', async () => {
    const [head, tail] = [github.slice(0, 14), github.slice(14)];
    const output = (id: string, response: string) => ({ type: 'tool_call_response', id, response, status: 'ok' });
    const parts = [output('toolu_01Ab', `a ${head}`), output('toolu_02Cd', `${tail} b`)];
    for (const value of [{ title: `fix ${head} ${tail} now` }, { role: 'tool', parts }])
      expect((await scan(value)).map(({ rule }) => rule)).toContain('github');
    const [redacted] = await redactor.redactItems([{ role: 'tool', parts } as unknown as Item]);
    expect(JSON.stringify(redacted?.value)).not.toContain(tail);
  });

  it.each([
    ['a text alone', `https://x:${github}@github.com`],
    ['a member that nobody knows', { ...say('clean'), later: { deep: [github] } }],
    ['the name of a member', { counts: { [github]: 1 } }],
    ['a member that holds names of ours', { ...say('clean'), note: github }],
    ['the type of a part', { role: 'user', parts: [{ type: github }] }],
  ])('looks into %s', async (_, value) => {
    expect((await scan(value)).map(({ rule }) => rule)).toContain('github');
  });
});

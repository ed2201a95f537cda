import { describe, expect, it } from 'vitest';
import type { Item } from '../../src/model/item.ts';
import { scanForPublishing, scanTextsForPublishing } from '../../src/secrets/gate.ts';
import { createRedactor } from '../../src/secrets/secrets.ts';
import { github, mustGo } from './must-go.ts';
import { mustStay } from './must-stay.ts';

const say = (content: string): Item => ({ role: 'user', parts: [{ type: 'text', content }] });
async function collect<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

const redactor = await createRedactor({ words: [], personal: false, knownValues: [] });

describe('the gate before publishing', () => {
  it('names turn, rule and count, and never the secret', async () => {
    const items = [
      { turn: 'a', item: say('clean') },
      { turn: 'b', item: say(`${github} and ${github}`) },
    ];
    const found = await collect(scanForPublishing(redactor, items));
    expect(found).toEqual([{ turn: 'b', rule: 'github', count: 2, masked: 'ghp_… (40 characters)', doubtful: false }]);
  });

  it('finds every secret that must go, in more turns than one group', async () => {
    const items = Array.from({ length: 3 }, () => mustGo)
      .flat()
      .map((row, i) => ({ turn: i, item: say(row.text) }));
    const found = await collect(scanForPublishing(redactor, items));
    expect(new Set(found.map((finding) => finding.turn)).size).toBe(items.length);
    for (const { secret } of mustGo) expect(JSON.stringify(found)).not.toContain(secret.slice(4));
  });

  it('lets clean text and text that was redacted at import pass', async () => {
    const redacted = await redactor.redactItems(mustGo.map((row) => say(row.text)));
    const items = [...redacted.map((one) => one.value), ...mustStay.map(say)];
    const found = await collect(
      scanForPublishing(
        redactor,
        items.map((item, turn) => ({ turn, item })),
      ),
    );
    expect(found.filter((finding) => !finding.doubtful)).toEqual([]);
  });

  it('looks at the strings beside the turns', async () => {
    const found = await scanTextsForPublishing(redactor, 'meta', ['title', `https://x:${github}@github.com`]);
    expect(found.map((finding) => finding.turn)).toEqual(['meta']);
  });
});

import { describe, expect, it } from 'vitest';
import { cutLong, joinLong } from '../../src/secrets/long-texts.ts';
import { createRedactor } from '../../src/secrets/secrets.ts';
import { random } from './made-up.ts';

const LINE = 'line of a log that says nothing to anybody, over and over again\n';
const LONG = LINE.repeat(40_000);
const redactor = await createRedactor({ words: [], personal: true, knownValues: [] });

async function redact(content: string): Promise<string> {
  const [result] = await redactor.redactItems([{ role: 'user', parts: [{ type: 'text', content }] }]);
  const [part] = result?.value.parts ?? [];
  return part?.type === 'text' ? part.content : '';
}

describe('a very long text', () => {
  it('is cut between lines, and put together again as it was', () => {
    const { pieces, counts } = cutLong([
      { text: 'short' },
      { text: LONG, member: 'log' },
      { text: 'name', isName: true },
    ]);
    expect(counts[1]).toBeGreaterThan(2);
    expect(pieces.slice(1, -2).every(({ text }) => text.endsWith('\n'))).toBe(true);
    expect(
      joinLong(
        pieces.map(({ text }) => text),
        counts,
      ).map((text) => text.length),
    ).toEqual([5, LONG.length, 4]);
  });

  it('is not cut within a key or a block, which have no words', () => {
    const block = `${random(76, 1)}\n`.repeat(30_000);
    expect(cutLong([{ text: block }]).pieces.length).toBe(1);
    const { pieces } = cutLong([{ text: `${LINE.repeat(16_000)}${block}${LONG}` }]);
    expect(pieces.some(({ text }) => text.includes(block))).toBe(true);
  });

  it('says the same of a secret in every piece, and numbers it once', async () => {
    const secret = `DB_PASSWORD=${random(20, 3)}\n`;
    const other = `API_TOKEN=${random(40, 4)}\n`;
    const redacted = await redact(`${secret}${LONG}${other}${LONG}${secret}${random(20, 3)}\n${LINE}`);
    expect(redacted.replaceAll(LINE, '')).toBe(
      'DB_PASSWORD=[redacted:password:1]\nAPI_TOKEN=[redacted:token:1]\nDB_PASSWORD=[redacted:password:1]\n[redacted:password:1]\n',
    );
  });

  it("takes the owner's name out of a listing far behind the home", async () => {
    const listed = '-rw-r--r-- 1 mkowalski mkowalski 120 Jan  3 10:00 a.txt\n';
    const redacted = await redact(`/home/mkowalski/x\n${LONG}${listed}${LINE}`);
    expect(redacted.includes('mkowalski')).toBe(false);
  });
});

import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../../src/base/limits.ts';
import { claudeCode } from '../../../src/ingest/importers/claude-code.ts';
import type { Importer } from '../../../src/ingest/kit/importer.ts';
import { lineEnd, lineStart } from '../../../src/ingest/read/long-lines.ts';
import { readSource } from '../../../src/ingest/read/read-source.ts';
import { closeFile, openFile, readRange } from '../../../src/ingest/read/source-file.ts';
import { createRedactor } from '../../../src/secrets/secrets.ts';
import { fakeAgent } from '../fake-agent.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-lines-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const line = (key: string, say: string) => `${JSON.stringify({ key, parent: null, time: 1, say })}\n`;

/** Keys of the turns, and the bytes that the importer was given, part by part. */
async function readAll(path: string, agent: Importer) {
  const seen: string[] = [];
  const importer: Importer = {
    ...agent,
    read: (input) => {
      seen.push(Buffer.from(input.bytes).toString());
      return agent.read(input);
    },
  };
  const task = { path, root: dir, importer: agent.id, from: 0, firstLine: 1, settle: true, nowMs: 0, partBytes: 1000 };
  const redactor = await createRedactor({ words: [], personal: false, knownValues: [] });
  const keys: string[] = [];
  for await (const { part } of readSource(task, importer, redactor)) keys.push(...part.turns.map(({ key }) => key));
  return { keys, seen };
}

describe('a line that is longer than what is read at once', () => {
  it('begins and ends where it does, however far away that is', () => {
    const path = join(dir, 'lines');
    writeFileSync(path, `one\n${'x'.repeat(300_000)}\nthree`);
    const file = openFile(path);
    const lines = { size: file.size, read: (from: number, to: number) => readRange(file, from, to) };
    const [second, third] = [4, 300_005];
    expect([lineStart(lines, 0, 200_000), lineStart(lines, 0, third), lineStart(lines, 5, 200_000)]).toEqual([
      second,
      third,
      5,
    ]);
    expect([lineEnd(lines, 0), lineEnd(lines, 200_000), lineEnd(lines, third)]).toEqual([second, third, third + 5]);
    closeFile(file);
  });

  it('is handed to the importer once, when all of it was read', async () => {
    const lines = ['{"session":"s"}\n', line('a', 'short'), line('b', 'long '.repeat(40_000)), line('c', 'short')];
    const path = join(dir, 's.fake');
    writeFileSync(path, lines.join(''));
    const { keys, seen } = await readAll(path, fakeAgent);
    expect(keys).toEqual(['a', 'b', 'c']);
    expect(seen.every((bytes) => bytes.endsWith('\n'))).toBe(true);
    expect(seen.filter((bytes) => bytes.includes('long'))).toHaveLength(1);
  });

  it.each([
    ['a long one', 200_000],
    ['one that is too long to be read', limits.sourceLine + 1],
  ])('does not bring all of the file into memory where it is the first: %s', async (_, length) => {
    const path = join(dir, 's.jsonl');
    const file = openSync(path, 'w');
    const prompt = (n: number, content: string) =>
      JSON.stringify({
        ...{
          parentUuid: n === 0 ? null : `u${n - 1}`,
          isSidechain: false,
          sessionId: 's',
          type: 'user',
          uuid: `u${n}`,
        },
        ...{ timestamp: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(), message: { role: 'user', content } },
      });
    const rest = Array.from({ length: 2000 }, (__, n) => `${prompt(n + 1, 'short '.repeat(200))}\n`).join('');
    // of the one that is not read the rest is a hole in the file: zeros, which cost nothing
    writeSync(file, prompt(0, 'long ').padEnd(200_000), 0);
    writeSync(file, `\n${rest}`, length);
    closeSync(file);
    const { keys, seen } = await readAll(path, claudeCode);
    expect(keys).toHaveLength(length > limits.sourceLine ? 2000 : 2001);
    expect(keys.at(-1)).toContain('u2000');
    expect(Math.max(...seen.map((bytes) => bytes.length))).toBeLessThan(length + 300_000);
    expect(seen.some((bytes) => bytes.includes('"u1"') && bytes.includes('"u1999"'))).toBe(false);
  });
});

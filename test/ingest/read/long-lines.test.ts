import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lineEnd, lineStart } from '../../../src/ingest/read/long-lines.ts';
import { readSource } from '../../../src/ingest/read/read-source.ts';
import { closeFile, openFile } from '../../../src/ingest/read/source-file.ts';
import { createRedactor } from '../../../src/secrets/secrets.ts';
import { fakeAgent } from '../fake-agent.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-lines-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('a line that is longer than what is read at once', () => {
  it('begins and ends where it does, however far away that is', () => {
    const path = join(dir, 'lines');
    writeFileSync(path, `one\n${'x'.repeat(300_000)}\nthree`);
    const file = openFile(path);
    const [second, third] = [4, 300_005];
    expect([lineStart(file, 0, 200_000), lineStart(file, 0, third), lineStart(file, 5, 200_000)]).toEqual([
      second,
      third,
      5,
    ]);
    expect([lineEnd(file, 0), lineEnd(file, 200_000), lineEnd(file, third)]).toEqual([second, third, third + 5]);
    closeFile(file);
  });

  it('is handed to the importer once, when all of it was read', async () => {
    const line = (key: string, say: string) => `${JSON.stringify({ key, parent: null, time: 1, say })}\n`;
    const lines = ['{"session":"s"}\n', line('a', 'short'), line('b', 'long '.repeat(40_000)), line('c', 'short')];
    const path = join(dir, 's.fake');
    writeFileSync(path, lines.join(''));
    const seen: string[] = [];
    const importer = {
      ...fakeAgent,
      read: (input: Parameters<typeof fakeAgent.read>[0]) => {
        seen.push(Buffer.from(input.bytes).toString());
        return fakeAgent.read(input);
      },
    };
    const task = { path, root: dir, importer: 'fake', from: 0, firstLine: 1, settle: true, nowMs: 0, partBytes: 1000 };
    const redactor = await createRedactor({ words: [], personal: false, knownValues: [] });
    const keys: string[] = [];
    for await (const { part } of readSource(task, importer, redactor)) keys.push(...part.turns.map(({ key }) => key));
    expect(keys).toEqual(['a', 'b', 'c']);
    expect(seen.every((bytes) => bytes.endsWith('\n'))).toBe(true);
    expect(seen.filter((bytes) => bytes.includes('long'))).toHaveLength(1);
  });
});

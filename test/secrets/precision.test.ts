/** How much of what is taken had to go: texts without a secret come out as they went in, and with one only that is gone. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Item } from '../../src/model/item.ts';
import { createRedactor } from '../../src/secrets/secrets.ts';
import { createTextScanner } from '../../src/secrets/text-scanner.ts';
import { planted } from './planted.ts';

const FOLDER = join(import.meta.dirname, '..', 'fixtures', 'harmless');
const OPTIONS = { words: [], personal: true, knownValues: [] };
const redactor = await createRedactor(OPTIONS);
const scanner = createTextScanner(OPTIONS);
const say = (content: string): Item => ({ role: 'user', parts: [{ type: 'text', content }] });
const files = readdirSync(FOLDER).sort();
const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8');
/** Any line of a text that was taken is one mistake; with its neighbours, because rules read over line ends. */
const show = async (text: string) =>
  (await scanner.scan(text))
    .filter(({ doubtful }) => doubtful !== true)
    .map(({ rule, start, end }) => `${rule}: ${text.slice(Math.max(0, start - 30), start)}⟦${text.slice(start, end)}⟧`);

describe('what holds no secret', () => {
  it('is code in ten languages and more, logs, lock files and the output of tests', () => {
    expect(files.length).toBeGreaterThanOrEqual(18);
  });

  it.each(files)('%s stays, whole and line by line', async (file) => {
    const text = read(file);
    expect(await show(text)).toEqual([]);
    for (const line of text.split('\n')) expect(await show(line), line).toEqual([]);
    const [result] = await redactor.redactItems([say(text)]);
    expect(result?.fired).toEqual({});
  });

  it.each(files)('%s stays as the content of a member', async (file) => {
    const item: Item = {
      role: 'assistant',
      parts: [
        {
          type: 'tool_call',
          id: '1',
          name: 'Write',
          arguments: { file_path: file, content: read(file) },
          tool: 'write',
        },
      ],
    };
    const [result] = await redactor.redactItems([item]);
    expect(result?.value).toBe(item);
  });
});

describe('what holds one secret', () => {
  it('keeps everything else: precision over the planted kinds among harmless lines', async () => {
    const wrong: string[] = [];
    let right = 0;
    for (const [i, { text, secret, kind }] of planted.entries()) {
      const around = read(files[i % files.length] ?? '');
      const [result] = await redactor.redactItems([say(`${around}\n\n${text}\n\n${around}`)]);
      const left = JSON.stringify(result?.value);
      expect(left, kind).not.toContain(JSON.stringify(secret).slice(1, -1));
      const lines = around.split('\n').filter((line) => !line.includes(secret));
      const lost = lines.filter((line) => !left.includes(JSON.stringify(line).slice(1, -1)));
      if (lost.length === 0) right++;
      else wrong.push(...lost.map((line) => `${kind}: ${line}`));
    }
    expect(wrong).toEqual([]);
    expect(right).toBe(planted.length);
  });
});

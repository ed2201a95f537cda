import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { geminiCli } from '../../../src/ingest/importers/gemini-cli.ts';
import { IMPORTERS } from '../../../src/ingest/importers/importers.ts';
import { readSource } from '../../../src/ingest/read/read-source.ts';
import { createRedactor } from '../../../src/secrets/secrets.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-documents-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** All that was told of a document, and the longest piece of it that the importer was given. */
async function readAll(agent: (typeof IMPORTERS)[number], text: string, partBytes: number) {
  const path = join(dir, 'session.json');
  writeFileSync(path, text);
  let longest = 0;
  const importer = {
    ...agent,
    read: (input: Parameters<typeof agent.read>[0]) => {
      longest = Math.max(longest, input.bytes.length);
      return agent.read(input);
    },
  };
  const task = { path, root: dir, importer: agent.id, from: 0, firstLine: 1, settle: true, nowMs: 0, partBytes };
  const redactor = await createRedactor({ words: [], personal: false, knownValues: [] });
  const parts = [];
  for await (const { part } of readSource(task, importer, redactor)) parts.push(part);
  const turns = parts.flatMap((part) =>
    part.turns.map(({ key, parent, payloadHash }) => ({ key, parent, payloadHash })),
  );
  return { parts, turns, longest, problems: parts.flatMap(({ problems }) => problems.map(({ code }) => code)) };
}

const DOCUMENTS = {
  'claude-code': {
    loglines: Array.from({ length: 40 }, (_, n) => ({
      ...{ parentUuid: n === 0 ? null : `u${n - 1}`, uuid: `u${n}`, sessionId: 's', isSidechain: false, type: 'user' },
      ...{ timestamp: new Date(n * 1000).toISOString(), message: { role: 'user', content: `prompt ${n}` } },
    })),
  },
  codex: {
    session: { timestamp: '2025-05-01T08:00:00.000Z', id: '019c0000-0000-7000-8000-00000000000b', instructions: '' },
    items: Array.from({ length: 40 }, (_, n) => ({
      ...{ type: 'message', role: n % 2 === 0 ? 'user' : 'assistant' },
      content: [{ type: n % 2 === 0 ? 'input_text' : 'output_text', text: `words ${n}` }],
    })),
  },
  'gemini-cli': {
    ...{ sessionId: 's', projectHash: 'p', startTime: '2026-01-01T00:00:00Z' },
    messages: Array.from({ length: 40 }, (_, n) => ({
      ...{ id: `m${n}`, timestamp: new Date(n * 1000).toISOString(), type: n % 2 === 0 ? 'user' : 'gemini' },
      content: `words ${n}`,
    })),
    summary: 'What stands behind the list is known before its records',
  },
};

describe('a session that is one document', () => {
  it.each(IMPORTERS.map((importer) => [importer.id, importer] as const))(
    'of %s says the same in parts of a few bytes, and nothing of it is settled',
    async (id, importer) => {
      const document = DOCUMENTS[id as keyof typeof DOCUMENTS];
      for (const text of [JSON.stringify(document), `${JSON.stringify(document, null, 2)}\n`]) {
        const whole = await readAll(importer, text, 1_000_000);
        const pieces = await readAll(importer, text, 700);
        expect(whole.parts).toHaveLength(1);
        expect(whole.turns).toHaveLength(40);
        expect(pieces.turns).toEqual(whole.turns);
        expect(pieces.longest).toBeLessThan(3000);
        for (const { consumed, nextLine, state } of [...whole.parts, ...pieces.parts])
          expect([consumed, nextLine, state]).toEqual([0, 1, {}]);
      }
    },
  );

  it('loses the one record that is broken, and is itself told as broken only when it does not end', async () => {
    const text = JSON.stringify(DOCUMENTS['gemini-cli'], null, 1);
    const one = await readAll(geminiCli, text.replace('"words 7"', 'words 7'), 1_000_000);
    expect([one.turns.length, one.problems]).toEqual([39, ['BROKEN_LINE']]);
    const cut = await readAll(geminiCli, text.slice(0, -20), 1_000_000);
    expect([cut.turns.length, cut.problems]).toEqual([0, ['BROKEN_DOCUMENT']]);
  });

  it('gives its title to the conversation in the first of its parts', async () => {
    const { parts } = await readAll(geminiCli, JSON.stringify(DOCUMENTS['gemini-cli']), 700);
    const title = 'What stands behind the list is known before its records';
    expect(parts[0]?.conversations[0]?.meta.title).toBe(title);
  });
});

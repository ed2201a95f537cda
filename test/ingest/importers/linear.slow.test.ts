import { describe, it } from 'vitest';
import { claudeCode } from '../../../src/ingest/importers/claude-code.ts';
import { codex } from '../../../src/ingest/importers/codex.ts';
import type { Importer } from '../../../src/ingest/kit/importer.ts';
import { expectLinear } from '../../base/growth.ts';
import { type BadSession, badClaudeSessions, badCodexSessions, badFiles } from './bad-sessions.ts';

/** Records of the smaller session; the larger one has four times as many. */
const RECORDS = 2_000;

const linesOf = (make: BadSession) => (n: number) =>
  `${make(n)
    .map((line) => JSON.stringify(line))
    .join('\n')}\n`;

function read(importer: Importer, text: string): () => void {
  const bytes = Buffer.from(text);
  return () => {
    importer.read({ path: '/x/s1.jsonl', bytes, from: 0, firstLine: 1, settle: true, readBeside: () => undefined });
  };
}

async function expectLinearReading(importer: Importer, make: (n: number) => string): Promise<void> {
  await expectLinear(read(importer, make(RECORDS)), read(importer, make(4 * RECORDS)));
}

describe('four times the session costs about four times as much to read', () => {
  it.each(Object.entries(badClaudeSessions))('Claude Code: %s', async (_, make) => {
    await expectLinearReading(claudeCode, linesOf(make));
  });

  it.each(Object.entries(badCodexSessions))('Codex: %s', async (_, make) => {
    await expectLinearReading(codex, linesOf(make));
  });

  it.each(Object.entries(badFiles))('a file of %s', async (_, make) => {
    for (const importer of [claudeCode, codex]) await expectLinearReading(importer, make);
  });
});

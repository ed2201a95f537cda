import { describe, expect, it } from 'vitest';
import { claudeCode } from '../../../src/ingest/importers/claude-code.ts';
import { codex } from '../../../src/ingest/importers/codex.ts';
import type { Importer } from '../../../src/ingest/kit/importer.ts';
import { type BadSession, badClaudeSessions, badCodexSessions, badFiles } from './bad-sessions.ts';

/** Records of the smaller session; the larger one has four times as many. */
const RECORDS = 4_000;
/** Seconds: what costs less is lost among other costs. */
const LEAST = 0.08;

const linesOf = (make: BadSession) => (n: number) =>
  `${make(n)
    .map((line) => JSON.stringify(line))
    .join('\n')}\n`;

/** Seconds of processor time, whatever runs beside this test. */
function costOf(importer: Importer, text: string): number {
  const bytes = Buffer.from(text);
  const before = process.cpuUsage();
  importer.read({ path: '/x/s1.jsonl', bytes, from: 0, firstLine: 1, settle: true, readBeside: () => undefined });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function growth(importer: Importer, make: (n: number) => string): number {
  const small = costOf(importer, make(RECORDS));
  return costOf(importer, make(4 * RECORDS)) / Math.max(small, LEAST);
}

describe('four times the session costs at most eight times as much to read', () => {
  it.each(Object.entries(badClaudeSessions))('Claude Code: %s', (_, make) => {
    expect(growth(claudeCode, linesOf(make))).toBeLessThan(8);
  });

  it.each(Object.entries(badCodexSessions))('Codex: %s', (_, make) => {
    expect(growth(codex, linesOf(make))).toBeLessThan(8);
  });

  it.each(Object.entries(badFiles))('a file of %s', (_, make) => {
    for (const importer of [claudeCode, codex]) expect(growth(importer, make)).toBeLessThan(8);
  });
});

import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { claudeCode } from '../../../src/ingest/importers/claude-code.ts';
import type { Item } from '../../../src/model/item.ts';
import { readRaw } from './raw-claude.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/claude-code');
const corpus = process.env.TURNPRESS_CORPUS;

function itemsOf(path: string): readonly Item[] {
  const bytes = readFileSync(path);
  const readBeside = (name: string) => {
    const beside = join(dirname(path), name);
    return existsSync(beside) ? readFileSync(beside) : undefined;
  };
  return claudeCode
    .read({ path, bytes, from: 0, firstLine: 1, settle: true, readBeside })
    .turns.map(({ item }) => item);
}

/** Texts of a kind that no part holds as they are, or grown. */
function missing(said: readonly string[], held: readonly string[]): readonly string[] {
  const exact = new Set(held);
  return said.filter((text) => text.trim() !== '' && !exact.has(text) && !held.some((each) => each.startsWith(text)));
}

function expectAll(path: string): number {
  const raw = readRaw(readFileSync(path, 'utf8'));
  const items = itemsOf(path);
  const assistant = items.filter(({ role }) => role === 'assistant');
  const parts = items.flatMap((item) => item.parts);
  const contents = (type: 'text' | 'reasoning') =>
    assistant.flatMap((item) => item.parts.flatMap((part) => (part.type === type ? [part.content] : [])));
  expect(missing(raw.texts, contents('text')), `${path}: texts`).toEqual([]);
  expect(missing(raw.reasoning, contents('reasoning')), `${path}: reasoning`).toEqual([]);
  const prompts = items
    .filter(({ role }) => role === 'user')
    .map((item) => item.parts.flatMap((part) => (part.type === 'text' ? [part.content.trim()] : [])).join('\n'));
  expect(missing(raw.prompts, prompts), `${path}: prompts`).toEqual([]);
  expect(
    new Map(
      parts.flatMap((part) =>
        part.type === 'tool_call' ? [[part.id, JSON.stringify([part.name, part.arguments])]] : [],
      ),
    ),
  ).toEqual(raw.calls);
  const answers = new Map(
    parts.flatMap((part) => (part.type === 'tool_call_response' ? [[part.id, part.response] as const] : [])),
  );
  for (const [id, text] of raw.results) {
    if (text !== '?' && !text.includes('<persisted-output>'))
      expect(answers.get(id), `${path}: result of ${id}`).toBe(text);
  }
  const sum = (name: 'input_tokens' | 'output_tokens') =>
    items.reduce((total, item) => total + (item.usage?.[name] ?? 0), 0);
  expect([sum('input_tokens'), sum('output_tokens')], `${path}: tokens`).toEqual([raw.inputTokens, raw.outputTokens]);
  return raw.texts.length + raw.reasoning.length + raw.calls.size + raw.results.size + raw.prompts.length;
}

describe('everything that a session says is in its turns, by a reader that shares no code with the importer', () => {
  it.each(globSync(`${fixtures}/*.jsonl`).filter((path) => !/pretty|empty|summary-only|image|broken/.test(path)))(
    'in %s',
    (path) => {
      expect(expectAll(path)).toBeGreaterThan(0);
    },
  );

  it.skipIf(corpus === undefined)(
    'in every session of TURNPRESS_CORPUS (skipped when it is unset)',
    () => {
      const files = globSync(`${corpus}/**/*.jsonl`).filter((path) =>
        claudeCode.detect(readFileSync(path, 'utf8').slice(0, 65_536)),
      );
      expect(files.length).toBeGreaterThan(0);
      let said = 0;
      for (const path of files) said += expectAll(path);
      expect(said).toBeGreaterThan(1000);
    },
    300_000,
  );
});

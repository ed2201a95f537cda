/** Reads Codex fixtures the way the pipeline does: whole, or in steps with the state between them. */
/** So that every test of the importer says only what it is about. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/base/json.ts';
import { codex } from '../../../src/ingest/importers/codex.ts';
import type { ImportedTurn, SourceInput, SourceOutput } from '../../../src/ingest/kit/importer.ts';
import { readOpened } from './read-opened.ts';

export const FIXTURES = join(import.meta.dirname, '../../fixtures/codex');

export function fixture(name: string): Uint8Array {
  return readFileSync(join(FIXTURES, name));
}

export function lines(...records: readonly JsonValue[]): Uint8Array {
  return Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}

/** An enveloped record. */
export function record(type: string, payload: JsonObject, timestamp = '2026-03-01T09:00:00.000Z'): JsonObject {
  return { timestamp, type, payload };
}

export function read(bytes: Uint8Array, more: Partial<SourceInput> = {}): SourceOutput {
  return readOpened(codex, {
    path: 'rollout.jsonl',
    bytes,
    from: 0,
    firstLine: 1,
    settle: false,
    readBeside: () => undefined,
    ...more,
  });
}

/** What grows with the file: turns of reads that stop at each of `cuts` and at the end, each going on where the last one stopped. One that is told again, because its line or document is read again, must say the same. */
export function readInSteps(
  bytes: Uint8Array,
  cuts: readonly number[],
): { turns: readonly ImportedTurn[]; last: SourceOutput } {
  const turns: ImportedTurn[] = [];
  let last: SourceOutput | undefined;
  for (const end of [...cuts, bytes.length]) {
    const from = last?.consumed ?? 0;
    const again = last === undefined || from === 0 ? {} : { state: stored(last.state), firstLine: last.nextLine };
    last = read(bytes.subarray(from, Math.max(from, end)), { from, ...again, settle: end === bytes.length });
    for (const turn of last.turns) {
      const known = turns.find(({ key }) => key === turn.key);
      if (known === undefined) turns.push(turn);
      else expect(turn).toEqual(known);
    }
  }
  if (last === undefined) throw new Error('nothing was read');
  return { turns, last };
}

/** Text of every part of a turn, calls as `name(arguments)`. */
export function said(turn: ImportedTurn): string {
  return turn.item.parts
    .map((part) => {
      if (part.type === 'text' || part.type === 'reasoning') return part.content;
      if (part.type === 'tool_call') return `${part.name}(${JSON.stringify(part.arguments)})`;
      return part.type === 'tool_call_response' ? JSON.stringify(part.response) : part.type;
    })
    .join(' | ');
}

/** The turns from the first to `key`, by their parents. */
export function pathTo(turns: readonly ImportedTurn[], key: string | undefined): readonly ImportedTurn[] {
  const byKey = new Map(turns.map((turn) => [turn.key, turn]));
  const path: ImportedTurn[] = [];
  for (let turn = byKey.get(key ?? ''); turn !== undefined; turn = byKey.get(turn.parent ?? '')) path.unshift(turn);
  return path;
}

/** A state as it comes back from the ledger. */
function stored(state: JsonObject): JsonObject {
  const value: unknown = JSON.parse(JSON.stringify(state));
  if (!isJsonObject(value)) throw new Error('state is no object');
  return value;
}

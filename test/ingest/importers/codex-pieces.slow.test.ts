import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { codex } from '../../../src/ingest/importers/codex.ts';
import { FIXTURES, fixture, read, readInSteps } from './codex-read.ts';

const names = readdirSync(FIXTURES).sort();

describe.each(names)('every way to read %s', (name) => {
  const bytes = fixture(name);
  const whole = read(bytes, { settle: true });

  test('it is recognised by its content', () => {
    expect(codex.detect(Buffer.from(bytes).toString('utf8', 0, 65_536))).toBe(true);
  });

  test('a file cut at any byte and read on gives the turns of the whole file', () => {
    for (let cut = 0; cut <= bytes.length; cut += name.endsWith('.json') ? 1 : 3) {
      expect(readInSteps(bytes, [cut]).turns, `cut at ${cut}`).toEqual(whole.turns);
    }
  });

  test('a file that grows line by line gives the turns of the whole file, and the same state of the conversation', () => {
    const cuts = [...bytes].flatMap((byte, at) => (byte === 10 ? [at + 1] : []));
    const { turns, last } = readInSteps(bytes, cuts);
    expect(turns).toEqual(whole.turns);
    expect(last.conversations).toEqual(whole.conversations);
  });

  test('no snapshot says a turn that the whole file does not say', () => {
    const keys = new Set(whole.turns.map((turn) => turn.key));
    for (let cut = 0; cut <= bytes.length; cut += 7) {
      for (const turn of read(bytes.subarray(0, cut)).turns)
        expect(keys.has(turn.key), `${cut}: ${turn.key}`).toBe(true);
    }
  });

  test('keys are unique and parents come before children', () => {
    const seen = new Set<string>();
    for (const { key, parent } of whole.turns) {
      expect(seen.has(key)).toBe(false);
      expect(parent === null || seen.has(parent)).toBe(true);
      seen.add(key);
    }
  });
});

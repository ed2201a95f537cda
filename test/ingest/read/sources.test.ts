import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SourceDamageError } from '../../../src/ingest/errors.ts';
import { closeFile, openFile } from '../../../src/ingest/read/source-file.ts';
import { keepSource, listKeptSources, restoreSource } from '../../../src/ingest/read/sources.ts';

let dir: string;
let kept: string;
let file: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-sources-'));
  kept = join(dir, 'kept');
  file = join(dir, 'session.jsonl');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function keep(path = file): Promise<void> {
  const open = openFile(path);
  try {
    await keepSource(kept, open, 'fake');
  } finally {
    closeFile(open);
  }
}

function restored(generation?: number): string | undefined {
  const bytes = restoreSource(kept, file, generation);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');
}

function frameFile(number = 1): string {
  const name = readdirSync(kept, { recursive: true, encoding: 'utf8' }).find((each) => each.endsWith(`${number}.zst`));
  return join(kept, name ?? '');
}

describe('kept sources', () => {
  it('give back every byte, whatever the bytes are', async () => {
    const bytes = Buffer.from([...Array(256).keys(), 0xff, 0xfe, 0x0a]);
    writeFileSync(file, bytes);
    await keep();
    expect(restoreSource(kept, file)).toEqual(Buffer.from(bytes));
  });

  it('add one frame for each growth', async () => {
    writeFileSync(file, 'one\n');
    await keep();
    appendFileSync(file, 'two\n');
    await keep();
    expect(restored()).toBe('one\ntwo\n');
    expect(listKeptSources(kept)[0]?.generations).toMatchObject([{ size: 8, frames: [{ raw: 4 }, { raw: 4 }] }]);
  });

  it('write nothing for what is kept already', async () => {
    writeFileSync(file, 'one\n');
    await keep();
    const before = readFileSync(frameFile());
    await keep();
    expect(readFileSync(frameFile())).toEqual(before);
    expect(listKeptSources(kept)[0]?.generations[0]?.frames).toHaveLength(1);
  });

  it('start a generation when the source was rewritten, and keep the one before', async () => {
    writeFileSync(file, 'one\ntwo\n');
    await keep();
    writeFileSync(file, 'ONE\ntwo\nthree\n');
    await keep();
    writeFileSync(file, 'short\n');
    await keep();
    expect([restored(1), restored(2), restored()]).toEqual(['one\ntwo\n', 'ONE\ntwo\nthree\n', 'short\n']);
  });

  it('write over what a run left behind that was cut off before its index', async () => {
    writeFileSync(file, 'one\n');
    await keep();
    appendFileSync(frameFile(), 'half a frame');
    appendFileSync(file, 'two\n');
    await keep();
    expect(restored()).toBe('one\ntwo\n');
  });

  it('keep an empty file as an empty file', async () => {
    writeFileSync(file, '');
    await keep();
    expect(restored()).toBe('');
  });

  it('know nothing of what was never kept', async () => {
    expect(restored()).toBeUndefined();
    expect(listKeptSources(kept)).toEqual([]);
    writeFileSync(file, 'one\n');
    await keep();
    expect(restored(2)).toBeUndefined();
  });

  it('say when kept bytes are cut short or changed', async () => {
    writeFileSync(file, 'one two three four\n'.repeat(20));
    await keep();
    const whole = readFileSync(frameFile());
    truncateSync(frameFile(), whole.length - 3);
    expect(() => restored()).toThrow(SourceDamageError);
    for (let i = 0; i < whole.length; i++) {
      const bad = Buffer.from(whole);
      bad[i] = (bad[i] ?? 0) ^ 0x10;
      writeFileSync(frameFile(), bad);
      expect(() => restored()).toThrow(SourceDamageError);
    }
  });

  it('say when the index is none', async () => {
    writeFileSync(file, 'one\n');
    await keep();
    writeFileSync(join(frameFile(), '..', 'index.json'), '{"path":1}');
    expect(() => restored()).toThrow(SourceDamageError);
    await expect(keep()).rejects.toThrow(SourceDamageError);
  });

  it('leave no temporary file', async () => {
    writeFileSync(file, 'one\n');
    await keep();
    expect(existsSync(join(frameFile(), '..', 'index.json.tmp'))).toBe(false);
  });
});

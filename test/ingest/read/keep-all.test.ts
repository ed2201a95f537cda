import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepAll, settlePart } from '../../../src/ingest/read/keep-all.ts';
import type { ReadPart } from '../../../src/ingest/read/read-part.ts';
import { closeFile, openFile } from '../../../src/ingest/read/source-file.ts';
import { restoreSource } from '../../../src/ingest/read/sources.ts';

let dir: string;
let session: string;
let beside: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-keep-'));
  session = join(dir, 'session.jsonl');
  beside = join(dir, 'beside.txt');
  writeFileSync(session, 'what was said\n');
  writeFileSync(beside, 'what stood beside it');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function keep(into: string, besides: readonly string[]) {
  const file = openFile(session);
  try {
    return await keepAll(into, file, 'fake', besides);
  } finally {
    closeFile(file);
  }
}

describe('a source that was read', () => {
  it('is kept with the files beside it', async () => {
    const kept = join(dir, 'private', 'sources');
    expect(await keep(kept, [beside])).toEqual([]);
    expect(Buffer.from(restoreSource(kept, session) ?? []).toString()).toBe('what was said\n');
    expect(Buffer.from(restoreSource(kept, beside) ?? []).toString()).toBe('what stood beside it');
  });

  it('is kept also when a file beside it is gone, which is said', async () => {
    const kept = join(dir, 'private', 'sources');
    const gone = join(dir, 'gone.txt');
    expect(await keep(kept, [gone, beside])).toMatchObject([{ code: 'SOURCE_NOT_KEPT', file: gone }]);
    expect(restoreSource(kept, session)).toBeDefined();
    expect(restoreSource(kept, beside)).toBeDefined();
  });

  it('that could not be kept is looked at again: the problem is said, and its time is forgotten', async () => {
    mkdirSync(join(dir, 'a', 'private'), { recursive: true });
    writeFileSync(join(dir, 'a', 'private', 'sources'), 'a file in the way of the folder');
    const keeping = keep(join(dir, 'a', 'private', 'sources'), []);
    const part = { mtimeNs: '17', problems: [] as ReadPart['problems'] } as ReadPart;
    const settled = await settlePart({ part, keeping });
    expect(settled).toMatchObject({ mtimeNs: '', problems: [{ code: 'SOURCE_NOT_KEPT', file: session }] });
    expect(await settlePart({ part })).toBe(part);
  });
});

import { describe, expect, it } from 'vitest';
import { createKeptParts } from '../../../src/ingest/append/kept-parts.ts';
import type { PlannedSource } from '../../../src/ingest/append/plan.ts';
import type { ReadPart } from '../../../src/ingest/read/read-part.ts';

const MIB = 1024 * 1024;

function sourceAt(path: string): PlannedSource {
  return { task: { path, root: '/', importer: 'x', from: 0, firstLine: 1, settle: false, nowMs: 0 }, bytes: 0 };
}

function partOf(bytes: number): ReadPart {
  return {
    ...{ turns: [], fired: [], conversations: [], blobs: [], aliases: [], problems: [], state: {}, records: {} },
    ...{
      consumed: 0,
      nextLine: 1,
      guard: '',
      size: 0,
      mtimeNs: '0',
      waiting: 0,
      lookAgainMs: 0,
      bytes,
      fresh: true,
      last: true,
    },
    payloads: new Uint8Array(bytes),
  };
}

describe('parts of sources that are held back', () => {
  it('are given once, in their order', () => {
    const kept = createKeptParts();
    const [source, parts] = [sourceAt('/a'), [partOf(1), partOf(2)]];
    for (const part of parts) kept.add(source, part);
    expect(kept.take(source)).toEqual(parts);
    expect(kept.take(source)).toBeUndefined();
  });

  it('are all let go of when one of a source finds no room, and leave theirs to others', () => {
    const kept = createKeptParts();
    const [large, small] = [sourceAt('/large'), sourceAt('/small')];
    for (const part of [partOf(6 * MIB), partOf(6 * MIB), partOf(1)]) kept.add(large, part);
    kept.add(small, partOf(7 * MIB));
    expect(kept.take(large)).toBeUndefined();
    expect(kept.take(small)).toHaveLength(1);
  });

  it('make room when they are taken', () => {
    const kept = createKeptParts();
    for (const path of ['/a', '/b', '/c']) {
      kept.add(sourceAt(path), partOf(9 * MIB));
      const source = sourceAt(path);
      kept.add(source, partOf(7 * MIB));
      expect(kept.take(source)).toHaveLength(1);
    }
  });
});
